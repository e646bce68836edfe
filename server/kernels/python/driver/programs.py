"""Runs a whole script beside the live namespace, which finds everything as it was."""

import atexit
import builtins
import contextvars
import linecache
import os
import sys
import types
import warnings

import _spawnpoint_host

from . import errors, execution, exits, packages, source, stdin

# Modules from here are the user's own: a program imports them anew, and its copies go with it.
_USER_FILES = '/home/user/'

_SYSTEM = ('argv', 'path', 'stdin', '__stdin__', 'stdout', 'stderr', 'displayhook', 'excepthook')


def run(code, filename, arguments):
    """Executes a script as `python filename arguments…` does. Answers an `ExecuteResult`; a value is never echoed."""
    with _Isolation(filename, arguments) as isolation:
        try:
            _execute(code, filename, isolation.namespace)
            result = {'status': 'ok', 'text': None}
        except BaseException as error:
            result = _failure(error, filename)
        isolation.run_exit_functions()
        _flush()
    return result


def _execute(code, filename, namespace):
    linecache.cache.pop(filename, None)
    source.remember(filename, code)
    compiled = compile(code, filename, 'exec', 0, True)
    contextvars.copy_context().run(exec, compiled, namespace)


def _failure(error, filename):
    if isinstance(error, SystemExit):
        return exits.describe(error)
    is_first = execution.frame_of(filename, error)
    if isinstance(error, KeyboardInterrupt):
        return {'status': 'interrupted', 'text': errors.render(error, is_first=is_first)}
    return errors.describe(error, is_first=is_first)


def _flush():
    try:
        _spawnpoint_host.flush_output()
    except Exception:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__


def _user_modules():
    """Modules that came from the session's files, packages not counted."""
    return [
        name
        for name, module in sys.modules.items()
        if _is_own_file(vars(module).get('__file__') if isinstance(module, types.ModuleType) else None)
    ]


def _is_own_file(path):
    return isinstance(path, str) and path.startswith(_USER_FILES) and not path.startswith(packages.DIRECTORY)


class _State:
    """What a program may change of the interpreter, as it was."""

    def __init__(self):
        self._modules = {name: sys.modules[name] for name in ['__main__', *_user_modules()]}
        self._system = {name: getattr(sys, name) for name in _SYSTEM}
        self._path = list(sys.path)
        self._filters = list(warnings.filters)
        self._environment = dict(os.environ)
        self._directory = os.getcwd()
        self._at_exit = (atexit.register, atexit.unregister)
        self._builtins = dict(vars(builtins))

    def restore(self):
        for name in _user_modules():
            del sys.modules[name]
        sys.modules.update(self._modules)
        for name, value in self._system.items():
            setattr(sys, name, value)
        sys.path[:] = self._path
        warnings.filters[:] = self._filters
        warnings._filters_mutated()
        os.environ.clear()
        os.environ.update(self._environment)
        _enter(self._directory)
        atexit.register, atexit.unregister = self._at_exit
        for name in vars(builtins).keys() - self._builtins.keys():
            delattr(builtins, name)
        vars(builtins).update(self._builtins)


def _enter(directory):
    """Makes it the working directory; a program may have removed it."""
    try:
        os.chdir(directory)
    except OSError:
        os.chdir(_USER_FILES)


class _Isolation:
    """A fresh `__main__` and interpreter state for a program; leaving it puts back the state of the session."""

    def __init__(self, filename, arguments):
        self._module = types.ModuleType('__main__')
        self._module.__file__ = filename
        self._module.__builtins__ = builtins
        self._arguments = [filename, *arguments]
        self._at_exit = []
        self.namespace = self._module.__dict__

    def __enter__(self):
        self._saved = _State()
        for name in _user_modules():
            del sys.modules[name]
        sys.modules['__main__'] = self._module
        sys.argv = self._arguments
        sys.path[:] = [os.path.dirname(os.path.abspath(self._arguments[0])), *sys.path[1:]]
        sys.displayhook, sys.excepthook = sys.__displayhook__, sys.__excepthook__
        atexit.register, atexit.unregister = self._register, self._unregister
        exits.install(exits.ProgramQuitter)
        sys.stdin = sys.__stdin__ = stdin.ProgramStdin()
        return self

    def __exit__(self, *_):
        self._saved.restore()
        return False

    def run_exit_functions(self):
        """What the program registered with `atexit`, last first; an error in one is printed and the others run."""
        while self._at_exit:
            function, arguments, keywords = self._at_exit.pop()
            try:
                function(*arguments, **keywords)
            except BaseException as error:
                print(errors.render(error, is_first=lambda name: not errors.is_own(name)), end='', file=sys.stderr)

    def _register(self, function, *arguments, **keywords):
        self._at_exit.append((function, arguments, keywords))
        return function

    def _unregister(self, function):
        self._at_exit[:] = [each for each in self._at_exit if each[0] != function]
