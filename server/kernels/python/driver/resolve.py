"""What an expression refers to, found without running code of the user's: for completion and inspection."""

import ast
import builtins
import inspect
import types

from . import live

_PLAIN_LOOKUPS = (object.__getattribute__, type.__getattribute__, types.ModuleType.__getattribute__)
_HARMLESS_DESCRIPTORS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    classmethod,
    staticmethod,
)
_SUBSCRIPTABLE = (list, tuple, dict, str, bytes)


class Unresolved(Exception):
    """The expression has no value that can be found by looking only."""


def resolve(expression):
    """The value of names, attributes, literals and items of built-in containers. Raises `Unresolved`."""
    try:
        tree = ast.parse(expression.strip(), mode='eval')
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unresolved from None
    return _value(tree.body)


def attribute(value, name):
    """`value.name`, unless finding it would run code of the user's."""
    if type(value).__getattribute__ not in _PLAIN_LOOKUPS:
        raise Unresolved
    try:
        found = inspect.getattr_static(value, name)
    except Exception:
        raise Unresolved from None
    if isinstance(found, _HARMLESS_DESCRIPTORS):
        return _get(value, name)
    if inspect.getattr_static(type(found), '__get__', None) is not None:
        raise Unresolved
    return found


def _get(value, name):
    try:
        return getattr(value, name)
    except Exception:
        raise Unresolved from None


def _value(node):
    match node:
        case ast.Name(id=name):
            return _named(name)
        case ast.Attribute(value=owner, attr=name):
            return attribute(_value(owner), name)
        case ast.Subscript(value=owner, slice=key):
            return _item(_value(owner), key)
    return _literal(node)


def _named(name):
    for scope in (live.namespace, vars(builtins)):
        if name in scope:
            return scope[name]
    raise Unresolved


def _item(container, key):
    if type(container) not in _SUBSCRIPTABLE:
        raise Unresolved
    try:
        return container[_literal(key)]
    except Exception:
        raise Unresolved from None


def _literal(node):
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise Unresolved from None
