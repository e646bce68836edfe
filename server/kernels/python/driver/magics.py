"""Lines that are no Python: `%timeit x`, `name?`, and what people type from habit: `pip install x` is understood, `!ls` is
explained.
"""

import builtins
import re
import shlex

from . import inspection, live, packages, scripts, timing, variables

_MAGIC = re.compile(r'%(\w+)[ \t]*(.*)')
_CELL = re.compile(r'\s*%%(\w+)[ \t]*(.*)', re.DOTALL)
_HELP = re.compile(r'(?:(\?\??)\s*([^\s?]+)|([^\s?=]+)\s*(\?\??))')
_PIP = re.compile(r'!?(pip)[ \t]+((?:install|list|uninstall)\b(?!\s*=).*)')
_SHELL = re.compile(r'!')

_INSTEAD = {
    'bash': 'os, shutil and pathlib: there is no shell',
    'cd': 'os.chdir(path)',
    'debug': 'import pdb; pdb.pm() prints, but cannot step',
    'env': 'os.environ',
    'history': 'the history of the session: .history',
    'ls': 'os.listdir()',
    'matplotlib': 'objects with _repr_html_, _repr_svg_ or _repr_png_ are shown as they are',
    'pwd': 'os.getcwd()',
    'sh': 'os, shutil and pathlib: there is no shell',
    'who': '%whos',
    'writefile': 'pathlib.Path(path).write_text(text)',
}


class UsageError(Exception):
    """A line that cannot be done; the message says what can."""


# Shown as `UsageError: …`, without the module that it comes from.
UsageError.__module__ = 'builtins'


def split(code):
    """The magic lines at the top of an input, and the Python below them, its line numbers unchanged."""
    cell = _CELL.match(code)
    if cell:
        return [code.strip()], ''
    lines = code.split('\n')
    count = 0
    while count < len(lines) and (not lines[count].strip() or _is_magic(lines[count])):
        count += 1
    magic = [line.strip() for line in lines[:count] if line.strip()]
    if not magic:
        return [], code
    return magic, '\n' * count + '\n'.join(lines[count:])


def _is_magic(line):
    line = line.strip()
    return any(pattern.fullmatch(line) for pattern in (_MAGIC, _HELP, _PIP)) or bool(_SHELL.match(line))


def call(line, filename):
    """Does what a magic line says. Raises `UsageError`."""
    magic = _MAGIC.fullmatch(line) or _PIP.fullmatch(line)
    if magic:
        return _named(magic[1], _MAGICS, '%')(magic[2].strip(), filename)
    if line.startswith('!'):
        raise UsageError('There is no shell in a session: use os, shutil and pathlib.')
    cell = _CELL.match(line)
    if cell:
        return _named(cell[1], _CELLS, '%%')(cell[2].strip('\n'), filename)
    front, after, before, back = _HELP.fullmatch(line).groups()
    return _help(after or before, source=(front or back) == '??')


def _named(name, table, sign):
    if name in table:
        return table[name]
    if name in _INSTEAD:
        raise UsageError(f'There is no {sign}{name} here. Instead: {_INSTEAD[name]}.')
    known = ', '.join(sign + each for each in table)
    raise UsageError(f'There is no {sign}{name}. There are {known}; name? and name?? describe a name.')


def _help(expression, *, source):
    text = inspection.describe(expression, source=source)
    if text is None:
        raise UsageError(f'Nothing is known of {expression}: it is not a name that is bound here.')
    print(text)


def _timeit(statement, filename):
    if not statement:
        raise UsageError('What shall be timed? %timeit sum(range(100))')
    timing.timeit(statement, filename)


def _time(statement, filename):
    if not statement:
        raise UsageError('What shall be timed? %time sum(range(100))')
    timing.time_once(statement, filename)


def _run(arguments, _):
    try:
        words = shlex.split(arguments)
    except ValueError as error:
        raise UsageError(f'{error}: {arguments}') from None
    if not words:
        raise UsageError('What shall be run? %run script.py ARGS…')
    try:
        scripts.run(words[0], words)
    except OSError as error:
        if error.filename != words[0]:
            raise
        raise UsageError(f'{words[0]} cannot be read: {error.strerror}.') from None


def _whos(_, __):
    rows = variables.describe_all()
    if not rows:
        print('No variables.')
        return
    widths = [max(len(row[key]) for row in [*rows, {'name': 'Name', 'type': 'Type'}]) for key in ('name', 'type')]
    print(f'{"Name":{widths[0]}}  {"Type":{widths[1]}}  Value')
    for row in rows:
        print(f'{row["name"]:{widths[0]}}  {row["type"]:{widths[1]}}  {row["preview"]}')


def _reset(_, __):
    live.reset()
    for name in ('_', '__', '___'):
        if hasattr(builtins, name):
            delattr(builtins, name)
    print('All names are forgotten. Files stay; undo brings the names back.')


def _pip(arguments, _):
    try:
        packages.pip(arguments.split())
    except packages.PackageError as error:
        raise UsageError(str(error)) from None


_CELLS = {'time': _time, 'timeit': _timeit}
_MAGICS = {'pip': _pip, 'reset': _reset, 'run': _run, 'time': _time, 'timeit': _timeit, 'whos': _whos}

NAMES = tuple(_MAGICS)
