"""From the text of an input to the code objects that run it, one for each statement."""

import __future__
import ast
import collections
import inspect
import linecache
import re

# Tracebacks and `inspect.getsource` find the lines of this many inputs; functions of older ones show no source.
MAX_REMEMBERED = 500

_FUTURE_FLAGS = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)

_PROMPT = re.compile(r'[ \t]*(?:>>>|\.\.\.)(?: (.*)|$)')

# Their names, the oldest first.
_remembered = collections.deque()

# What `from __future__ import …` of earlier inputs switched on.
_flags = 0


class Step:
    """One statement. One that echoes is an expression that passes its value to `sys.displayhook`, as at a prompt."""

    def __init__(self, code, echoes):
        self.code = code
        self.echoes = echoes

    @property
    def awaits(self):
        """True when running the code only makes a coroutine, which then has to be run."""
        return bool(self.code.co_flags & inspect.CO_COROUTINE)


def pasted(code):
    """Code as it was before somebody copied it: without the indentation that all of it has, or, where it begins with a prompt
    of CPython's, without prompts and without what is not behind one.
    """
    lines = code.split('\n')
    first = next((line for line in lines if line.strip()), '')
    if first.lstrip().startswith('>>>'):
        return '\n'.join(match[1] or '' for match in map(_PROMPT.match, lines) if match)
    indent = first[: len(first) - len(first.lstrip(' \t'))]
    return '\n'.join(line.removeprefix(indent) for line in lines) if indent else code


def filename_of(number):
    return f'<input {number}>'


def remember(filename, code):
    """Makes the lines of a source that is no file known to tracebacks."""
    linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
    if _remembered and _remembered[-1] == filename:
        return
    _remembered.append(filename)
    if len(_remembered) > MAX_REMEMBERED:
        linecache.cache.pop(_remembered.popleft(), None)


def compile_input(code, filename, echoes=True):
    """The steps of an input. Nothing has run when one of them has a syntax error. Without `echoes` only an expression at the
    end passes its value on.
    """
    global _flags
    flags = _flags
    tree = compile(code, filename, 'exec', flags | ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
    steps = []
    for statement in tree.body:
        is_expression = isinstance(statement, ast.Expr)
        is_shown = echoes or (is_expression and statement is tree.body[-1])
        unit = ast.Interactive([statement]) if is_shown else ast.Module([_without_effect(statement)], [])
        mode = 'single' if is_shown else 'exec'
        compiled = compile(unit, filename, mode, flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
        flags |= compiled.co_flags & _FUTURE_FLAGS
        steps.append(Step(compiled, is_shown and is_expression))
    _flags = flags
    return steps


def _without_effect(statement):
    """The statement; for a lone constant `pass`, as a string at the top of a module would become its docstring."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return ast.copy_location(ast.Pass(), statement)
    return statement
