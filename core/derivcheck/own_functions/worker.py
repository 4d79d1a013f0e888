"""The child process in which a user's own code runs: a request on stdin, an item's Result after another on stdout."""

from __future__ import annotations

import os
import pickle
import sys
import warnings
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO

from derivcheck.errors import DerivcheckError
from derivcheck.model import Result
from derivcheck.model.failures import crashed, failed
from derivcheck.own_functions.chosen import chosen_items
from derivcheck.system.collector import undisturbed
from derivcheck.system.orphans import end_with

if __name__ == "__main__":
    end_with(int(sys.argv[1]))  # from the beginning: the function may hang, and nobody would be there to kill it

with undisturbed():
    import derivcheck.symbolic.derivatives  # noqa: F401  # loaded here, and not in the middle of an item
    from derivcheck.autograd.user_functions import load
    from derivcheck.own_functions.checking import check_items, prepare
    from derivcheck.own_functions.checks import engines, manners, mixed, orders, shapes, values  # noqa: F401


def main() -> None:
    """Read the request, run its items, send each Result as soon as it is there."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the user's code prints is chatter
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
    warnings.filterwarnings("ignore", module="derivcheck")  # what torch says of our own code is nothing for the user
    request, only = pickle.load(sys.stdin.buffer)
    case = request.case
    try:
        subject = prepare(request, load(case.name))
        _send(channel, "ready")
        items = [item for item in chosen_items(request) if item.name in only]
        for result in check_items(subject, request, items, begin=partial(_send, channel)):
            _send(channel, _portable(result))
    except DerivcheckError as error:
        _send(channel, _portable(failed(case, error)))
    except Exception as error:  # a bug of ours: the Result keeps the traceback
        _send(channel, crashed(case, error))
    _send(channel, "done")
    os._exit(0)  # the user's threads and exit handlers have nothing more to say


def _portable(result: Result) -> Result:
    """The Result with an error that survives the way to another process: a ParseError knows more than it needs."""
    error = result.error
    if error is None:
        return result
    return replace(result, error=DerivcheckError(error.message, hint=error.hint, location=error.location))


def _send(channel: BinaryIO, message: Any) -> None:
    pickle.dump(message, channel)
    channel.flush()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # Ctrl-C, of which the parent knows; or the user's code raised it, of which it will
        os._exit(130)
