"""The entries of a baseline, and how a case is recognized."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from derivcheck.model import Case, OwnFunction, Status

MAX_POINTS = 16
"""How many points an entry lists; if there are more, only their number counts."""

_DIGEST_POINTS = 256
"""How many points count for the digest of a case. A case with more is checked in pieces, and its first piece has as
many."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a failure is about: `value`, `derivative`, `claim` or `expect`, by which variables, in which mode."""

    what: str
    wrt: str = ""
    mode: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.what, self.wrt, self.mode)))


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """A known failure.

    Attributes:
        status: the worst known status.
        points: the points at which it fails, at most MAX_POINTS of them.
        count: how many there are.
        reason: the reason that derivcheck gave.
        why: a person's note: the number of an issue, or when it will be mended.
        claim: the text of the claim, if it is one; "" where an older version wrote the entry.
        elements: of a tensor, how many of its elements fail at the point where most do; 0 of a number.
    """

    status: Status
    points: tuple[str, ...] = ()
    count: int = 1
    reason: str = ""
    why: str = ""
    claim: str = ""
    elements: int = 0

    def is_about(self, other: KnownFailure) -> bool:
        """Whether a failure is about the same claim: another claim is another mistake.

        Spaces do not matter. An entry without a claim is about any.
        """
        return not self.claim or _solid(self.claim) == _solid(other.claim)

    def covers(self, other: KnownFailure) -> bool:
        """Whether a failure is no worse than this one: neither by its status nor by its points or elements."""
        is_complete = self.count <= len(self.points)
        within = set(other.points) <= set(self.points) if is_complete else True
        is_worse = other.status.rank > self.status.rank or other.count > self.count or other.elements > self.elements
        return self.is_about(other) and within and not is_worse


@dataclass(slots=True)
class KnownCase:
    """A case with known failures.

    Attributes:
        name: the case's name, "" where it has none.
        expr: its expression.
        content: the digest of all that it states, but for its name, its place and what it expects.
        failures: the known failures, by what they are about.
        used_by: the content of the case of this run that was found by this name.
    """

    name: str
    expr: str
    content: str
    failures: dict[Key, KnownFailure] = field(default_factory=dict)
    used_by: str | None = None


def content_of(case: Case) -> str:
    """Return a digest of what a case states. Moving the case within a file or to another one does not change it.

    Example:
        >>> content_of(Case(expr="x", name="a")) == content_of(Case(expr="x", name="b"))
        True
    """
    is_read = any(own.is_read for own in case.functions)  # nobody has stated a formula
    stated = (
        "" if is_read else case.expr,
        [sorted(point.items()) for point in case.at[:_DIGEST_POINTS]],
        case.wrt,
        case.order,
        [mode.value for mode in case.modes],
        case.dtype.label if case.dtype else "",
        case.device,
        case.value,
        sorted(case.derivative.items()),
        (case.tolerance.rtol, case.tolerance.atol) if case.tolerance else None,
        [
            (own.name, own.params, None if own.is_read else own.formula, own.surrogate, *_further_parts(own))
            for own in case.functions
        ],
        (case.checklist.only, case.checklist.skip) if case.checklist else None,
        *([(case.const, case.seed)] if case.const or case.seed else []),  # a case without them has its digest of old
        *([case.search] if case.search else []),
    )
    return hashlib.sha256(repr(stated).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _further_parts(own: OwnFunction) -> Iterator[object]:
    """Give what a function may have besides its formulas; nothing of any other, whose digest of old stays."""
    if own.constants:
        yield tuple((name, repr(value)) for name, value in own.constants)
    if own.gradients:
        yield own.gradients, own.is_linear
    if own.domain is not None:
        yield own.domain


def _solid(text: str) -> str:
    return "".join(text.split())
