"""The user's variables as the variables pane and `%whos` show them."""

from . import live
from .preview import preview, shorten, type_name

# More would be a table nobody reads, and costs time after every input.
MAX_VARIABLES = 1_000


def describe_all():
    """`{'name', 'type', 'preview'}` for each, in the order of their first binding."""
    names = live.user_names()[:MAX_VARIABLES]
    return [describe(name, live.namespace[name]) for name in names]


def describe(name, value):
    return {'name': shorten(name), 'type': shorten(type_name(value)), 'preview': preview(value)}
