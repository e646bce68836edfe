"""Calls code of the user's that nobody asked to run (a `__repr__`, a `__dir__`) so that it cannot go on for ever."""

import os
import sys

# Lines of Python that one call may execute, and functions that may be entered within each other.
MAX_LINES = 5_000
MAX_DEPTH = 50

_STDLIB = os.path.dirname(os.__file__) + '/'


class Refused(BaseException):
    """The code ran too long, or could not be stopped if it did. No `except Exception` of the user's catches it."""


def call(function, *arguments):
    """The function's result. Raises `Refused`, or what the function raises."""
    left, depth = MAX_LINES, 0

    def trace(frame, event, _):
        nonlocal left, depth
        left -= 1
        if event == 'call':
            depth += 1
            if not _is_stoppable(frame.f_code):
                raise Refused
        elif event == 'return':
            depth -= 1
        if left < 0 or depth > MAX_DEPTH:
            raise Refused
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        return function(*arguments)
    finally:
        sys.settrace(previous)


def _is_stoppable(code):
    """Code with handlers could swallow `Refused` in a loop. The standard library's is known not to."""
    return not code.co_exceptiontable or code.co_filename.startswith(('<frozen ', _STDLIB))
