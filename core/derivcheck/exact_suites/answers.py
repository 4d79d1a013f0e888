"""Answers one call of torch's gradcheck or gradgradcheck: exactly, or as torch does where it cannot be read."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from derivcheck.errors import DerivcheckError
from derivcheck.exact_suites.figures import CRASHED, LEFT, RAISED, UNREAD, Figures, Remark
from derivcheck.model import Severity, Status

# What loads SymPy and Arb is loaded with the first call: many runs of a suite have none.
if TYPE_CHECKING:
    from derivcheck.gradchecking.reports import Report

TORCHS = "torch.autograd.gradcheck"
"""The module that has the functions. The attribute of that name is one of the functions."""

EXAMINERS = {"gradcheck": "examine", "gradgradcheck": "examine_twice"}
"""The functions of torch's module, and those of `derivcheck.gradchecking.gradcheck` that report on the same call."""


@dataclass(slots=True)
class _Outcome:
    """How a function ended.

    Attributes:
        value: what it returned.
        error: what it raised, or None.
        seconds: how long it took.
    """

    value: Any = None
    error: Exception | None = None
    seconds: float = 0.0

    @property
    def passes(self) -> bool:
        """Whether a gradcheck that ended so passes."""
        return self.error is None and bool(self.value)

    def give(self) -> Any:
        """Return what was returned, or raise what was raised."""
        __tracebackhide__ = True
        if self.error is not None:
            raise self.error
        return self.value


