"""The Python side of the REPL: the functions that the kernel calls. The contract is server/kernels/python/driver.ts.

The package is imported while the base snapshot is made and lives in every heap. `live` is the user's namespace; one
module each executes, echoes, reports errors, completes, inspects, previews and runs whole programs.
"""

from . import execution
from .entry import complete, execute, get_value, inspect, restored, run_program, variables

__all__ = ['complete', 'execute', 'get_value', 'inspect', 'restored', 'run_program', 'variables']

execution.install()
