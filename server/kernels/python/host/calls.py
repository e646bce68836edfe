"""The host's functions. They take and give text, numbers, booleans and None; bytes go in as text of code points below
256 and come back as a buffer. Those that take time begin their work; what came of it is asked for afterwards.
"""

import select

import _spawnpoint_calls as _calls
from pyodide.ffi import JsException, can_run_sync

# Over nothing, `poll` suspends until the work is done that the host was last asked to begin.
_suspend = select.poll().poll


class HostError(Exception):
    """What the host refused, in words for the user."""


def call(name, *parameters):
    """Calls a function of the host. HostError if it refuses."""
    try:
        return getattr(_calls, name)(*parameters)
    except JsException as error:
        raise HostError(error.message) from None


def wait_for(name, *parameters):
    """Calls a function of the host that takes time, and lets others run meanwhile."""
    if not can_run_sync():
        raise RuntimeError('nothing can be waited for here')
    try:
        getattr(_calls, name)(*parameters)
        _suspend()
        return _calls.outcome()
    except JsException as error:
        raise HostError(error.message) from None


def protect_stack():
    """Makes deep recursion an error in the current call instead of the end of the interpreter."""
    _calls.protect_stack()


def to_text(data):
    """Bytes as they cross."""
    return bytes(data).decode('latin-1')


def to_bytes(buffer):
    """What came back, as bytes; None stays None."""
    return None if buffer is None else buffer.to_bytes()
