"""What runs between inputs: tasks and timers that inputs left behind."""

import traceback

from .event_loop import session_loop
from .preemption import begin
from .sources import forget_source
from .streams import flush_output


def has_pending():
    """Whether tasks or timers wait."""
    return background_due() is not None


def background_due():
    """Seconds until background work wants to run, 0 for at once; None if there is none."""
    return session_loop().next_due


def run_background():
    """Runs what is due. Answers whether it was interrupted."""
    begin()
    forget_source()
    try:
        session_loop().run_due()
    except KeyboardInterrupt:
        return True
    except SystemExit:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        flush_output()
    return False
