"""Lets others run while Python computes, stops it when the host says so, and gives it fresh randomness.

The interpreter asks the host for a signal at its checks. Now and then the answer is SIGUSR1, whose handler here waits
for the host's turn to come back and raises KeyboardInterrupt when an interrupt was asked for.
"""

import asyncio
import operator
import random
import signal
import time

from pyodide.ffi import can_run_sync

from .calls import call, protect_stack, wait_for

# What CPython counts in nanoseconds of 64 bits.
_MAX_SECONDS = 2**63 / 1e9


def _yield(_signal, _frame):
    stopped = wait_for('tick') if can_run_sync() else call('stopped')
    if stopped:
        raise KeyboardInterrupt


def begin():
    """At the beginning of everything that the host runs and that may wait."""
    protect_stack()
    # Pyodide enters with the session's loop as the running one.
    asyncio._set_running_loop(None)
    if signal.getsignal(signal.SIGUSR1) is not _yield:
        signal.signal(signal.SIGUSR1, _yield)


def sleep(seconds, /):
    """As time.sleep: delays execution for a given number of seconds."""
    length = _to_float(seconds)
    if length < 0:
        raise ValueError('sleep length must be non-negative')
    if length > _MAX_SECONDS:
        raise OverflowError('timestamp too large to convert to C PyTime_t')
    if wait_for('sleep', length):
        raise KeyboardInterrupt


def _to_float(seconds):
    if isinstance(seconds, float):
        if seconds != seconds:
            raise ValueError('Invalid value NaN (not a number)')
        return seconds
    try:
        return float(operator.index(seconds))
    except TypeError:
        kind = type(seconds).__name__
        raise TypeError(f"'{kind}' object cannot be interpreted as an integer or float") from None


def reseed(seed):
    """Fresh randomness, which two heaps that grew out of one must not share. `seed` is text of code points below 256."""
    random.seed(seed.encode('latin-1'))


sleep.__name__ = 'sleep'
sleep.__module__ = 'time'
time.sleep = sleep
signal.signal(signal.SIGUSR1, _yield)
