"""`sys.exit` and its relatives: exit statuses, and what `exit()` says in a session."""

import builtins


def describe(error):
    """`{'status': 'exit', 'code', 'text'}` of a SystemExit, as CPython turns it into an exit status."""
    code = error.code
    if code is None:
        return {'status': 'exit', 'code': 0, 'text': ''}
    if isinstance(code, int):
        return {'status': 'exit', 'code': code & 0xFF, 'text': ''}
    return {'status': 'exit', 'code': 1, 'text': f'{code}\n'}


class SessionQuitter:
    """`exit` and `quit` while the user is at the prompt: a session does not end."""

    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return f'A session does not end with {self._name}(). Leave it with Ctrl-D: everything stays as it is.'

    def __call__(self, code=None):
        print(repr(self))


class ProgramQuitter:
    """`exit` and `quit` while a program runs: they end it."""

    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return f'Use {self._name}() to end the program'

    def __call__(self, code=None):
        raise SystemExit(code)


def install(quitter):
    """Makes `exit` and `quit` behave as `quitter` says."""
    builtins.exit = quitter('exit')
    builtins.quit = quitter('quit')
