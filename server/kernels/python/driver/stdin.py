"""`input()` and `sys.stdin`: at the prompt both read lines from the terminal, in a program the bytes that it was given."""

import builtins
import getpass
import io
import sys

import _spawnpoint_host

_input = builtins.input


class _Source(io.RawIOBase):
    """Standard input as bytes: each read that finds nothing left asks for more."""

    def __init__(self, ask):
        self._ask = ask
        self._rest = b''
        self.was_read = False

    def readable(self):
        return True

    def readinto(self, buffer):
        self.was_read = True
        if not self._rest:
            self._rest = self._ask()
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


class _Stdin(io.TextIOWrapper):
    def __init__(self, source, newline):
        super().__init__(io.BufferedReader(source), encoding='utf-8', errors='surrogateescape', newline=newline)

    @property
    def name(self):
        return '<stdin>'


class Stdin(_Stdin):
    """Text of lines that are asked for. It is no terminal in the sense of `isatty`: nothing can set its modes."""

    def __init__(self):
        self._source = _Source(_next_line)
        super().__init__(self._source, '\n')

    @property
    def was_read(self):
        """Whether anything was asked of it, so that it may have read ahead."""
        return self._source.was_read


class ProgramStdin(_Stdin):
    """Text of the bytes that a program was given."""

    def __init__(self):
        super().__init__(_Source(_spawnpoint_host.read_bytes), None)


def read_input(prompt='', /):
    """Read a string from standard input. The trailing newline is stripped.

    The prompt string, if given, is printed to standard output without a trailing newline before reading input.
    When there is no more input, raise EOFError.
    """
    # Where a stream is missing, CPython's own says which.
    if not isinstance(getattr(sys, 'stdin', None), Stdin) or getattr(sys, 'stdout', None) is None:
        return _input(prompt)
    _spawnpoint_host.flush_output()
    try:
        return _spawnpoint_host.read_line(str(prompt))
    except EOFError:
        raise EOFError('EOF when reading a line') from None


def read_secret(prompt='Password: ', stream=None, *, echo_char=None):
    """As getpass.getpass: reads a line that is not shown."""
    if not isinstance(sys.stdin, Stdin):
        return getpass.fallback_getpass(prompt, stream, echo_char=echo_char)
    _spawnpoint_host.flush_output()
    return _spawnpoint_host.read_line(str(prompt), True)


read_input.__name__ = read_input.__qualname__ = 'input'


def install():
    """Makes `input` and `getpass` ask the terminal."""
    builtins.input = read_input
    getpass.getpass = read_secret


def renew():
    """A standard input of its own for each evaluation: what was read ahead of one is not seen by the next.

    One that the user has put in its place stays.
    """
    current = getattr(sys, '__stdin__', None)
    fresh = Stdin() if not isinstance(current, Stdin) or current.was_read or current.closed else current
    if getattr(sys, 'stdin', None) is current:
        sys.stdin = fresh
    sys.__stdin__ = fresh
