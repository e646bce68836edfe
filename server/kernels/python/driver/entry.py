"""What the kernel calls: strings in, text out. Nothing is raised except by a fault of the REPL."""

# Bound here: what users put in place of `json.dumps` does not concern the REPL.
from json import dumps, loads

from . import completion, execution, inspection, plain, programs, variables as variables_module


def execute(code, number, echoes):
    """Runs an input; an `ExecuteResult`."""
    return _guarded(lambda: execution.run(code, number, echoes))


def run_program(code, filename, argv):
    """Runs a script in a fresh `__main__`; an `ExecuteResult`."""
    return _guarded(lambda: programs.run(code, filename, loads(argv)))


def complete(code, cursor):
    """Candidates at the cursor; a `CompleteResult`."""
    return dumps(completion.complete(code, cursor))


def inspect(code, cursor):
    """What there is to know about the name at the cursor, or None."""
    return inspection.at_cursor(code, cursor)


def variables():
    """The user's variables; a list of `DriverVariable`."""
    return dumps(variables_module.describe_all())


def get_value(name):
    """`+` and the plain data of a live variable, for another kernel; see plain.py. `?` and a message for the user if there is
    none, `-` and a message if it cannot be copied.
    """
    try:
        return f'+{plain.read_variable(name)}'
    except NameError as error:
        return f'?{error}'
    except plain.PlainDataError as error:
        return f'-{error}'


def restored(lost):
    """What to tell the user after a heap was restored, or None."""
    things = loads(lost)
    if not things:
        return None
    return f'Python could not bring everything back: {"; ".join(things)}.'


def _guarded(run):
    """An interrupt may still come while the answer is made."""
    try:
        return dumps(run())
    except KeyboardInterrupt:
        return dumps({'status': 'interrupted', 'text': 'KeyboardInterrupt\n'})
    except BaseException as error:
        # An error whose own methods fail when it is shown, or no memory to show it.
        name = type(error).__name__
        text = f'{name}, while another error was being shown\n'
        return dumps({'status': 'error', 'name': name, 'message': '', 'text': text})
