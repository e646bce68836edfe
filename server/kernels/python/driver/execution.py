"""Runs one input in the live namespace, statement by statement."""

import sys

import _spawnpoint_host

from . import display, errors, exits, live, magics, packages, plain, source, stdin

# A string of at most this length is sent beside its representation, so that clients can print it raw.
MAX_STRING = 1024 * 1024


def run(code, number, echoes):
    """Executes an input; with `echoes` as at CPython's prompt, without as `python -c`. Answers an `ExecuteResult` (see driver.ts); every error is a result."""
    filename = source.filename_of(number)
    try:
        live.context.run(_spawnpoint_host.begin_input, number)
        _prepare()
        result = _run_steps(source.pasted(code), filename, echoes)
    except SystemExit as error:
        result = exits.describe(error)
    except KeyboardInterrupt as error:
        result = {'status': 'interrupted', 'text': errors.render(error, is_first=frame_of(filename, error))}
    except BaseException as error:
        result = errors.describe(error, is_first=frame_of(filename, error))
    finally:
        display.display.take()
        _flush()
    return result


def run_statement(code, filename):
    """Compiles and runs `code` as part of the running input."""
    source.remember(filename, code)
    for step in source.compile_input(code, filename):
        _run_step(step)


def _run_steps(code, filename, echoes):
    leading, rest = magics.split(code)
    for line in leading:
        magics.call(line, filename)
    source.remember(filename, code)
    steps = source.compile_input(rest, filename, echoes)
    for step in steps:
        display.display.holder = step.code if step is steps[-1] and step.echoes else None
        _run_step(step)
    return _answer(display.display.take())


def _run_step(step):
    """Runs one statement; a coroutine as a task of its own, in the context that all inputs share."""
    _spawnpoint_host.enter_prompt()
    try:
        value = live.context.run(eval, step.code, live.namespace)
    finally:
        _spawnpoint_host.leave_prompt()
    if step.awaits:
        _spawnpoint_host.run(value, live.context)


def _prepare():
    stdin.renew()
    _forget_directories()


def install():
    """Makes the interpreter the session's. Once: what the user changes afterwards stays changed."""
    live.install()
    packages.install_path()
    plain.install()
    display.install()
    stdin.install()
    exits.install(exits.SessionQuitter)


def _forget_directories():
    """Other kernels, terminals and inputs may have changed the modules among the session's files."""
    for path, finder in list(sys.path_importer_cache.items()):
        if finder is None:
            del sys.path_importer_cache[path]
        elif path.startswith('/home/') and hasattr(finder, 'invalidate_caches'):
            finder.invalidate_caches()


def _answer(result):
    if result is None:
        return {'status': 'ok', 'text': None}
    answer = {'status': 'ok', 'text': result.text}
    if type(result.value) is str and len(result.value) <= MAX_STRING:
        answer['string'] = result.value.encode('utf-8', 'backslashreplace').decode()
    if result.mime:
        answer['mime'] = result.mime
    return answer


def frame_of(filename, error):
    """Accepts the frames of the input. A syntax error in the input itself has none."""
    if isinstance(error, SyntaxError) and error.filename == filename and not _reaches(error.__traceback__, filename):
        return lambda _: False
    return lambda candidate: candidate == filename


def _reaches(trace, filename):
    while trace:
        if trace.tb_frame.f_code.co_filename == filename:
            return True
        trace = trace.tb_next
    return False


def _flush():
    """What was printed belongs to the input, also where the streams were replaced by broken ones."""
    try:
        _spawnpoint_host.flush_output()
    except Exception:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
