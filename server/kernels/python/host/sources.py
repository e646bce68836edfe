"""Which input the output comes from: what an input leaves behind for later carries the input's number in its context."""

import contextvars

from .calls import call
from .streams import flush_output

_source = contextvars.ContextVar('source', default=0)
# The number that the host has; None if that is not known.
_told = None


def begin_input(number):
    """To be called in the context that the input runs in. The host knows of the number."""
    global _told
    _source.set(number)
    _told = number


def source_of(context):
    """The number of the input that a context comes from, 0 if from none."""
    return context.get(_source, 0)


def tell_source(number):
    """What is printed from now on belongs to this input."""
    global _told
    if number == _told:
        return
    flush_output()
    call('source', number)
    _told = number


def forget_source():
    """The host may have another number, or be another one."""
    global _told
    _told = None
