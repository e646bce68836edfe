"""One-line previews of any value, safe against what the user's classes do."""

import collections
import dataclasses
import inspect
import itertools
import types

from . import bounded

MAX_WIDTH = 120
_MAX_DEPTH = 3
_MAX_ITEMS = 40
_MAX_INT_BITS = 1_000
# What C code represents without asking us has at most this many items.
_MAX_FOREIGN_ITEMS = 1_000

_name_of_type = type.__dict__['__name__'].__get__


def type_name(value):
    """The name of a value's class, whatever its metaclass says."""
    return _name_of_type(type(value))


def preview(value):
    """At most `MAX_WIDTH` characters without line breaks or control characters."""
    try:
        text = _render(value, _MAX_DEPTH)
    except (Exception, bounded.Refused):
        text = f'<{type_name(value)} object>'
    return shorten(text)


def shorten(text):
    """One line of at most `MAX_WIDTH` characters."""
    text = ''.join(c if c.isprintable() else ' ' for c in text[: 2 * MAX_WIDTH])
    return text if len(text) <= MAX_WIDTH else text[: MAX_WIDTH - 1] + '…'


def _render(value, depth):
    kind = type(value)
    render = _RENDERERS.get(id(kind))
    if render:
        return render(value, depth)
    if dataclasses.is_dataclass(kind) and _is_generated(kind.__repr__):
        return _dataclass(value, depth)
    for base, render in _CONTAINERS.items():
        if issubclass(kind, base) and kind.__repr__ in _CONTAINER_REPRS:
            return f'{type_name(value)}({render(value, depth)})'
    return _foreign(value)


def _foreign(value):
    """By the value's own `__repr__`."""
    kind = type(value)
    if kind.__repr__ is object.__repr__:
        return f'<{type_name(value)} object>'
    if isinstance(kind.__repr__, types.WrapperDescriptorType):
        length = getattr(kind, '__len__', None)
        if isinstance(length, types.WrapperDescriptorType) and length(value) > _MAX_FOREIGN_ITEMS:
            return f'<{type_name(value)} of {length(value)} items>'
    text = bounded.call(repr, value)
    return str.__getitem__(text, slice(2 * MAX_WIDTH))


def _is_generated(method):
    """True for the `__repr__` that `dataclass` writes."""
    code = getattr(inspect.unwrap(method), '__code__', None)
    return code is not None and code.co_filename == '<string>'


def _dataclass(value, depth):
    def parts():
        for field in dataclasses.fields(value):
            if field.repr:
                yield f'{field.name}={_nested(inspect.getattr_static(value, field.name), depth)}'

    return f'{type_name(value)}({_joined(parts())})'


def _nested(value, depth):
    if depth == 0:
        return '…'
    try:
        return _render(value, depth - 1)
    except (Exception, bounded.Refused):
        return f'<{type_name(value)} object>'


def _joined(parts):
    """The parts until the line is full."""
    taken, width = [], 0
    for part in parts:
        if width > MAX_WIDTH or len(taken) == _MAX_ITEMS:
            taken.append('…')
            break
        taken.append(part)
        width += len(part) + 2
    return ', '.join(taken)


def _items(value, depth):
    return _joined(_nested(item, depth) for item in itertools.islice(iter(value), _MAX_ITEMS + 1))


def _list(value, depth):
    return f'[{_items(list.__iter__(value), depth)}]'


def _tuple(value, depth):
    comma = ',' if tuple.__len__(value) == 1 else ''
    return f'({_items(tuple.__iter__(value), depth)}{comma})'


def _set(value, depth):
    return f'{{{_items(set.__iter__(value), depth)}}}' if set.__len__(value) else ''


def _plain_set(value, depth):
    return _set(value, depth) or 'set()'


def _frozenset(value, depth):
    inner = _items(frozenset.__iter__(value), depth)
    return f'frozenset({{{inner}}})' if inner else 'frozenset()'


def _dict(value, depth):
    pairs = itertools.islice(dict.items(value), _MAX_ITEMS + 1)
    return f'{{{_joined(f"{_nested(key, depth)}: {_nested(item, depth)}" for key, item in pairs)}}}'


def _deque(value, depth):
    return f'[{_items(collections.deque.__iter__(value), depth)}]'


def _text(value, _):
    return repr(value[: 2 * MAX_WIDTH])


def _integer(value, _):
    bits = value.bit_length()
    return repr(value) if bits <= _MAX_INT_BITS else f'<int of {bits} bits>'


def _function(value, _):
    try:
        signature = str(bounded.call(inspect.signature, value))
    except (Exception, bounded.Refused):
        signature = '(…)'
    return f'{value.__name__}{signature}'


def _class(value, _):
    return f'<class {_name_of_type(value)!r}>'


def _module(value, _):
    return f'<module {vars(value).get("__name__")!r}>'


# By the identity of the class: looking up a class itself would ask its metaclass for a hash.
_RENDERERS = {
    id(kind): render
    for kind, render in {
        str: _text,
        bytes: _text,
        int: _integer,
        list: _list,
        tuple: _tuple,
        dict: _dict,
        set: _plain_set,
        frozenset: _frozenset,
        types.FunctionType: _function,
        type: _class,
        types.ModuleType: _module,
    }.items()
}

# Subclasses of these, as long as they keep a `__repr__` that lists what they contain.
_CONTAINERS = {dict: _dict, list: _list, set: _set, collections.deque: _deque}
_CONTAINER_REPRS = (
    dict.__repr__,
    list.__repr__,
    set.__repr__,
    collections.deque.__repr__,
    collections.Counter.__repr__,
    collections.OrderedDict.__repr__,
)
