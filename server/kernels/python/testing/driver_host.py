"""`_spawnpoint_host` for tests of the driver in plain Pyodide, where nothing can suspend: lines come from a list."""

import asyncio
import json
import sys
import time

# What `read_line` answers next: a string, or an exception to raise. At the end of the list, EOFError.
lines = []
# Variables of the other kernel, as plain.py encodes them.
javascript = {}
# Answers `install_packages`.
installer = None


class Loop(asyncio.BaseEventLoop):
    """asyncio's own event loop over no sockets: it sleeps until the next timer."""

    def __init__(self):
        super().__init__()
        self._selector = self

    def select(self, timeout):
        time.sleep(timeout or 0)
        return ()

    def _process_events(self, events):
        pass


session_loop = Loop()


def begin_input(number):
    pass


def enter_prompt():
    pass


def leave_prompt():
    pass


class Policy(asyncio.events._AbstractEventLoopPolicy):
    def __init__(self):
        self._loop = session_loop

    def get_event_loop(self):
        return self._loop

    def set_event_loop(self, loop):
        self._loop = loop or session_loop

    def new_event_loop(self):
        return Loop()


def install():
    asyncio._set_running_loop(None)
    asyncio.events._set_event_loop_policy(Policy())
    asyncio.run = asyncio.runners.run


def read_line(prompt, is_secret=False):
    sys.stdout.write(prompt)
    if not lines:
        raise EOFError
    line = lines.pop(0)
    if line is None:
        raise KeyboardInterrupt
    return line


def read_bytes():
    return f'{lines.pop(0)}\n'.encode() if lines else b''


def run(coroutine, context):
    return session_loop.run_until_complete(session_loop.create_task(coroutine, context=context))


def flush_output():
    sys.stdout.flush()
    sys.stderr.flush()


def get_js(name):
    if name not in javascript:
        raise NameError(f'JavaScript has no variable {name}.')
    return javascript[name]


def install_packages(request):
    return installer(json.loads(request))
