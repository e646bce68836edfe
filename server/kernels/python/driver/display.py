"""`sys.displayhook` of a session: prints values as CPython does, and keeps the last one of an input as its result."""

import builtins
import sys

from . import rich

# Where the client shows the result of an input.
_stdout = sys.stdout
# Longer representations are cut: the result of an input is stored with the session and sent to every terminal.
MAX_TEXT = 1024 * 1024


class Result:
    """What the last statement of an input evaluated to."""

    def __init__(self, value, text):
        self.value = value
        self.text = text
        self.mime = rich.bundle(value)


class Display:
    """`holder` is the code whose value is the result of the input, while it runs; None at all other times."""

    def __init__(self):
        self.holder = None
        self.result = None

    def __call__(self, value):
        if value is None:
            return
        if getattr(sys, 'stdout', None) is None:
            raise RuntimeError('lost sys.stdout')
        # As CPython: a representation that fails, or that itself evaluates `_`, finds no older value.
        previous = getattr(builtins, '_', None)
        builtins._ = None
        text = _printable(repr(value))
        self._print_held()
        # What it calls may display as well, as doctest does, and output may go elsewhere for a while.
        if self.holder and sys.stdout is _stdout and _displaying() is self.holder:
            self.result = Result(value, text)
        else:
            print(text)
        _shift(previous, value)

    def take(self):
        """The result, which is held no longer."""
        result, self.result, self.holder = self.result, None, None
        return result

    def _print_held(self):
        if self.result:
            print(self.result.text, file=_stdout)
            self.result = None


def _displaying():
    """The code that displays a value, whatever hooks the user has put between; None if it is none."""
    frame = sys._getframe(2)
    while frame and frame.f_code.co_name != '<module>':
        frame = frame.f_back
    return frame and frame.f_code


def _shift(previous, value):
    if hasattr(builtins, '__'):
        builtins.___ = builtins.__
    if previous is not None:
        builtins.__ = previous
    builtins._ = value


def _printable(text):
    """What `print` can write: lone surrogates become escapes, and what is far too long is cut."""
    if len(text) > MAX_TEXT:
        text = f'{text[:MAX_TEXT]}… ({len(text) - MAX_TEXT} more characters: print() shows all of them)'
    return text.encode('utf-8', 'backslashreplace').decode()


display = Display()


def install():
    sys.displayhook = sys.__displayhook__ = display
