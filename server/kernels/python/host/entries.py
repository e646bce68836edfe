"""What the kernel calls and may wait: the functions of the REPL, entered safely."""

import functools

from .preemption import begin


@functools.cache
def _driver():
    """The functions of the REPL, as they were before anyone could put others in their place."""
    import _spawnpoint

    return _spawnpoint.execute, _spawnpoint.run_program


def bind():
    """Called once, when the REPL is there."""
    _driver()


def execute(code, number, echoes):
    begin()
    return _driver()[0](code, number, echoes)


def run_program(code, filename, argv):
    begin()
    return _driver()[1](code, filename, argv)
