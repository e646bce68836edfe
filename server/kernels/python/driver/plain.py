"""Plain data as text, to carry values between kernels by copy: `js.NAME` here, `py.NAME` in JavaScript.

The text is JSON. None, booleans, strings, finite numbers and lists are themselves; everything else is an object with one
key that names its kind:

    {"int": "123"}        an integer beyond ±2^53            {"bytes": "aGk="}     bytes, in base64
    {"float": "nan"}      nan, inf, -inf or -0.0             {"date": 1700000000000.0}   milliseconds since the epoch
    {"object": [[k, v]]}  a dict whose keys are all strings  {"map": [[k, v]]}     any other dict
    {"set": [v]}          a set

What JavaScript does not have becomes what comes nearest: tuples arrive as lists, whole floats as integers.
"""

import base64
import builtins
import datetime
import json
import math

import _spawnpoint_host

from . import live
from .preview import type_name

MAX_DEPTH = 100
MAX_CHARACTERS = 8 * 1024 * 1024

_SAFE_INTEGER = 2**53 - 1


class PlainDataError(ValueError):
    """A value that is no plain data, or too much of it."""


PlainDataError.__module__ = 'builtins'


def read_variable(name):
    """The encoded value of a live variable. Raises `PlainDataError`, and `NameError` when there is none of that name."""
    if name not in live.namespace:
        raise NameError(f'Python has no variable {name}.')
    return encode(live.namespace[name], name)


def encode(value, name='value'):
    """The value as text; `name` is what error messages call it."""
    try:
        text = json.dumps(_encoded(value, name, ()), allow_nan=False, separators=(',', ':'))
    except RecursionError:
        raise PlainDataError(f'{name} is nested too deeply to be copied.') from None
    if len(text) > MAX_CHARACTERS:
        raise PlainDataError(f'{name} is too large to be copied: over 8 MiB as text. Write it to a file.')
    return text


def decode(text):
    """The value that `encode`, here or in another kernel, made the text of."""
    return _decoded(json.loads(text))


def _encoded(value, path, parents):
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return value if abs(value) <= _SAFE_INTEGER else {'int': _digits(value, path)}
    if kind is float:
        return value if math.isfinite(value) and not _is_negative_zero(value) else {'float': repr(value)}
    if kind in (bytes, bytearray):
        return {'bytes': base64.b64encode(value).decode('ascii')}
    if kind is datetime.datetime:
        return {'date': value.timestamp() * 1000}
    return _encoded_container(value, path, _entered(value, path, parents))


def _encoded_container(value, path, parents):
    match value:
        case list() | tuple():
            return [_encoded(item, f'{path}[{index}]', parents) for index, item in enumerate(value)]
        case set() | frozenset():
            return {'set': [_encoded(item, f'an item of {path}', parents) for item in value]}
        case dict() if all(type(key) is str for key in value):
            return {'object': [[key, _encoded(item, f'{path}[{key!r}]', parents)] for key, item in value.items()]}
        case dict():
            return {'map': [[_encoded(key, f'a key of {path}', parents), _encoded(item, f'{path}[{key!r}]', parents)]
                            for key, item in value.items()]}
    raise PlainDataError(
        f'{path} is a {type_name(value)}: only plain data is copied between kernels '
        '(None, bool, int, float, str, bytes, list, tuple, dict, set, datetime).'
    )


def _entered(value, path, parents):
    if any(value is parent for parent in parents):
        raise PlainDataError(f'{path} contains itself: only plain data is copied between kernels.')
    if len(parents) == MAX_DEPTH:
        raise PlainDataError(f'{path} is nested more than {MAX_DEPTH} deep.')
    return (*parents, value)


def _digits(value, path):
    try:
        return str(value)
    except ValueError:
        raise PlainDataError(f'{path} has too many digits to be copied.') from None


def _is_negative_zero(value):
    return value == 0 and math.copysign(1, value) < 0


def _decoded(data):
    if isinstance(data, list):
        return [_decoded(item) for item in data]
    if not isinstance(data, dict):
        return data
    match data:
        case {'int': text}:
            return int(text)
        case {'float': text}:
            return float(text)
        case {'bytes': text}:
            return base64.b64decode(text)
        case {'date': milliseconds}:
            return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
        case {'set': items}:
            return {_hashable(_decoded(item)) for item in items}
        case {'object': pairs}:
            return {key: _decoded(item) for key, item in pairs}
        case {'map': pairs}:
            return {_hashable(_decoded(key)): _decoded(item) for key, item in pairs}
    raise PlainDataError(f'Another kernel sent data of an unknown kind: {", ".join(data)}.')


def _hashable(value):
    """Keys of a Map and items of a Set may be arrays in JavaScript; here they become tuples."""
    return tuple(_hashable(item) for item in value) if isinstance(value, list) else value


class JavaScript:
    """`js`: the variables of the JavaScript kernel, each a copy made when it is asked for."""

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        return decode(_spawnpoint_host.get_js(name))

    def __setattr__(self, name, value):
        raise AttributeError('js.NAME can only be read from Python: set it in a JavaScript input.')

    def __delattr__(self, name):
        self.__setattr__(name, None)

    def __repr__(self):
        return '<the variables of the JavaScript kernel: js.NAME is a copy of NAME>'


def install():
    builtins.js = JavaScript()
