"""What a run of pytest counted of its gradchecks, as figures that workers send and that are added up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

UNREAD = "unread"
"""The label of a call that derivcheck cannot read."""

RAISED = "raised"
"""The label of a call in which the function itself, or what torch asks of its arguments, raises an exception."""

CRASHED = "crashed"
"""The label of a call in which derivcheck failed."""


LEFT = "left"
"""The label of a call in a test whose mark leaves it to torch's own gradcheck."""


class Remark(NamedTuple):
    """Something to say of one call.

    Attributes:
        node: the test, as pytest names it.
        label: the call's status, or one of the labels above.
        text: a line.
        is_failing: whether the call fails, or would if torch's own did not answer.
    """

    node: str
    label: str
    text: str
    is_failing: bool = False


@dataclass(slots=True)
class Figures:
    """What was counted.

    Attributes:
        labels: the calls by status, or by one of the labels above.
        unread: what could not be read, by operation.
        constants: what was taken for a constant of the run, and in how many calls.
        errors: the tracebacks of derivcheck's own failures, and how often each occurred.
        remarks: the calls that are no plain match.
        differences: the calls in which derivcheck's outcome is not torch's.
        failing: how many calls fail, or would if torch's own did not answer.
        ours, torchs: seconds.
        lost: the workers that ended without sending their figures.
    """

    labels: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    constants: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    remarks: list[Remark] = field(default_factory=list)
    differences: list[Remark] = field(default_factory=list)
    failing: int = 0
    ours: float = 0.0
    torchs: float = 0.0
    lost: list[str] = field(default_factory=list)

    @property
    def calls(self) -> int:
        """How many calls there were."""
        return self.labels.total()

    def data(self) -> dict[str, Any]:
        """The figures as what pytest-xdist can send: dicts, lists, texts and numbers of Python."""
        return {
            **{name: dict(getattr(self, name)) for name in _COUNTERS},
            **{name: [tuple(remark) for remark in getattr(self, name)] for name in _REMARKS},
            **{name: getattr(self, name) for name in _NUMBERS},
        }

    def add(self, data: dict[str, Any]) -> None:
        """Add what another process counted.

        Example:
            >>> one, other = Figures(ours=1.0), Figures(ours=0.5)
            >>> one.labels["match"] += 2
            >>> other.labels["match"] += 1
            >>> one.add(other.data())
            >>> one.calls, one.ours
            (3, 1.5)
        """
        for name in _COUNTERS:
            getattr(self, name).update(data[name])
        for name in _REMARKS:
            getattr(self, name).extend(Remark(*remark) for remark in data[name])
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + data[name])


_COUNTERS = ("labels", "unread", "constants", "errors")
_REMARKS = ("remarks", "differences")
_NUMBERS = ("failing", "ours", "torchs")
