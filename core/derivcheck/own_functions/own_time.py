"""Ends the child process where derivcheck's own code takes all the time that an item has, and no function hangs.

Whoever waits for the process kills it at the end of that time, and could not tell one from the other. A process that
has noticed it ends by itself a little earlier, with an exit code of its own.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

from derivcheck.workers.stop import Cause, Stop

_EXIT_CODE = 117
"""How such a process ends; a function that exits the process by itself hardly takes this one."""

_END = 0.96
"""When such a process ends, in parts of the time that an item has."""

_LOOKS = 96
"""How many times until then it is looked at what is at work: a function that hangs is, each time in the second half."""

_CALLERS = frozenset({("user_functions.py", "run"), ("user_functions.py", "_run_file"), ("binding.py", "call")})
"""Functions of ours that call the user's code: while they are under way, it is at work."""

_OURS = Path(__file__).parents[1]

_LIBRARIES = tuple(
    os.path.join(sysconfig.get_path(name), "")  # it ends with a separator
    for name in ("stdlib", "platstdlib", "purelib", "platlib")
)


class OwnTime:
    """Watches the time that is left for what is at work in this process.

    Example:
        >>> watch = OwnTime()
        >>> watch.allow(60.0)
        >>> watch.stop()
    """

    def __init__(self) -> None:
        self._is_over = threading.Event()

    def allow(self, seconds: float) -> None:
        """Let the time begin anew; it ends after so many seconds."""
        self.stop()
        self._is_over = threading.Event()
        threading.Thread(target=_watch, args=(seconds, self._is_over), name="own-time", daemon=True).start()

    def stop(self) -> None:
        """Watch no longer."""
        self._is_over.set()


def took_our_time(stop: Stop) -> bool:
    """Whether a process has ended since derivcheck's own code took too long in it.

    Example:
        >>> took_our_time(Stop(Cause.TIMEOUT)), took_our_time(Stop(Cause.DIED, 117))
        (False, True)
    """
    return stop.cause is Cause.DIED and stop.code == _EXIT_CODE


def not_done(seconds: float) -> str:
    """What is said of it.

    Example:
        >>> not_done(60.0)
        'derivcheck itself is not done after 60 s: --timeout SECONDS allows more'
    """
    return f"derivcheck itself is not done after {seconds:.15g} s: --timeout SECONDS allows more"


def is_function_at_work(main: FrameType, others: Iterable[FrameType] = ()) -> bool:
    """Whether the user's code is at work.

    Args:
        main: the innermost frame of the thread in which our code runs, and calls the user's.
        others: those of other threads; torch runs backward passes on a GPU in threads of its own.
    """
    under_way = False  # whether what is above has been called by the user's code
    for frame in _stack(main):
        if under_way and _is_ours(frame):  # and our code has called that
            return True
        under_way = under_way or _is_of_the_user(frame)
        if _calls_the_user(frame):
            return True
    return any(_is_of_the_user(frame) for innermost in others for frame in _stack(innermost))


def _watch(seconds: float, is_over: threading.Event) -> None:
    """End the process after so many seconds, unless the function seems to hang, or the time is over before."""
    from derivcheck.autograd.user_functions import CALLS  # the process that waits does without torch

    last, begun = 0, CALLS.begun  # the look at which our code was at work alone, or the function has been called anew
    for look in range(1, _LOOKS + 1):
        if is_over.wait(_END * seconds / _LOOKS):
            return
        if CALLS.begun != begun or not _is_function_at_work_now():
            last, begun = look, CALLS.begun
    if last > _LOOKS / 2 and not is_over.is_set():
        os._exit(_EXIT_CODE)


def _is_function_at_work_now() -> bool:
    me, main = threading.get_ident(), threading.main_thread().ident
    frames = sys._current_frames()
    others = [frame for thread, frame in frames.items() if thread not in {me, main}]
    return main not in frames or is_function_at_work(frames[main], others)


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    """A frame, and those that called it."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_ours(frame: FrameType) -> bool:
    return Path(frame.f_code.co_filename).is_relative_to(_OURS)


def _calls_the_user(frame: FrameType) -> bool:
    return _is_ours(frame) and (Path(frame.f_code.co_filename).name, frame.f_code.co_name) in _CALLERS


def _is_of_the_user(frame: FrameType) -> bool:
    file = frame.f_code.co_filename
    return Path(file).is_absolute() and not _is_ours(frame) and not file.startswith(_LIBRARIES)
