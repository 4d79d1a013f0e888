"""What the items of a check list have told already: an item that finds nothing new after another failed says nothing.

A backward pass that forgets its upstream gradient is wrong with the second upstream gradient, in every shape, by every
engine. One item tells it; the next nineteen would hide whatever else is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivcheck.model import Severity, Status
from derivcheck.own_functions.checks.comparison import Comparison, Raised, conclude
from derivcheck.own_functions.checks.table import Item


class News:
    """Which arguments have been told to have a wrong gradient, and by which item first; likewise the value.

    Which exceptions have been told, likewise.
    """

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._raised: dict[str, str] = {}

    def of(self, item: Item, comparisons: list[Comparison]) -> list[Comparison]:
        """The comparisons of an item without those that fail as an earlier item's did.

        Where nothing else of it fails, the item is skipped, and names the item that has told it.

        Args:
            item: the item.
            comparisons: what it compared.

        Example:
            >>> from derivcheck.model import Verdict
            >>> from derivcheck.own_functions.checks.table import BY_NAME
            >>> wrong = Comparison(Verdict(Status.MISMATCH, "the true number is 2, torch returned 1.0"), wrt=("x",))
            >>> news = News()
            >>> [str(one.verdict.status) for one in news.of(BY_NAME["backward"], [wrong])]
            ['mismatch']
            >>> news.of(BY_NAME["points"], [wrong])[0].verdict.reason
            'nothing new: by x it fails as in `backward`; with --only it speaks all the same'
        """
        failing = [one for one in comparisons if one.verdict.status.severity is Severity.FAIL]
        old = {id(one): told for one in failing if (told := self._told_by(item, one)) is not None}
        new = [one for one in failing if id(one) not in old]
        for one in new:
            if one.raised is not None:
                self._raised.setdefault(_without_shapes(one.raised), item.name)
            elif item.of_backward and (one.wrt or one.truth is not None):
                for name in _about(one):
                    self._told.setdefault(name, item.name)
        if not old:
            return comparisons
        if new:
            return [one for one in comparisons if id(one) not in old]
        first = next(one for one in failing if id(one) in old)
        if first.raised is not None:
            return [conclude(Status.SKIPPED, f"nothing new: it raises the same as in `{old[id(first)]}`")]
        words = f"by {first.wrt[0]} it fails" if first.wrt else "its values are wrong"
        reason = f"nothing new: {words} as in `{old[id(first)]}`; with --only it speaks all the same"
        return [conclude(Status.SKIPPED, reason)]

    def _told_by(self, item: Item, comparison: Comparison) -> str | None:
        """The item that has told of what fails here; None where this is new."""
        if comparison.raised is not None:
            return self._raised.get(_without_shapes(comparison.raised))
        if not item.of_backward or (not comparison.wrt and comparison.truth is None):
            return None
        return next((self._told[name] for name in _about(comparison) if name in self._told), None)


def _without_shapes(raised: Raised) -> str:
    """What the function raised, without the shapes that its message names: in another shape it raises the same."""
    return re.sub(r"[\[(][\d, ]*[\])]", "", raised.refusal.text)


_VALUE = ""
"""What stands for the value among the names of arguments."""


def _about(comparison: Comparison) -> Sequence[str]:
    """The arguments that a number is a derivative by."""
    return comparison.wrt or (_VALUE,)
