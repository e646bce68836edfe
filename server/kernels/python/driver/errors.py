"""Uncaught errors as CPython prints them, without the frames that run the REPL."""

import linecache
import os
import sys
import traceback

import _spawnpoint_host

from . import hints


def _directory_of(function):
    return os.path.dirname(function.__code__.co_filename) + '/'


_OWN = (_directory_of(_directory_of), _directory_of(_spawnpoint_host.run))


def is_own(filename):
    """True for the sources of the REPL itself."""
    return filename.startswith(_OWN)


def describe(error, *, is_first=lambda filename: not is_own(filename)):
    """`{'status': 'error', 'name', 'message', 'text'}`; frames above the first that `is_first` accepts are left out."""
    text = render(error, is_first=is_first)
    return {'status': 'error', 'name': type(error).__name__, 'message': _message(error), 'text': text}


def render(error, *, is_first, colors=True):
    """The traceback as text, ending in a newline."""
    trace = _trace_of(error)
    while trace and not is_first(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    _remember_last(error, trace)
    _add_line(error)
    report = traceback.TracebackException(type(error), error, trace)
    _drop_own_frames(report)
    # An error that no frame of the user's raised is shown without the line that announces frames.
    if not report.stack:
        report.stack = None
    lines = [*report.format(colorize=colors)]
    hint = hints.hint(error)
    return ''.join(lines if hint is None else [*lines, f'{hint}\n'])


def _add_line(error):
    """The compiler, which sees only the tree of an input, does not know the line that a syntax error is in."""
    if isinstance(error, SyntaxError) and error.text is None and error.filename and error.lineno:
        error.text = linecache.getline(error.filename, error.lineno) or None


def _trace_of(error):
    return BaseException.__dict__['__traceback__'].__get__(error)


def _message(error):
    try:
        return str(error)
    except BaseException:
        return '<exception str() failed>'


def _drop_own_frames(report):
    pending, seen = [report], set()
    while pending:
        each = pending.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        if each.stack:
            each.stack[:] = [frame for frame in each.stack if not is_own(frame.filename)]
        pending += [each.__cause__, each.__context__, *(each.exceptions or ())]


def _last_of_user(trace):
    last = None
    while trace:
        if not is_own(trace.tb_frame.f_code.co_filename):
            last = trace
        trace = trace.tb_next
    return last


def _remember_last(error, trace):
    """What `pdb.pm()` and `traceback.print_last()` look at: not the frames of the REPL, in which reading may have ended."""
    last = _last_of_user(trace)
    if last:
        last.tb_next = None
    # Its own `__setattr__` may do anything: that of an error of JavaScript refuses.
    BaseException.with_traceback(error, trace)
    sys.last_exc = sys.last_value = error
    sys.last_type, sys.last_traceback = type(error), trace
