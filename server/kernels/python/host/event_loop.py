"""An asyncio event loop whose tasks and timers are ordinary objects of the heap: they go on after a restore. It has no
sockets; what it waits for is time and the host.
"""

import asyncio
import asyncio.base_events
import asyncio.events
import contextlib
import json

from .calls import call, wait_for

# What the host tells about each request that has not settled.
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
        if self._local._loop is None:
            self.set_event_loop(self.new_event_loop())
        return self._local._loop


def run(coroutine, context=None):
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


def session_loop():
    """The loop that lives as long as the session."""
    return asyncio.events._get_event_loop_policy().get_event_loop()


asyncio.events._set_event_loop_policy(_Policy())
asyncio.run = asyncio.runners.run
