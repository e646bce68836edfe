"""What Python may ask of the kernel. Only this package touches JavaScript objects."""

from . import http_connections
from .background import background_due, has_pending, run_background
from .entries import execute, run_program
from .event_loop import enter_prompt, leave_prompt, run
from .exchange import get_js, install_packages
from .fetching import Response, fetch, give_up_requests
from .key_values import kv_delete, kv_get, kv_list, kv_set
from .preemption import reseed
from .sources import begin_input
from .streams import flush_output, read_bytes, read_line

__all__ = [
    'Response',
    'background_due',
    'begin_input',
    'enter_prompt',
    'execute',
    'fetch',
    'flush_output',
    'get_js',
    'give_up_requests',
    'has_pending',
    'install_packages',
    'kv_delete',
    'kv_get',
    'kv_list',
    'kv_set',
    'leave_prompt',
    'read_bytes',
    'read_line',
    'reseed',
    'run',
    'run_background',
    'run_program',
]

http_connections.install()
