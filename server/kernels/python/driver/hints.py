"""What to do instead, where an error comes of what a session does not have."""

import errno
import sys
import zoneinfo

_THREADS = 'A session has no threads. asyncio does several things at a time; asyncio.to_thread() calls a function at once.'
_PROCESSES = 'A session has no processes beside it: os, shutil and pathlib do what shell commands do.'
_SOCKETS = 'A session has no sockets. urllib.request and http.client reach the network.'
_TIME_ZONES = 'Time zones are in a package: %pip install tzdata'


def hint(error):
    """A sentence for the user, or None."""
    try:
        return _hint(error, str(error))
    except Exception:
        return None


def _hint(error, message):
    match error:
        case ModuleNotFoundError(name=str(name)) if message == f'No module named {name!r}':
            return _missing(name) if name.isidentifier() else None
        case RuntimeError() if message == "can't start new thread":
            return _THREADS
        case OSError() if message.endswith('does not support processes.'):
            return _PROCESSES
        case OSError(errno=errno.EHOSTUNREACH):
            return _SOCKETS
        case zoneinfo.ZoneInfoNotFoundError():
            return _TIME_ZONES
    return None


def _missing(name):
    if name in sys.stdlib_module_names:
        return f'{name} is a part of the standard library that a session does not have.'
    return f'If it is a package: %pip install {name}'

