"""`%timeit` and `%time`. The clock stands still while code runs on, so that it is read only after others had a turn."""

import gc
import statistics
import time

from . import execution, live, source

_RUNS = 7
_MAX_LOOPS = 10_000_000
_ENOUGH_SECONDS = 0.2


def timeit(statement, filename):
    """Prints mean and deviation of one loop over seven runs, as IPython does."""
    run = _make_loop(statement, filename)
    loops, taken = 1, _measure(run, 1)
    while taken < _ENOUGH_SECONDS / _RUNS and loops < _MAX_LOOPS:
        loops *= 10
        taken = _measure(run, loops)
    runs = [_measure(run, loops) / loops for _ in range(_RUNS)]
    mean, deviation = statistics.fmean(runs), statistics.pstdev(runs)
    plural = 's' if loops > 1 else ''
    print(
        f'{_duration(mean)} ± {_duration(deviation)} per loop '
        f'(mean ± std. dev. of {_RUNS} runs, {loops:,} loop{plural} each)'
    )


def time_once(statement, filename):
    """Runs a statement as part of the input and prints how long it took."""
    start = _now()
    execution.run_statement(statement, filename)
    print(f'Wall time: {_duration(_now() - start)}')


def _make_loop(statement, filename):
    """A function that runs the statement as often as it is told, with the user's names as its globals."""
    body = '\n'.join(f'        {line}' for line in statement.split('\n'))
    code = f'def _run(_loops):\n    for _ in range(_loops):\n{body}\n'
    source.remember(filename, code)
    scope = {}
    compiled = compile(code, filename, 'exec')
    exec(compiled, live.namespace, scope)
    return scope['_run']


def _measure(run, loops):
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        start = _now()
        run(loops)
        return _now() - start
    finally:
        if was_collecting:
            gc.enable()


def _now():
    time.sleep(0)
    return time.perf_counter()


def _duration(seconds):
    for unit, size in (('s', 1), ('ms', 1e-3), ('µs', 1e-6)):
        if seconds >= size:
            return f'{seconds / size:.3g} {unit}'
    return f'{seconds / 1e-9:.3g} ns'
