"""The case: what is to be checked, as the user stated it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from derivcheck.errors import Location
from derivcheck.model.constants import Constants, constants_key
from derivcheck.model.mode import Mode
from derivcheck.model.point import Wrt
from derivcheck.model.search_range import Search
from derivcheck.model.verdict import Status
from derivcheck.numbers import DType


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A fixed tolerance, |error| <= atol + rtol*|truth|, that replaces the default criterion."""

    rtol: float = 0.0
    atol: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class OwnFunction:
    """A function of the user's own, which expressions may call.

    Attributes:
        name: what expressions call it.
        params: its arguments' names, in order; empty in a check list where nobody has given them: then they are those
            that the code has, if the formula's variables are called so, else these variables in order.
        formula: what it computes, an expression over `params`: SymPy and Arb read that. None: what its forward pass
            computes; only a check list may leave it out.
        code: what torch runs: FILE.py:NAME with an absolute path, package.module:NAME, or the object itself.
        surrogate: the expression whose derivative its backward pass is meant to have; None: that of `formula`.
        constants: its arguments that are no tensors, with their values: `n = 3`, `reduction = "mean"`. The formulas may
            name them.
        gradients: what its backward pass is meant to return, by argument: an expression over `params` and the upstream
            gradient `g`. An argument without one has the derivative of `surrogate`, else of `formula`.
        is_linear: whether these expressions are linear in `g`, as a vector-Jacobian product is.
        domain: where the function is defined, a condition over `params`: `sigma > 0`; None: nobody has said.
        order: the arguments as the function takes them by place, constants among them; (): by their names.
        is_read: whether nobody has stated the formula: it is what the forward pass was found to compute.
    """

    name: str
    params: tuple[str, ...]
    formula: str | None
    code: object
    surrogate: str | None = None
    constants: Constants = ()
    gradients: tuple[tuple[str, str], ...] = ()
    is_linear: bool = True
    domain: str | None = None
    order: tuple[str, ...] = ()
    is_read: bool = False

    @property
    def stated(self) -> str:
        """The formula of a function that expressions may call."""
        assert self.formula is not None
        return self.formula

    def _key(self) -> tuple[object, ...]:
        code = self.code if isinstance(self.code, str) else id(self.code)
        meant = (self.formula, self.is_read, self.surrogate, self.gradients, self.is_linear, self.domain)
        return (self.name, self.params, self.order, *meant, constants_key(self.constants), code)

    def __eq__(self, other: object) -> bool:
        """Whether two are the same declaration of the same code; an object is the same as itself only."""
        return self._key() == other._key() if isinstance(other, OwnFunction) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())


@dataclass(frozen=True, slots=True)
class Checklist:
    """That the case is the check list of a user's own function, and which items of it.

    Attributes:
        only: the items to run; empty means all that are not slow.
        skip: the items to leave out.
        slow: whether to run the slow items too.
    """

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be checked, as the user stated it.

    Attributes:
        name: the case's name, or None.
        expr: the expression's text.
        at: the points; each maps a variable to its value's text. A tuple, or what reads them when they are needed.
        wrt: the derivatives asked for; empty means each variable once.
        order: where `wrt` is empty, every partial of this order.
        modes: the engines to run.
        dtype: the format that the tensors have; None means float64, or float32 where the device has no float64.
        device: where they live.
        value: the claimed value's text, or None.
        derivative: the claimed derivatives, each a formula or a number.
        expect: the status that the whole case is known to have, or one for each derivative.
        why: the reason for `expect`, or where the case comes from.
        tolerance: a fixed tolerance instead of the default criterion.
        allow_unused: whether the points may give names that neither the expression nor a claim uses, as points may
            that several cases share; a note names them. Else such a name is an error, since it may be a slip.
        functions: the user's own functions that `expr` and the claims may call.
        const: the variables that are held and not differentiated by.
        is_strict: whether texts that are not plain, `2x² sin x`, are errors.
        seed: the seed of the points' random values, such as `randn(2, 3)`.
        checklist: where this is set, the check list of the only one of `functions` is run, whose formula is `expr`;
            "" where there is none.
        search: where this is set, the case is a hunt over ranges of numbers; its points hold the other variables.
        location: where the case was read.
    """

    expr: str
    at: Sequence[dict[str, str]] = ({},)
    name: str | None = None
    wrt: tuple[Wrt, ...] = ()
    order: int = 1
    modes: tuple[Mode, ...] = (Mode.REVERSE,)
    dtype: DType | None = None
    device: str = "cpu"
    value: str | None = None
    derivative: dict[Wrt, str] = field(default_factory=dict)
    expect: Status | dict[Wrt, Status] | None = None
    why: str | None = None
    tolerance: Tolerance | None = None
    allow_unused: bool = True
    functions: tuple[OwnFunction, ...] = ()
    const: tuple[str, ...] = ()
    seed: int = 0
    is_strict: bool = False
    checklist: Checklist | None = None
    search: Search | None = None
    location: Location = field(default_factory=Location)

    @property
    def label(self) -> str:
        """The case's name; without one, or a blank one, file and line; without those, the expression."""
        return self.name if self.name and self.name.strip() else str(self.location) or self.expr
