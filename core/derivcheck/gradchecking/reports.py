"""The report of one call of gradcheck: a Result for each item, and whether the call fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from derivcheck.model import Result, Severity, Status
from derivcheck.reporting.presentation.checklist import facts, items
from derivcheck.reporting.presentation.element_lines import element_lines
from derivcheck.reporting.presentation.toned_lines import plain
from derivcheck.reporting.presentation.widths import printable

_WIDTH = 110

_TORCHS_WORDS = {
    "backward": "Jacobian mismatch",
    "forward mode": "Jacobian computed with forward mode mismatch",
    "double backward": "Jacobian mismatch",
}
"""How torch's gradcheck begins to speak of what these items compare."""

_ENOUGH_DIGITS = 0.75
"""The share of a format's digits that a number needs to be right enough where it is inaccurate.

A kernel of torch's that is off by some ulps more than the operations that are seen explain is no mistake of a backward
pass. In float64 a number that is off by 1e-12 of itself or more is one.
"""


@dataclass(frozen=True)  # without slots, which leave no place for a cached_property
class Report:
    """What one call of gradcheck or gradgradcheck found out.

    Attributes:
        title: what was called: `gradcheck of softmax`.
        results: one for each item: the values, the backward pass, forward mode, and what torch's own checks say.
        constants: what of the run was taken for a constant although it depends on the inputs, or on chance.
        outputs: how many outputs are differentiated.
    """

    title: str
    results: tuple[Result, ...]
    constants: tuple[str, ...] = ()
    outputs: int = 1

    @cached_property
    def status(self) -> Status:
        """The worst status; `skipped` where there is no item."""
        return max((result.status for result in self.results), key=lambda status: status.rank, default=Status.SKIPPED)

    @cached_property
    def failing(self) -> tuple[Result, ...]:
        """The Results for which the call fails."""
        return tuple(result for result in self.results if is_failing(result))

    @property
    def is_wrong(self) -> bool:
        """Whether the call fails."""
        return bool(self.failing)

    @cached_property
    def text(self) -> str:
        """The table: a line for each item, and below those that do not pass their elements."""
        return "\n".join(self._lines())

    @cached_property
    def complaint(self) -> str:
        """A line for the worst of what fails, as torch's gradcheck would begin it; empty where nothing fails.

        Test suites look for torch's words: `pytest.raises(GradcheckError, match="Jacobian mismatch for output 0")`.
        """
        if not self.failing:
            return ""
        worst = max(self.failing, key=lambda result: (result.status.severity.rank, result.status.rank))
        if worst.item not in _TORCHS_WORDS:
            return worst.verdict.reason or worst.status.meaning
        names = list(worst.case.at[0])
        ends = ["for output 0"] if self.outputs == 1 else []  # of several it is not known which
        ends += [f"with respect to input {names.index(name)}" for name in worst.wrt[-1:] if name in names]
        return " ".join([_TORCHS_WORDS[worst.item], *ends]) + ","

    def raise_if_wrong(self) -> None:
        """Raise torch's GradcheckError with the table where the call fails."""
        if self.is_wrong:
            raise _gradcheck_error(f"{self.complaint}\n{self.text}")

    def _lines(self) -> Iterator[str]:
        yield printable("   ".join([self.title, *facts(self.results)]))
        for result in self.results:
            yield from map(plain, items([result], width=_WIDTH))
            if result.elements is not None and result.status.severity is not Severity.PASS:
                yield from map(plain, element_lines(result, _WIDTH))
        for constant in self.constants:
            yield f"  taken for a constant of the run: {constant}"


def is_failing(result: Result) -> bool:
    """Whether a call fails for a Result.

    It does for a wrong number, for nan or inf in the place of one, and for a number that has lost more than a quarter
    of its digits although rounding does not explain that. It does not where there is no derivative to compare with,
    where none could be proven, or where rounding explains what is lost: then the backward pass is not what is wrong.
    """
    if result.status is Status.INACCURATE:
        gradient, digits = result.gradient, result.verdict.digits
        return gradient is None or digits is None or digits < _ENOUGH_DIGITS * gradient.dtype.digits
    return result.status.severity in {Severity.FAIL, Severity.ERROR}


def _gradcheck_error(text: str) -> Exception:
    torchs: Any = sys.modules["torch.autograd.gradcheck"]
    error: Exception = torchs.GradcheckError(text)
    return error
