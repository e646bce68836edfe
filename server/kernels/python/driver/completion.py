"""Completion: names, attributes, modules, keyword arguments, keys of dicts, paths in strings, magics."""

import builtins
import inspect
import keyword
import os
import re
import sys

from . import bounded, live, magics
from .cursor import Cursor, expression_before
from .resolve import Unresolved, resolve

MAX_CANDIDATES = 500

_STATEMENT_START = re.compile(r'[;\n]')


def complete(code, offset):
    """`{'from', 'to', 'candidates'}`, sorted; no candidates where nothing is known."""
    cursor = Cursor(code[:offset])
    start, candidates = _find(cursor)
    return {'from': start, 'to': offset, 'candidates': sorted(set(candidates), key=_order)[:MAX_CANDIDATES]}


def _find(cursor):
    if cursor.in_comment:
        return len(cursor.before), []
    if cursor.string_start is not None:
        return _in_string(cursor)
    magic = re.fullmatch(r'\s*%{1,2}(\w*)', cursor.before)
    if magic:
        return magic.start(1), [name for name in magics.NAMES if name.startswith(magic[1])]
    modules = _modules(cursor)
    if modules is not None:
        return modules
    if cursor.before[: cursor.word_start].rstrip().endswith('.'):
        return cursor.word_start, _attributes(cursor)
    return cursor.word_start, _names(cursor.word) + _arguments(cursor)


def _order(name):
    """Public names first, then those with one underscore, then special methods."""
    return (len(name) - len(name.lstrip('_')), name)


def _names(word):
    scopes = [live.namespace, vars(builtins), dict.fromkeys(keyword.kwlist + keyword.softkwlist)]
    return [name for scope in scopes for name in scope if _fits(name, word)]


def _fits(name, word):
    """Names with a leading underscore only for who asks for them."""
    return isinstance(name, str) and name.startswith(word) and (word.startswith('_') or not name.startswith('_'))


def _attributes(cursor):
    dot = cursor.before[: cursor.word_start].rstrip().removesuffix('.')
    try:
        value = resolve(expression_before(dot, len(dot)))
        names = bounded.call(dir, value)
    except (Unresolved, Exception, bounded.Refused):
        return []
    return [name for name in names if _fits(name, cursor.word)]


def _arguments(cursor):
    if not cursor.call:
        return []
    try:
        parameters = bounded.call(inspect.signature, resolve(cursor.call)).parameters.values()
    except (Unresolved, Exception, bounded.Refused):
        return []
    named = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [f'{each.name}=' for each in parameters if each.kind in named and each.name.startswith(cursor.word)]


def _modules(cursor):
    """Start and candidates in an import statement; None elsewhere."""
    statement = _STATEMENT_START.split(cursor.before)[-1].lstrip()
    if not statement.startswith(('import ', 'from ')):
        return None
    from _pyrepl._module_completer import ModuleCompleter

    found = ModuleCompleter({'__package__': None}).get_completions(statement)
    if found is None:
        return None
    typed = re.search(r'[\w.]*\Z', cursor.before)
    names = found + _exported(statement, cursor.word)
    return typed.start(), [name for name in names if name.startswith(typed.group())]


def _exported(statement, word):
    """Names of an imported module behind `from module import`."""
    match = re.match(r'from\s+([\w.]+)\s+import\b', statement)
    module = match and sys.modules.get(match[1])
    return [name for name in dir(module) if _fits(name, word)] if module else []


def _in_string(cursor):
    start = cursor.string_start
    typed = cursor.before[start:]
    keys = _keys(cursor, typed)
    if keys:
        return start, keys
    return start + len(typed) - len(os.path.basename(typed)), _paths(typed)


def _keys(cursor, typed):
    """Keys of a dict behind `name['`."""
    if not cursor.brackets or cursor.before[cursor.brackets[-1]] != '[':
        return []
    bracket = cursor.brackets[-1]
    if cursor.before[bracket + 1 : cursor.string_start].strip() not in ("'", '"'):
        return []
    try:
        value = resolve(expression_before(cursor.before, bracket))
    except Unresolved:
        return []
    if not isinstance(value, dict):
        return []
    return [key for key in dict.keys(value) if isinstance(key, str) and key.startswith(typed)]


def _paths(typed):
    directory, name = os.path.split(os.path.expanduser(typed))
    try:
        with os.scandir(directory or '.') as entries:
            fitting = [each for each in entries if each.name.startswith(name)]
            return [each.name + ('/' if each.is_dir() else '') for each in fitting if name or each.name[0] != '.']
    except OSError:
        return []
