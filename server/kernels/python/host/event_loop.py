"""An asyncio event loop whose tasks and timers are ordinary objects of the heap: they go on after a restore. It has no
sockets; what it waits for is time and the host.
"""

import asyncio
import asyncio.base_events
import asyncio.events
import contextlib
import contextvars
import functools
import heapq
import json
from asyncio import _get_running_loop, _set_running_loop

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

    def run_forever(self):
        with _AwayFromPrompt():
            super().run_forever()

    def run_until_complete(self, future):
        with _AwayFromPrompt():
            return super().run_until_complete(future)

    def run_in_executor(self, executor, func, *args):
        """There are no threads: what the default executor is given runs here, in a turn of the loop."""
        if executor is not None:
            return super().run_in_executor(executor, func, *args)
        self._check_closed()
        future = self.create_future()
        self.call_soon(_settle, future, func, args)
        return future

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


def _settle(future, func, args):
    if future.done():
        return
    try:
        future.set_result(func(*args))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        future.set_exception(error)


class _Policy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = HostLoop

    def get_event_loop(self):
        return self._local._loop or session_loop()

    def set_event_loop(self, loop):
        super().set_event_loop(loop)
        if _is_at_prompt():
            enter_prompt()


def enter_prompt():
    """The code of an input finds a running loop, as in `python -m asyncio`: tasks that it makes run while the prompt waits."""
    loop = _policy.get_event_loop()
    _set_running_loop(session_loop() if loop.is_closed() else loop)


def leave_prompt():
    _set_running_loop(None)


def _is_at_prompt():
    """Whether the loop that is said to run only looks so."""
    loop = _get_running_loop()
    return loop is not None and not loop.is_running()


class _AwayFromPrompt:
    """Lets a loop run from the code of an input, as from any code that no loop runs."""

    def __enter__(self):
        self._is_needed = _is_at_prompt()
        if self._is_needed:
            leave_prompt()

    def __exit__(self, *_):
        if self._is_needed:
            enter_prompt()


def _away_from_prompt(function):
    @functools.wraps(function)
    def run(*arguments, **options):
        with _AwayFromPrompt():
            return function(*arguments, **options)

    return run


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


def wait_for_request(identifier, timeout):
    """Waits until a request has settled, at most so many seconds, where `await` cannot be written. TimeoutError;
    KeyboardInterrupt when interrupted.
    """
    loop = session_loop()
    until = None if timeout is None else loop.time() + timeout
    try:
        while True:
            if wait_for('wait', -1.0 if until is None else max(0.0, until - loop.time()) * 1000):
                raise KeyboardInterrupt
            settled = json.loads(call('take_settled'))
            loop._process_events(each for each in settled if each != identifier)
            if identifier in settled:
                return
            if until is not None and loop.time() >= until:
                raise TimeoutError('timed out')
    except BaseException:
        call('fetch_cancel', identifier)
        raise


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
_policy = _Policy()
asyncio.events._set_event_loop_policy(_policy)
asyncio.Runner.run = _away_from_prompt(asyncio.Runner.run)
asyncio.run = asyncio.runners.run = _away_from_prompt(asyncio.runners.run)
pyodide.ffi.run_sync = run_sync
