"""The live namespace: the module `__main__` that all inputs of a session share, and the context variables they set."""

import builtins
import contextvars
import sys
import types

NAME = '__main__'


def _make_main():
    module = types.ModuleType(NAME)
    module.__builtins__ = builtins
    return module


module = _make_main()
namespace = module.__dict__

# Each entry into the interpreter has a thread state of its own, so that what an input does to its context variables
# (and with them to the context of `decimal`) would end with it.
context = contextvars.copy_context()


def install():
    """Makes the live namespace what `import __main__` finds."""
    sys.modules[NAME] = module


def reset():
    """Forgets every name that the user has bound."""
    fresh = _make_main().__dict__
    namespace.clear()
    namespace.update(fresh)


def user_names():
    """The names that the user has bound, in the order of their first binding."""
    return [name for name in namespace if not is_special(name)]


def is_special(name):
    """True for names that Python gives by itself, such as `__name__`."""
    return name.startswith('__') and name.endswith('__')