@dataclass(slots=True)
class Answers:
    """Answers the calls in a run of pytest.

    Attributes:
        figures: where the calls are counted.
        is_beside: whether torch's own function runs as well, and its outcome is that of the call.
        is_strict: whether a call that cannot be read fails.
        node: the test that runs.
        is_left: whether this test's calls are left to torch's own function.
    """

    figures: Figures
    is_beside: bool = False
    is_strict: bool = False
    node: str = ""
    is_left: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _within: threading.local = field(default_factory=threading.local)

    def answer(self, own: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Answer a call.

        Args:
            own: torch's function.
            args: what it is called with.
            kwargs: likewise.

        Raises:
            Exception: a GradcheckError with our table where a gradient is wrong; what torch's function raises where
                that answers.
        """
        __tracebackhide__ = True
        if getattr(self._within, "a_call", False):  # gradgradcheck calls gradcheck; so may the function under test
            return own(*args, **kwargs)
        try:
            given = inspect.signature(own).bind(*args, **kwargs).arguments
        except TypeError:
            return own(*args, **kwargs)  # Python says what is wrong with the arguments
        if self.is_left:
            with self._lock:
                self.figures.labels[LEFT] += 1
            return own(*args, **kwargs)
        is_raising = given.pop("raise_exception", True)
        with self._within_a_call():
            ours = _examine(own, given)
            if not self.is_beside and ours.error is None:
                self._count(ours)
                return _judged(ours.value, is_raising=is_raising)
            if not self.is_beside and self.is_strict and isinstance(ours.error, DerivcheckError):
                self._count(ours)
                return _failed(f"derivcheck: {ours.error.render()}", is_raising=is_raising)
            theirs = _run(own, *args, **kwargs)
            self._count(ours, theirs)
            return theirs.give()

    @contextmanager
    def _within_a_call(self) -> Iterator[None]:
        self._within.a_call = True
        try:
            yield
        finally:
            self._within.a_call = False

    def _count(self, ours: _Outcome, theirs: _Outcome | None = None) -> None:
        """Count a call: what we found, and how torch's own ended where it ran."""
        label, text = _label(ours, theirs)
        is_failing = ours.value.is_wrong if ours.error is None else theirs is None
        figures = self.figures
        with self._lock:
            figures.labels[label] += 1
            figures.failing += is_failing
            figures.ours += ours.seconds
            figures.torchs += theirs.seconds if theirs else 0.0
            if label == UNREAD:
                figures.unread[_operation(ours.error)] += 1
            elif label == CRASHED and ours.error is not None:
                figures.errors["".join(traceback.format_exception(ours.error)).rstrip()] += 1
            elif label != RAISED:
                figures.constants.update(set(ours.value.constants))
                if theirs is not None and is_failing is theirs.passes:
                    figures.differences.append(Remark(self.node, label, _difference(text, theirs), is_failing))
            if label not in _UNREMARKABLE:
                figures.remarks.append(Remark(self.node, label, text, is_failing))


_UNREMARKABLE = frozenset({Status.MATCH.label, Status.CONVENTION.label, RAISED})
"""The labels of calls of which there is nothing to say."""


def _examine(own: Callable[..., Any], given: Mapping[str, Any]) -> _Outcome:
    """Report on a call; the generators of random numbers are afterwards as they were."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what libraries say of one another when they are loaded
        # Loaded late: see above.
        from derivcheck.autograd.generators import left_alone

        ours = importlib.import_module("derivcheck.gradchecking.gradcheck")
    with warnings.catch_warnings(), left_alone():
        for category in (DeprecationWarning, RuntimeWarning):  # a suite may make its own warnings errors, not ours
            warnings.filterwarnings("ignore", category=category, module=r"(torch|sympy|numpy|derivcheck)\b")
        return _run(getattr(ours, EXAMINERS[own.__name__]), **given)


def _run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> _Outcome:
    __tracebackhide__ = True
    start = perf_counter()
    try:
        value = function(*args, **kwargs)
    except Exception as error:  # the function's or gradcheck's: the caller raises it again, or reports it
        return _Outcome(error=error, seconds=perf_counter() - start)
    return _Outcome(value, seconds=perf_counter() - start)


def _judged(report: Report, *, is_raising: bool) -> bool:
    """Answer as torch's function does."""
    __tracebackhide__ = True
    return _failed(f"{report.complaint}\n{report.text}", is_raising=is_raising) if report.is_wrong else True


def _failed(text: str, *, is_raising: bool) -> bool:
    __tracebackhide__ = True
    if is_raising:
        raise sys.modules[TORCHS].GradcheckError(text)
    return False


def _label(ours: _Outcome, theirs: _Outcome | None) -> tuple[str, str]:
    """The label of a call, and a line about it."""
    if ours.error is None:
        return _worst(ours.value)
    if isinstance(ours.error, DerivcheckError):
        return UNREAD, ours.error.message
    if theirs is not None and type(theirs.error) is type(ours.error):
        return RAISED, ""  # the function raises it whoever calls, or torch's own look at the arguments does
    return CRASHED, f"{type(ours.error).__name__}: {ours.error}"


def _worst(report: Report) -> tuple[str, str]:
    """The status of a report, and the reason of its worst result."""
    done = [result for result in report.results if result.status is not Status.SKIPPED]
    worst = max(report.failing or done, key=lambda result: result.status.rank, default=None)
    if worst is None:
        return Status.SKIPPED.label, "nothing of it is differentiable"
    if worst.status.severity is Severity.PASS:
        return worst.status.label, ""
    return worst.status.label, f"{worst.item} {worst.verdict.reason or worst.status.meaning}"


def _difference(text: str, theirs: _Outcome) -> str:
    """A line about a call that one passes and the other does not."""
    if theirs.passes:
        return f"torch's passes; {text}"
    said = str(theirs.error).strip().splitlines()[:1] if theirs.error is not None else []
    what = f"raises {type(theirs.error).__name__}" if theirs.error is not None else "returns False"
    return ": ".join([f"torch's {what}", *said]).rstrip(",")


def _operation(error: Exception | None) -> str:
    """The operation that could not be read, where the error names one; else what the error says."""
    message = getattr(error, "message", str(error))
    named = re.search(r"the operation `([^`]+)` cannot be read$", message)
    return named[1] if named else str(message)
