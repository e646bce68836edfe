"""What the kernel calls and may wait: the functions of the REPL, entered safely."""

from .preemption import begin


def execute(code, number):
    begin()
    import _spawnpoint

    return _spawnpoint.execute(code, number)


def run_program(code, filename, argv):
    begin()
    import _spawnpoint

    return _spawnpoint.run_program(code, filename, argv)
