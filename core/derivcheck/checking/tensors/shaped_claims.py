"""Claims about values and derivatives with shapes, judged element by element."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from flint import arb

from derivcheck.balls.ball import enclosure, exact_ball, precision, to_ball
from derivcheck.balls.estimates import Estimates
from derivcheck.checking.said_derivatives import check_claimed, check_plain
from derivcheck.checking.tensors.shaped_check import ShapedCheck, found_by
from derivcheck.checking.tensors.shaped_numbers import numbers_at
from derivcheck.checking.tensors.shaped_requests import ShapedRequest, requests_for
from derivcheck.elements.elements import Elements
from derivcheck.elements.lowering import lower
from derivcheck.errors import CaseError, ParseError, ShapeError, Span
from derivcheck.graph.inlining import at_point, written_out
from derivcheck.language.literals import is_decimal
from derivcheck.language.parse import parse
from derivcheck.model import ElementResult, Evidence, Status, Verdict, Wrt
from derivcheck.model.expression import NUMBER
from derivcheck.model.shaped_values import Shape
from derivcheck.numbers import Enclosure
from derivcheck.readings import Readings
from derivcheck.truth.claimed_value import ROUNDED_BITS, Claim, has_rounded_literals
from derivcheck.truth.claims import Alternatives, Typed, judge_claim
from derivcheck.truth.finder import Found
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.verdict.support import supported

_WIDENED_BITS = 256
"""Enough where literals of which 50 bits are known decide how narrow a ball gets."""


@dataclass(frozen=True)  # without slots, which leave no place for a cached_property
class ClaimedElements:
    """A claim about a value or a derivative with a shape.

    Attributes:
        check: the case at a point.
        request: the row that the claim is about.
        text: the claim.
        claimed: the elements that the claim gives: one of each element of the row, or a number that is meant for all.
    """

    check: ShapedCheck
    request: ShapedRequest
    text: str
    claimed: Elements

    def elements(self) -> Iterator[ElementResult]:
        """What is to be said of each element, in order."""
        for at, (index, found) in enumerate(zip(self.request.indices(), self.check.found(self.request), strict=True)):
            verdict, value = self.judge(at, found)
            yield ElementResult(index, verdict, found.truth, None, value)

    def judge(self, at: int, found: Found) -> tuple[Verdict, Enclosure | None]:
        """The verdict on an element of the claim, and what the claim gives there."""
        root = at if len(self.claimed.roots) > 1 else 0
        value = self.values[root]
        shown = None if value is None else enclosure(value)
        if value is not None and found.truth.value is not None and value.overlaps(to_ball(found.truth.value)):
            return Verdict(Status.MATCH), shown
        expression = self.claimed.expression(root)
        claim = Claim(self.written(root), expression)
        meant = Alternatives(partial(self.at_typed_point, at), partial(self.with_wide_literals, at, found))
        place = {name: self.check.exact[name] for name in expression.variables}
        return supported(found.truth, judge_claim(claim, found.truth, place, meant)), shown

    def written(self, root: int) -> str:
        """How an element of the claim is written, where it is a number; else the whole claim."""
        node = self.claimed.nodes[self.claimed.roots[root]]
        return node.name if node.kind is NUMBER and is_decimal(node.name) else self.text

    @cached_property
    def values(self) -> list[arb | None]:
        """What each element of the claim gives at the point; None where it is not narrow."""
        return numbers_at(self.claimed, self.check.exact)

    def at_typed_point(self, at: int) -> Typed | None:
        """What is true of an element at the point as it was typed; None where the format holds that very point."""
        if self.check.typed is None:
            return None
        truths, place = self.check.typed
        return Typed(found_by(truths, self.request, self.check)[at].truth, place)

    def with_wide_literals(self, at: int, found: Found) -> arb | None:
        """The truth of an element if long literals of the expression are rounded numbers; None where it has none."""
        request = self.request
        elements = (self.check.slope if request.wrt else self.check.lowered).elements
        if found.truth.evidence is not Evidence.PROVEN or request.upstream is not None or len(request.wrt) > 1:
            return None
        names = self.check.addresses_of(request.wrt[0]) if request.wrt else ("",)
        formula = elements.expression(at // len(names))
        if not has_rounded_literals(formula):
            return None
        program = Readings(formula, formula).widened_program((names[at % len(names)],) if request.wrt else ())
        if program is None:
            return None
        with precision(_WIDENED_BITS):
            place = at_point(self.check.exact)
            value = program.run({name: exact_ball(place[name]) for name in program.variables})
        return value if isinstance(value, arb) and is_narrow(value, ROUNDED_BITS) else None


def read_claim(check: ShapedCheck, wrt: Wrt, text: str) -> ClaimedElements:
    """Read a claim, and lower it at the point.

    Raises:
        ParseError: for a claim that cannot be read; ShapeError for one of another shape than what it is about.
        CaseError: for a claim about a derivative that has too many elements to be looked at one by one.
    """
    own = check.case.functions
    about = f"derivative by {','.join(wrt)}" if wrt else "value"
    request = _asked_row(check, wrt, about)
    try:
        written = parse(text, frozenset(check.point), own, has_shapes=True)
        check_plain(written, is_strict=check.case.is_strict)
        check_claimed(written, wrt)
        expression = written_out(written, own)
        lowered = lower(expression, check.point, Estimates(check.exact))
    except ParseError as error:
        message = f"the claimed {about} cannot be read: {error.message}"
        raise type(error)(message, text=error.text, span=error.span, hint=error.hint) from None
    shape = lowered.outputs[0] if len(lowered.outputs) == 1 else (len(lowered.elements.roots),)
    if shape not in {(), request.shape}:
        raise ShapeError(
            f"the claimed {about} has the shape {shape}, and the {about} has the shape {request.shape}",
            text=text,
            span=Span(0, len(text)),
            hint=_describe(shape, check, wrt),
        )
    return ClaimedElements(check, request, text, lowered.elements)


def _asked_row(check: ShapedCheck, wrt: Wrt, about: str) -> ShapedRequest:
    requests = requests_for(wrt, check.lowered.outputs, [check.point[name].shape for name in wrt])
    if len(requests) > 1:
        raise CaseError(
            f"there is no room for a claim about the {about}: it has too many elements to be looked at one by one",
            hint="claim the gradient of a number: the sum of the outputs, each with a weight",
        )
    return requests[0]


def _describe(claimed: Shape, check: ShapedCheck, wrt: Wrt) -> str:
    """What the shape of a row is made of, in words; and what whoever claims a slope for each element means."""
    if not wrt:
        return f"the value has the shape {check.lowered.outputs[0]}; a number stands for every element"
    if (
        len(claimed) == 1
        and check.lowered.outputs == (claimed,)
        and [check.point[name].shape for name in wrt] == [claimed]
    ):
        return "each output has a derivative by each element: diag(…) is that of a function element by element"
    parts = [str(output) for output in check.lowered.outputs if output != ()]
    parts += [str(check.point[name].shape) for name in wrt]
    return f"it is that of the output and of the variables, {' and '.join(parts)}; a number stands for every element"
