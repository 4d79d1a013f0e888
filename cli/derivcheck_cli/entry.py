"""Where the program begins: before anything is loaded, so that Ctrl-C is no traceback at any moment."""

from __future__ import annotations

import signal
import sys

_INTERRUPTED = 130
"""`boundary.INTERRUPTED`, which is not loaded yet."""


def main() -> None:
    """Load the command line, run it, and exit."""
    try:
        from derivcheck_cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    finally:
        # All is said and written: from here on, Ctrl-C ends the process without a word. Who ignores it, still does.
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
