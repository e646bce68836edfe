"""Runs tests of CPython's own suite, in a session. Each test that ends prints a line: JSON of its id, outcome and reason."""

import contextlib
import fnmatch
import io
import json
import sys
import unittest

TESTS = '/home/user/cpython'


class Report(unittest.TestResult):
    """Tells each outcome at once: what was told before a crash is not lost with the heap."""

    def __init__(self):
        super().__init__()
        self._told = set()
        # Tests may print, and put streams of their own in its place.
        self._stdout = sys.stdout

    def addSuccess(self, test):
        self._tell(test, 'ok')

    def addExpectedFailure(self, test, err):
        self._tell(test, 'ok')

    def addUnexpectedSuccess(self, test):
        self._tell(test, 'failed', 'unexpected success')

    def addSkip(self, test, reason):
        self._tell(test, 'skipped', reason)

    def addError(self, test, err):
        self._tell(test, 'failed', _describe(err))

    def addFailure(self, test, err):
        self._tell(test, 'failed', _describe(err))

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._tell(test, 'failed', _describe(err))

    def _tell(self, test, outcome, reason=''):
        # A test with several failed parts is one failed test.
        if id(test) not in self._told or outcome == 'ok':
            self._told.add(id(test))
            print(json.dumps([test.id(), outcome, reason]), file=self._stdout, flush=True)


def run(module, only='*', but=()):
    """Runs the tests of `module` whose id matches the pattern `only` and is none of `but`."""
    if TESTS not in sys.path:
        sys.path.insert(0, TESTS)
    tests = unittest.TestLoader().loadTestsFromName(module)
    chosen = [t for t in _flatten(tests) if fnmatch.fnmatchcase(t.id(), only) and t.id() not in but]
    report = Report()
    # Suites set up what the tests of a class or a module share.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        unittest.TestSuite(chosen).run(report)


def _flatten(tests):
    for test in tests:
        if isinstance(test, unittest.TestSuite):
            yield from _flatten(test)
        else:
            yield test


def _describe(err):
    kind, value, _ = err
    return f'{kind.__name__}: {value}'[:500]
