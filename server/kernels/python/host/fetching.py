"""HTTP requests through the host, which decides what may be reached."""

import asyncio
import dataclasses
import json

from .calls import HostError, call, to_bytes, to_text
from .event_loop import waiting


@dataclasses.dataclass(frozen=True)
class Response:
    """An HTTP response, read to its end."""

    status: int
    reason: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self):
        return self.body.decode('utf-8', 'replace')

    def json(self):
        return json.loads(self.body)


async def fetch(url, method='GET', headers=(), body=None):
    """Sends a request and reads the whole response. OSError, with a message for the user, if it fails."""
    pairs = [[str(name), str(value)] for name, value in (headers.items() if isinstance(headers, dict) else headers)]
    request = json.dumps({'url': str(url), 'method': str(method), 'headers': pairs})
    try:
        identifier = call('fetch_start', request, None if body is None else to_text(body))
        future = waiting[identifier] = asyncio.get_running_loop().create_future()
        try:
            await future
        except asyncio.CancelledError:
            call('fetch_cancel', identifier)
            raise
        finally:
            waiting.pop(identifier, None)
        head = json.loads(call('fetch_head', identifier))
        if 'error' in head:
            raise OSError(head['error'])
        return Response(
            status=head['status'],
            reason=head['reason'],
            url=head['url'],
            headers=[tuple(pair) for pair in head['headers']],
            body=to_bytes(call('fetch_body', identifier)),
        )
    except HostError as error:
        raise OSError(str(error)) from None


def give_up_requests():
    """After a restore: what was asked before gets no answer any more. Answers how many requests waited for one."""
    futures = [future for future in waiting.values() if not future.done()]
    waiting.clear()
    for future in futures:
        future.set_exception(OSError('the session was opened anew before the answer came: ask again'))
    return len(futures)
