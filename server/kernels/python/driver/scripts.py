"""`%run`: a script of the session's files, whose names the session has afterwards."""

import builtins
import io
import sys

from . import live


def run(path, arguments):
    """Executes the file as `__main__` with these `sys.argv`, in a namespace of its own. Raises what it raises; OSError with
    this `filename` if it cannot be read.
    """
    with io.open_code(path) as file:
        code = compile(file.read(), path, 'exec', 0, True)
    namespace = {'__name__': live.NAME, '__file__': path, '__builtins__': builtins}
    before = sys.argv
    sys.argv = arguments
    try:
        live.context.run(exec, code, namespace)
    finally:
        sys.argv = before
        live.namespace.update((name, value) for name, value in namespace.items() if not live.is_special(name))
