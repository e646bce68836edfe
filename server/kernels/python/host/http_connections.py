"""`http.client` through the host, and with it `urllib.request` and urllib3: what is written to a connection is one request,
and what is read from it its response. There are no sockets.
"""

import http.client
import io
import json
import socket
import sys
import types

from .calls import HostError, call, to_bytes, to_text
from .event_loop import wait_for_request

# What the host does by itself.
_OF_REQUEST = {'accept-encoding', 'connection', 'content-length', 'expect', 'host', 'transfer-encoding'}
# The host has undone it.
_OF_RESPONSE = {'connection', 'content-encoding', 'content-length', 'transfer-encoding'}
_BODILESS = {204, 304}


class Exchange:
    """Stands where a connection has its socket."""

    def __init__(self, scheme, host, port, timeout):
        name = f'[{host}]' if ':' in host else host
        self._origin = f'{scheme}://{name}:{port}'
        self._timeout = socket.getdefaulttimeout() if timeout is socket._GLOBAL_DEFAULT_TIMEOUT else timeout
        self._begin()

    def _begin(self):
        self._head = None
        self._sent = bytearray()
        self._answer = b''

    def sendall(self, data):
        self._sent += data
        if self._head is None:
            head, end, rest = self._sent.partition(b'\r\n\r\n')
            if not end:
                return
            self._head, self._sent = head, rest
        line, _, fields = self._head.partition(b'\r\n')
        headers = http.client.parse_headers(io.BytesIO(fields + b'\r\n\r\n'))
        body = _body(headers, self._sent)
        if body is None:
            return
        method, target, _ = line.decode('latin-1').split(' ', 2)
        self._begin()
        self._answer = self._ask(method, target, headers, body)

    def makefile(self, *_, **__):
        answer, self._answer = self._answer, b''
        return io.BufferedReader(io.BytesIO(answer))

    def settimeout(self, seconds):
        self._timeout = seconds

    def gettimeout(self):
        return self._timeout

    def setsockopt(self, *_):
        pass

    def shutdown(self, _):
        pass

    def close(self):
        pass

    def _ask(self, method, target, headers, body):
        pairs = [[name, value] for name, value in headers.items() if name.lower() not in _OF_REQUEST]
        url = target if '://' in target else self._origin + target
        request = {'url': url, 'method': method, 'headers': pairs, 'redirect': 'manual'}
        try:
            identifier = call('fetch_start', json.dumps(request), to_text(body) if body else None)
            wait_for_request(identifier, self._timeout)
            head = json.loads(call('fetch_head', identifier))
            if 'error' in head:
                raise OSError(head['error'])
            return _response(method, head, to_bytes(call('fetch_body', identifier)))
        except HostError as error:
            raise OSError(str(error)) from None


def _body(headers, sent):
    """The whole body of a request; None while something of it is missing."""
    if headers.get('transfer-encoding', '').lower() != 'chunked':
        length = int(headers.get('content-length') or 0)
        return bytes(sent[:length]) if len(sent) >= length else None
    if not sent.endswith(b'0\r\n\r\n'):
        return None
    body, at = b'', 0
    while at < len(sent):
        end = sent.index(b'\r\n', at)
        size = int(sent[at:end], 16)
        if size == 0:
            return body
        body += sent[end + 2 : end + 2 + size]
        at = end + 2 + size + 2
    return None


def _response(method, head, body):
    """As a server would have sent it, with its length."""
    is_empty = method == 'HEAD' or head['status'] in _BODILESS
    headers = [(name, value) for name, value in head['headers'] if is_empty or name.lower() not in _OF_RESPONSE]
    if not is_empty:
        headers.append(('Content-Length', len(body)))
    lines = [f'HTTP/1.1 {head["status"]} {head["reason"]}', *(f'{name}: {value}' for name, value in headers)]
    return '\r\n'.join(lines).encode('latin-1', 'replace') + b'\r\n\r\n' + body


def _connect(self):
    if self._tunnel_host:
        raise OSError('a session reaches the network without a proxy')
    self.sock = Exchange(self._scheme, self.host, self.port, self.timeout)


def _connect_urllib3(self):
    _connect(self)
    # The host verifies it.
    self.is_verified = True


def _adopt(module, connect):
    for kind, scheme in ((module.HTTPConnection, 'http'), (module.HTTPSConnection, 'https')):
        kind._scheme = scheme
        kind.connect = connect


def _inject_into_urllib3():
    """As urllib3 finds it on Emscripten, whose own way to the network is that of browsers."""
    from urllib3 import connection

    _adopt(connection, _connect_urllib3)
    connection.HTTPConnection.is_connected = property(lambda self: self.sock is not None)


def install():
    _adopt(http.client, _connect)
    own = sys.modules['urllib3.contrib.emscripten'] = types.ModuleType('urllib3.contrib.emscripten')
    own.inject_into_urllib3 = _inject_into_urllib3


_connect.__name__ = _connect_urllib3.__name__ = 'connect'
