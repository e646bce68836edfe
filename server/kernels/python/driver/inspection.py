"""What there is to know about a name: signature, type, docstring, source. For `name?`, `name??` and the TUI's help."""

import inspect
import re
import textwrap

from . import bounded
from .cursor import expression_before
from .preview import preview, type_name
from .resolve import Unresolved, resolve

MAX_TEXT = 64 * 1024

_REST_OF_WORD = re.compile(r'\w*')


def at_cursor(code, offset):
    """A description of the expression whose name the cursor touches; None if nothing is known of it."""
    end = _REST_OF_WORD.match(code, offset).end()
    expression = expression_before(code, end)
    if not expression and code[end - 1 : end] == '(':
        expression = expression_before(code, end - 1)
    return describe(expression)


def describe(expression, *, source=False):
    """Title, type and docstring, or source code where that is wanted and known; None if it is not resolved."""
    try:
        value = resolve(expression)
    except Unresolved:
        return None
    name = expression.strip()
    parts = [_title(name, value)]
    text = _source(value) if source else None
    parts.append(text or _documentation(value))
    return '\n\n'.join(part for part in parts if part)[:MAX_TEXT]


def _title(name, value):
    signature = _signature(value)
    if signature is None:
        return f'{name}: {type_name(value)} = {preview(value)}'
    kind = 'class' if isinstance(value, type) else type_name(value)
    return f'{name}{signature}   [{kind}]'


def _signature(value):
    if not callable(value):
        return None
    try:
        return bounded.call(lambda: str(inspect.signature(value)))
    except (Exception, bounded.Refused):
        return '(…)'


def _documentation(value):
    try:
        text = bounded.call(inspect.getdoc, value)
    except (Exception, bounded.Refused):
        return None
    # An instance has the docstring of its class, which says little about the instance of a built-in class.
    if not callable(value) and not inspect.ismodule(value) and type(value).__module__ == 'builtins':
        return None
    return text if isinstance(text, str) else None


def _source(value):
    try:
        return textwrap.dedent(inspect.getsource(value)).rstrip()
    except (OSError, TypeError):
        return _class_source(value) if isinstance(value, type) else None


def _class_source(cls):
    """The source of a class of an input: the file is known from its methods only."""
    import linecache

    for member in vars(cls).values():
        code = getattr(inspect.unwrap(member) if callable(member) else None, '__code__', None)
        lines = linecache.getlines(code.co_filename) if code else []
        first = vars(cls).get('__firstlineno__')
        if lines and isinstance(first, int):
            return textwrap.dedent(''.join(inspect.getblock(lines[first - 1 :]))).rstrip()
    return None
