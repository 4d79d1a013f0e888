"""The Results of one point that are explained: a sequence which prints itself with the tape."""

from __future__ import annotations

from derivcheck.model.explanation import Blame, Explanation, Rewrite, TapeTensor
from derivcheck.reporting.presentation.plain_text import report
from derivcheck.reporting.results import Results


class Explained(Results):
    """Results of one point, and why torch's numbers there are what they are.

    It is the sequence that `check` or `check_function` returns. Printed, it is the text that `derivcheck explain`
    shows; a notebook shows it with typeset formulas, torch's attributes beside the exact numbers.
    """

    __slots__ = ()

    @property
    def explanation(self) -> Explanation | None:
        """The explanation; None where the case could not be run: then a Result says why."""
        return next((row.explanation for row in self if row.explanation is not None), None)

    @property
    def tape(self) -> tuple[TapeTensor, ...]:
        """The tensors of the run, in the order in which they were made; empty where there is no explanation."""
        return () if self.explanation is None else self.explanation.tape

    @property
    def blame(self) -> Blame | None:
        """What is to blame; None where nothing is, or nothing alone."""
        return None if self.explanation is None else self.explanation.blame

    @property
    def rewrites(self) -> tuple[Rewrite, ...]:
        """Other ways to write the expression, the best first."""
        return () if self.explanation is None else self.explanation.rewrites

    def __repr__(self) -> str:
        return report(self, whole=True) or "no results"
