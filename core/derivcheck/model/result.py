"""The result: one row of a report."""

from __future__ import annotations

from enum import Enum

from derivcheck.errors import DerivcheckError
from derivcheck.model.case import Case
from derivcheck.model.deferred import Deferred
from derivcheck.model.element_results import ElementResults
from derivcheck.model.explanation import Explanation
from derivcheck.model.expression import Expression
from derivcheck.model.gradient import Gradient
from derivcheck.model.hunt_map import HuntMap
from derivcheck.model.light_records import record
from derivcheck.model.point import Point, Wrt
from derivcheck.model.shaped_values import Index, Shape, ShapedPoint, address
from derivcheck.model.truth import Truth
from derivcheck.model.verdict import Status, Verdict
from derivcheck.numbers import Enclosure


class What(Enum):
    """What a Result is about."""

    VALUE = "value"
    DERIVATIVE = "derivative"
    CLAIM = "claim"

    def __str__(self) -> str:
        return self.value


@record
class Result:
    """One row: one value, derivative or claim of one case at one point in one mode.

    Attributes:
        case: the Case it belongs to.
        what: whether it is about the value, a derivative, or a claim.
        wrt: the variables that were differentiated by; empty for the value.
        verdict: the judgement.
        point: the point, None where the case failed before it was read.
        expression: the parsed expression, None likewise.
        formula: the symbolic derivative, or the claimed one, None where there is none; `formula_text` is its text.
        symbolic: the enclosure of what that formula gives at the point, None where it gives no number.
        truth: what the exact derivative is, None likewise.
        gradient: what torch returned, None for a claim.
        error: the error that stopped the case, where one did.
        trace: a traceback, where the error is a bug of ours.
        notes: further facts that a user should see, such as a float32 fallback.
        item: the item of the check list for a user's own function that this is about, None elsewhere.
        diagnosis: the name of the mistake, where one fits at every point.
        raised: the traceback of what the user's own function raised, None where it raised nothing.
        values: the point where its variables have shapes; then `point` is None.
        elements: where the value has a shape, what became of each of its elements; verdict, truth, symbolic and
            gradient are then those of the worst one.
        explanation: why torch's numbers at this point are what they are, where somebody asked for it.
        hunt_map: of the first row of a hunt, the map of the ranges that were searched.
    """

    case: Case
    what: What
    wrt: Wrt
    verdict: Verdict
    point: Point | None = None
    expression: Expression | None = None
    formula: str | Deferred | None = None
    symbolic: Enclosure | None = None
    truth: Truth | None = None
    gradient: Gradient | None = None
    error: DerivcheckError | None = None
    trace: str | None = None
    notes: tuple[str, ...] = ()
    item: str | None = None
    diagnosis: str | None = None
    raised: str | None = None
    values: ShapedPoint | None = None
    elements: ElementResults | None = None
    explanation: Explanation | None = None
    hunt_map: HuntMap | None = None

    @property
    def status(self) -> Status:
        """The verdict's status."""
        return self.verdict.status

    @property
    def formula_text(self) -> str | None:
        """The formula as it is shown, None where there is none; SymPy simplifies it when this is first asked for."""
        return self.formula.text if isinstance(self.formula, Deferred) else self.formula

    @property
    def typed(self) -> dict[str, str]:
        """The point as it was typed.

        A point at infinity is no Point. It is taken from the case then, if the case has only one point.
        """
        given = self.values if self.point is None else self.point
        if given is not None:
            return {name: value.text for name, value in given.items()}
        is_there = self.error is None and self.trace is None and self.item is None and len(self.case.at) == 1
        return self.case.at[0] if is_there else {}

    @property
    def shape(self) -> Shape:
        """The shape of the row; () of a number."""
        return () if self.elements is None else self.elements.shape

    def element_name(self, index: Index) -> str:
        """The name of an element of the row, by the output and the variables that it belongs to.

        It is `f[0]` for a value, `W[2, 0]` for the derivative of a number, `f[0] by W[2, 0]` for that of a value with
        a shape, and `x[0], x[1]` for a second derivative.
        """
        output = 0 if self.elements is None else self.elements.output
        if not self.wrt:
            return address("f", index)
        before, rest = index[:output], index[output:]
        sizes = [len(value.shape) if (value := (self.values or {}).get(name)) else 0 for name in self.wrt]
        names, start = list(zip(self.wrt, sizes, strict=True)), 0
        if sum(sizes) != len(rest):  # the product with a direction has the shape of the last variable
            names = [(self.wrt[-1], len(rest))]
        found = []
        for name, size in names:
            found.append(address(name, rest[start : start + size]))
            start += size
        return f"{address('f', before)} by {', '.join(found)}" if before else ", ".join(found)

    @property
    def place(self) -> object:
        """The object that all Results of one point share: the point, or the case where no point was read."""
        if self.values is not None:
            return self.values
        return self.case if self.point is None else self.point

    @property
    def order(self) -> int:
        """The order of the derivative, 0 for the value."""
        return len(self.wrt)
