"""CPython's own interactive console (that of `python` at a terminal), asked what it prints."""

import builtins
import io
import sys
import warnings

from _pyrepl.console import InteractiveColoredConsole


_FILTERS = list(warnings.filters)


class Console(InteractiveColoredConsole):
    """Numbers its inputs as a session does."""

    def __init__(self):
        super().__init__({'__name__': '__main__', '__doc__': None}, filename='<input 0>')
        self._number = 0

    def show(self, code, typed):
        self._number += 1
        self.filename = f'<input {self._number}>'
        output = io.StringIO()
        stdin = io.StringIO(''.join(f'{line}\n' for line in typed))
        saved = sys.stdin, sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr = stdin, output, output
        try:
            if self.runsource(code, self.filename, 'single'):
                self.runsource(code + '\n', self.filename, 'exec')
        finally:
            sys.stdin, sys.stdout, sys.stderr = saved
        return output.getvalue()


def make():
    for name in ('_', '__', '___'):
        if hasattr(builtins, name):
            delattr(builtins, name)
    warnings.filters[:] = _FILTERS
    return Console()
