"""The session's key-value store: text keys, bytes as values."""

import json

from .calls import call, to_bytes, to_text


def kv_get(key):
    """The value, or None."""
    return to_bytes(call('kv_get', str(key)))


def kv_set(key, value):
    call('kv_set', str(key), to_text(value))


def kv_delete(key):
    """Whether it was there."""
    return call('kv_delete', str(key))


def kv_list(prefix=''):
    """The keys that start with `prefix`, sorted."""
    return json.loads(call('kv_list', str(prefix)))
