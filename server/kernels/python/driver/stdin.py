"""`input()` and `sys.stdin`: both read lines from the terminal, or from what was piped to the client."""

import builtins
import io
import sys

import _spawnpoint_host

_input = builtins.input


class Lines(io.RawIOBase):
    """Standard input as bytes: each read that finds nothing left asks for one more line."""

    def __init__(self):
        self._rest = b''

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self._rest:
            self._rest = _next_line()
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _next_line():
    _spawnpoint_host.flush_output()
    try:
        line = _spawnpoint_host.read_line('')
    except EOFError:
        return b''
    return f'{line}\n'.encode('utf-8', 'surrogateescape')


class Stdin(io.TextIOWrapper):
    """Text over `Lines`. It is no terminal in the sense of `isatty`: nothing can set its modes."""

    def __init__(self):
        super().__init__(io.BufferedReader(Lines()), encoding='utf-8', errors='surrogateescape', newline='\n')

    @property
    def name(self):
        return '<stdin>'


def read_input(prompt='', /):
    """Read a string from standard input. The trailing newline is stripped.

    The prompt string, if given, is printed to standard output without a trailing newline before reading input.
    When there is no more input, raise EOFError.
    """
    if not isinstance(sys.stdin, Stdin):
        return _input(prompt)
    _spawnpoint_host.flush_output()
    try:
        return _spawnpoint_host.read_line(str(prompt))
    except EOFError:
        raise EOFError('EOF when reading a line') from None


read_input.__name__ = read_input.__qualname__ = 'input'


def install():
    """A standard input of its own for each evaluation: what was read ahead of one is not seen by the next.

    One that the user has put in its place stays.
    """
    if sys.stdin is sys.__stdin__:
        sys.stdin = Stdin()
    sys.__stdin__ = sys.stdin if isinstance(sys.stdin, Stdin) else Stdin()
    builtins.input = read_input
