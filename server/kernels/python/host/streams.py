"""Standard streams. Output goes to descriptors 1 and 2, which the host reads as they are written."""

import sys

from .calls import to_bytes, wait_for


def flush_output():
    """Hands everything that was printed to the host."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, ValueError, OSError):
            pass


def read_line(prompt='', is_secret=False):
    """One line of standard input, without its end. EOFError at the end of it, KeyboardInterrupt when interrupted."""
    sys.stdout.write(prompt)
    flush_output()
    answer = wait_for('read_line', is_secret)
    if answer is None:
        raise EOFError('EOF when reading a line')
    if answer is False:
        raise KeyboardInterrupt
    return answer


def read_bytes():
    """The next bytes of a program's standard input, b'' at its end. KeyboardInterrupt when interrupted."""
    answer = wait_for('read_bytes')
    if answer is False:
        raise KeyboardInterrupt
    return to_bytes(answer) or b''


for _stream in (sys.stdout, sys.stderr):
    _stream.reconfigure(encoding='utf-8', line_buffering=True)
