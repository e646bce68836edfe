"""An asyncio event loop whose tasks and timers are ordinary objects of the heap: they go on after a restore. It has no
sockets; what it waits for is time and the host.
"""

import asyncio
import asyncio.base_events
import asyncio.events
import contextlib
import contextvars
import heapq
import json

import pyodide.ffi

from .calls import call, wait_for
from .sources import source_of, tell_source

# By the numbers of requests that have not settled: what waits for each.
waiting = {}


class _HostSelector:
    """Stands where other loops have their selector."""

    def select(self, timeout):
        if timeout is None or timeout > 0:
            if wait_for('wait', -1.0 if timeout is None else timeout * 1000):
                raise KeyboardInterrupt
        return json.loads(call('take_settled'))

    def close(self):
        pass


class _Handle(asyncio.Handle):
    """A callback whose output belongs to the input that it comes from."""

    __slots__ = ()

    def _run(self):
        tell_source(source_of(self._context))
        asyncio.Handle._run(self)


class _TimerHandle(asyncio.TimerHandle):
    __slots__ = ()

    _run = _Handle._run


class HostLoop(asyncio.base_events.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = _HostSelector()

    def _process_events(self, event_list):
        for identifier in event_list:
            future = waiting.pop(identifier, None)
            if future is not None and not future.done():
                future.set_result(None)

    def _write_to_self(self):
        pass

    def _call_soon(self, callback, args, context):
        handle = _Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(self, when, callback, *args, context=None):
        self._check_closed()
        timer = _TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    @property
    def next_due(self):
        """Seconds until something is due; None if nothing ever is."""
        if self._ready:
            return 0.0
        if self._scheduled:
            return max(0.0, self._scheduled[0].when() - self.time())
        return None

    def run_due(self):
        """Runs what is due now, and what becomes ready by it."""
        self.call_soon(self.stop)
        self.run_forever()


class _Policy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = HostLoop

    def get_event_loop(self):
        return self._local._loop or session_loop()


def run(coroutine, context):
    """Runs the session's event loop until the coroutine is done, as a task in this context. KeyboardInterrupt cancels it
    first.
    """
    loop = session_loop()
    task = loop.create_task(coroutine, context=context)
    try:
        return loop.run_until_complete(task)
    except KeyboardInterrupt:
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                loop.run_until_complete(task)
        raise
    finally:
        tell_source(source_of(context))


def run_sync(awaitable):
    """Waits for an awaitable where `await` cannot be written. RuntimeError while the event loop runs."""
    if session_loop().is_running():
        raise RuntimeError('run_sync() cannot be used while the event loop runs: use await')
    return run(_awaited(awaitable), contextvars.copy_context())


async def _awaited(awaitable):
    return await awaitable


def session_loop():
    """The loop that lives as long as the session, whatever loop the user sets; a new one if the user closed it."""
    global _session_loop
    if _session_loop is None or _session_loop.is_closed():
        _session_loop = HostLoop()
    return _session_loop


_session_loop = None
asyncio.events._set_event_loop_policy(_Policy())
asyncio.run = asyncio.runners.run
pyodide.ffi.run_sync = run_sync
