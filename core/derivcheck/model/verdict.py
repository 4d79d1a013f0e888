"""The verdict: a status, its reason, and the error that it is about."""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from derivcheck.model.light_records import record


class Severity(Enum):
    """How much a status matters, mildest first."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    ERROR = "error"

    def __init__(self, _: str) -> None:
        self.rank = len(type(self).__members__)
        """0 for the mildest."""


class Status(Enum):
    """What derivcheck says of one result, mildest first: value, severity, and what it means."""

    MATCH = ("match", Severity.PASS, "autograd's number is the derivative, up to rounding")
    SKIPPED = ("skipped", Severity.PASS, "not run, for the reason given")
    CONVENTION = (
        "convention",
        Severity.PASS,
        "no two-sided derivative exists here and autograd's choice lies within the one-sided ones",
    )
    UNDEFINED = ("undefined", Severity.WARN, "there is no derivative here to compare with")
    UNDECIDED = ("undecided", Severity.WARN, "the true derivative could not be enclosed narrowly enough")
    UNSTABLE = (
        "unstable",
        Severity.WARN,
        "rounding alone explains the error, yet fewer than half the digits are right: the formula loses them",
    )
    INACCURATE = (
        "inaccurate",
        Severity.WARN,
        "more wrong than rounding explains, yet within torch.testing.assert_close's rtol for the dtype",
    )
    NONFINITE = ("nonfinite", Severity.FAIL, "autograd returned nan or inf although a finite derivative exists")
    MISMATCH = ("mismatch", Severity.FAIL, "autograd's number is not the derivative")
    WRONG_FORMULA = ("wrong-formula", Severity.FAIL, "a formula, claimed or SymPy's, contradicts the truth")
    ERROR = ("error", Severity.ERROR, "the case could not be run")

    def __init__(self, label: str, severity: Severity, meaning: str) -> None:
        self.label = label
        self.severity = severity
        self.meaning = meaning
        self.rank = len(type(self).__members__)
        """0 for the mildest: the worst status of several is the one with the greatest rank."""

    def __str__(self) -> str:
        return self.label

    @classmethod
    def named(cls, label: str) -> Status:
        """The status whose label is `label`; ValueError where there is none."""
        for status in cls:
            if status.label == label:
                return status
        raise ValueError(f"no status is called {label!r}; there are {', '.join(s.label for s in cls)}")


@record
class Verdict:
    """The judgement on one Result.

    Attributes:
        status: the status.
        reason: one sentence with the numbers that a user needs, None for a plain match.
        absolute, relative, ulps: the error of torch's number against the nearest point of the enclosure; None where
            there is no true number or no returned one.
        digits: how many decimal digits are right, at most what the dtype carries; None likewise.
        sigma: the spread of the perturbed gradients, relative to the gradient, where it was needed.
        decided_by_rounding: whether torch's number is nan or inf only because of how its operations rounded; no record
            keeps this.
    """

    status: Status
    reason: str | None = None
    absolute: float | None = None
    relative: float | None = None
    ulps: float | None = None
    digits: float | None = None
    sigma: float | None = None
    decided_by_rounding: bool = field(default=False, compare=False)
