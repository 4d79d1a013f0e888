"""The data that travels between the stages: Case, Truth, Gradient, Verdict and Result."""

from __future__ import annotations

import decimal
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction

from derivcheck.deferred import Deferred
from derivcheck.errors import DerivcheckError, Location
from derivcheck.records import record
from derivcheck.tree import Expression


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


class Mode(Enum):
    """Which of torch's differentiation engines computes the gradient."""

    REVERSE = "reverse"
    FORWARD = "forward"
    FUNC = "func"
    FORWARD_OVER_REVERSE = "forward-over-reverse"
    REVERSE_OVER_FORWARD = "reverse-over-forward"
    COMPILE = "compile"

    def __str__(self) -> str:
        return self.value

    @property
    def has_tangents(self) -> bool:
        """Whether tangents are computed while the function is, as forward mode does."""
        return self in {Mode.FORWARD, Mode.FORWARD_OVER_REVERSE, Mode.REVERSE_OVER_FORWARD}

    @property
    def as_written(self) -> Mode:
        """The mode that computes the same from the program as it is written, before a compiler has changed it."""
        return Mode.REVERSE if self is Mode.COMPILE else self


def dyadic_fraction(man: int, exp: int) -> Fraction:
    """The number man * 2**exp."""
    return Fraction(man << exp) if exp >= 0 else Fraction(man, 1 << -exp)


def _magnitude(x: Fraction) -> int:
    """e such that 2**(e-1) <= |x| < 2**e, of a number other than 0."""
    size, denominator = abs(x.numerator), x.denominator
    exponent = size.bit_length() - denominator.bit_length()
    return exponent + (size << max(-exponent, 0) >= denominator << max(exponent, 0))


class DType(Enum):
    """A floating-point format: name, bits of precision (the hidden one included), and exponent range.

    A finite nonzero number is m * 2**e with |m| < 2**precision; `max_exponent` and `min_exponent` are those of the
    largest and of the smallest normal number, 2**min_exponent <= |x| < 2**(max_exponent + 1).
    Source: IEEE 754-2019 table 3.5; bfloat16 as in torch.finfo.
    """

    FLOAT64 = ("float64", 53, 1023, -1022)
    FLOAT32 = ("float32", 24, 127, -126)
    FLOAT16 = ("float16", 11, 15, -14)
    BFLOAT16 = ("bfloat16", 8, 127, -126)

    def __init__(self, label: str, precision: int, max_exponent: int, min_exponent: int) -> None:
        self.label = label
        self.precision = precision
        self.max_exponent = max_exponent
        self.min_exponent = min_exponent
        self.unit_roundoff = 2.0**-precision
        """u = 2**-precision: the largest relative error of one rounding to nearest."""
        self.digits = precision * math.log10(2)
        """How many decimal digits the format carries: -log10 of the unit roundoff."""
        self.smallest_subnormal = dyadic_fraction(1, min_exponent - precision + 1)
        """The smallest positive number of the format."""
        self.largest = dyadic_fraction((1 << precision) - 1, max_exponent - precision + 1)
        """The largest finite number of the format."""

    def __str__(self) -> str:
        return self.label

    @classmethod
    def named(cls, label: str) -> DType:
        """The format called `label`; ValueError where there is none."""
        for dtype in cls:
            if dtype.label == label:
                return dtype
        raise ValueError(f"no dtype is called {label!r}; there are {', '.join(d.label for d in cls)}")

    def ulp_exponent(self, magnitude: int) -> int:
        """e such that the unit in the last place is 2**e at an x with 2**(magnitude - 1) <= |x| < 2**magnitude."""
        return min(max(magnitude - 1, self.min_exponent), self.max_exponent) - self.precision + 1

    def ulp(self, x: Fraction) -> Fraction:
        """The unit in the last place at x: the gap between neighbouring numbers of the format there."""
        return dyadic_fraction(1, self.ulp_exponent(_magnitude(x))) if x else self.smallest_subnormal

    def nearest(self, x: Fraction) -> Fraction | None:
        """x rounded to the format, ties to even; None where it overflows."""
        if not x:
            return Fraction(0)
        exponent = self.ulp_exponent(_magnitude(x))
        denominator = x.denominator << max(exponent, 0)
        units, rest = divmod(x.numerator << max(-exponent, 0), denominator)
        rounded = dyadic_fraction(units + (2 * rest + units % 2 > denominator), exponent)
        return rounded if abs(rounded) <= self.largest else None


@dataclass(frozen=True, slots=True)
class Dyadic:
    """The exact number man * 2**exp, of any magnitude: exp(10**6) is one, and no float."""

    man: int
    exp: int

    #: Exponents within which a Dyadic may be spelled out as a Fraction.
    _FRACTION_RANGE = 20_000

    def __post_init__(self) -> None:
        if self.man == 0 and self.exp != 0:
            object.__setattr__(self, "exp", 0)

    @property
    def magnitude(self) -> int:
        """e such that 2**(e-1) <= |x| < 2**e; a very small number for 0."""
        return self.man.bit_length() + self.exp if self.man else -(10**18)

    @property
    def is_moderate(self) -> bool:
        """Whether the number is 0 or neither astronomically large nor small, so that a Fraction of it is cheap."""
        return self.man == 0 or abs(self.magnitude) <= self._FRACTION_RANGE

    def fraction(self) -> Fraction:
        """The number as a Fraction; OverflowError unless `is_moderate`."""
        if not self.is_moderate:
            raise OverflowError(f"2**{self.magnitude} is no number to spell out")
        return dyadic_fraction(self.man, self.exp)

    def decimal(self, digits: int, *, rounding: str = decimal.ROUND_HALF_EVEN) -> str:
        """The number in decimal with at most `digits` significant digits, scientific where that is shorter."""
        if not self.is_moderate and abs(self.exp) > _DECIMAL_EXPONENTS:
            return self._decimal_of_astronomical(digits, rounding)
        with decimal.localcontext() as context:
            context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
            context.prec = digits + 40
            exact = decimal.Decimal(self.man) * decimal.Decimal(2) ** self.exp
            context.prec = digits
            context.rounding = rounding
            number = +exact
        if number == 0:
            return "0"
        sign, figures, exponent = number.as_tuple()
        assert isinstance(exponent, int)
        return ("-" if sign else "") + _positional_or_scientific("".join(map(str, figures)), exponent, digits)

    def _decimal_of_astronomical(self, digits: int, rounding: str) -> str:
        """The number in decimal by its logarithm: its exponent, as that of exp(1e20), is beyond those of `decimal`."""
        with decimal.localcontext() as context:
            context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
            context.prec = digits + 40 + len(str(self.exp))
            logarithm = decimal.Decimal(abs(self.man)).log10() + self.exp * decimal.Decimal(2).log10()
            leading = int(logarithm.to_integral_value(decimal.ROUND_FLOOR))
            mantissa = 10 ** (logarithm - leading)
            context.prec = digits
            context.rounding = rounding
            number = +mantissa
        figures, exponent = "".join(map(str, number.as_tuple().digits)), int(number.as_tuple().exponent)
        return ("-" if self.man < 0 else "") + _positional_or_scientific(figures, exponent + leading, digits)


_DECIMAL_EXPONENTS = 10**17
"""Powers of 2 with a larger exponent are no numbers of the module `decimal`, whose exponents end at 10**18."""


def _positional_or_scientific(figures: str, exponent: int, digits: int) -> str:
    """The number figures * 10**exponent: positional from 1e-6 up to 10**digits, scientific beyond."""
    trailing = len(figures) - len(figures.rstrip("0"))
    figures, exponent = figures.rstrip("0"), exponent + trailing
    leading = len(figures) + exponent - 1
    if not -7 < leading < digits:
        point = figures[0] + ("." + figures[1:] if len(figures) > 1 else "")
        return f"{point}e{leading}"
    if exponent >= 0:
        return figures + "0" * exponent
    if leading >= 0:
        return figures[: leading + 1] + "." + figures[leading + 1 :]
    return "0." + "0" * (-leading - 1) + figures


def decimal_text(value: Fraction) -> str | None:
    """A fraction whose decimals end, in decimal and exactly; None for any other."""
    denominator = value.denominator
    twos = (denominator & -denominator).bit_length() - 1
    fives, rest = 0, denominator >> twos
    while rest % 5 == 0:
        fives, rest = fives + 1, rest // 5
    if rest != 1:
        return None
    places = max(twos, fives)
    figures = str(abs(value.numerator) * 10**places // denominator)
    sign = "-" if value < 0 else ""
    return sign + _positional_or_scientific(figures, -places, 25) if value else "0"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A proven interval [mid - rad, mid + rad] around an exact number."""

    mid: Dyadic
    rad: Dyadic

    @property
    def is_exact(self) -> bool:
        """Whether the number is known exactly."""
        return self.rad.man == 0

    @property
    def is_exact_zero(self) -> bool:
        """Whether the number is proven to be 0."""
        return self.is_exact and self.mid.man == 0

    def contains_zero(self) -> bool:
        """Whether 0 lies in the interval."""
        if self.mid.man == 0 or self.rad.man == 0:
            return self.mid.man == 0
        if self.mid.magnitude > self.rad.magnitude:
            return False
        if self.mid.magnitude < self.rad.magnitude:
            return True
        shift = min(self.mid.exp, self.rad.exp)
        return abs(self.mid.man) << (self.mid.exp - shift) <= self.rad.man << (self.rad.exp - shift)

    def decimal(self, digits: int = 25) -> str:
        """The number in decimal, to at most `digits` significant digits."""
        return self.mid.decimal(digits)

    def exact_decimal(self) -> str:
        """The number in decimal: all of it where it is exact, as far as 80 digits go, else 25 significant digits."""
        return self.mid.decimal(80 if self.is_exact else 25)

    def radius(self) -> str:
        """The radius in decimal, rounded up to two digits."""
        return self.rad.decimal(2, rounding=decimal.ROUND_UP)


class Kind(Enum):
    """What is known of a derivative, or of a value, at a point."""

    VALUE = "value"
    ONE_SIDED = "one-sided"
    ENDPOINT = "endpoint"
    INFINITE = "infinite"
    UNDEFINED = "undefined"
    UNDECIDED = "undecided"

    def __str__(self) -> str:
        return self.value


class Evidence(Enum):
    """How a truth is known."""

    PROVEN = "proven"
    """Enclosed on a ball around the point, or at the point itself: a proof, as far as Arb goes."""
    SHOWN = "shown"
    """Seen in difference quotients: each encloses f with proof, but a few of them only sample the limit."""

    def __str__(self) -> str:
        return self.value


class Side(Enum):
    """A one-sided derivative that is no number."""

    POSITIVE_INFINITY = "inf"
    NEGATIVE_INFINITY = "-inf"
    DOMAIN = "domain"
    UNDECIDED = "undecided"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Truth:
    """What the exact derivative (or, at order 0, the value) is at the exact point.

    Attributes:
        kind: which of the six cases holds.
        value: the enclosure; present exactly where the kind is `value`.
        left, right: the one-sided derivatives, for every kind but `value` and where they were looked for.
        reason: why there is no number, one sentence; empty for `value`.
        limit: where the function itself has no value here but a limit, that limit (1 for sin(x)/x at 0).
        evidence: how this is known; None where it is undecided.
        swings: whether quotients decided it although infinitely many swings, poles or jumps of a function may crowd
            together at the point. Nobody is accused on such a ground.
    """

    kind: Kind
    value: Enclosure | None = None
    left: Enclosure | Side | None = None
    right: Enclosure | Side | None = None
    reason: str = ""
    limit: Enclosure | None = None
    evidence: Evidence | None = None
    swings: bool = False

    def __post_init__(self) -> None:
        if (self.kind is Kind.VALUE) != (self.value is not None):
            raise ValueError("a Truth carries a value exactly where its kind is 'value'")


@dataclass(frozen=True, slots=True)
class Gradient:
    """What torch returned for one derivative (or, at order 0, for the value).

    Attributes:
        mode, device, dtype: how it was computed.
        value: the number, exact (every float16, bfloat16 and float32 is a float64), nan and inf included; None
            where torch returned nothing.
        error: why there is no number, one sentence; None where there is one.
    """

    mode: Mode
    device: str
    dtype: DType
    value: float | None = None
    error: str | None = None


class Range(Enum):
    """How an operation left the format's range."""

    OVERFLOW = "overflows"
    UNDERFLOW = "underflows"


@dataclass(frozen=True, slots=True)
class RangeLoss:
    """The first operation of the unperturbed run that left the format's range.

    Attributes:
        range: how.
        operation: what did: torch's name of the operation, or a literal.
        in_forward: whether it happened while f was computed, or in torch's backward pass.
        wide: the same number computed in float64, where the format is a narrower one: if that is right, the range is
            what went wrong. None where float64 cannot tell, since formula or backward pass leave its range too.
        wide_spread: how far rounding can move that one.
        in_chain: whether, outside of the forward pass, the exact factors of the chain rule leave the range, so that
            whoever multiplies them must.
    """

    range: Range
    operation: str
    in_forward: bool
    wide: float | None = None
    wide_spread: float = 0.0
    in_chain: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """How far rounding can move one number.

    Attributes:
        absolute: the root mean square of the perturbed numbers' distances from the unperturbed one.
        relative: the same, relative to the largest of them.
        finite: the fraction of perturbed numbers that are finite; the others are set aside.
        losses: the first operation of the forward pass that left the format's range, and the first of the others.
        farthest: the largest distance of a perturbed number from the unperturbed one: at a jump, which a step of one
            ulp may cross or not, the root mean square is the jump times a share that is left to chance.
    """

    absolute: float
    relative: float
    finite: float
    losses: tuple[RangeLoss, ...] = ()
    farthest: float = 0.0

    def with_losses(self, losses: Iterable[RangeLoss]) -> Spread:
        """The same spread with other losses."""
        return replace(self, losses=tuple(losses))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on one Result.

    Attributes:
        status: the status.
        reason: one sentence with the numbers that a user needs, None for a plain match.
        absolute, relative, ulps: the error of torch's number against the nearest point of the enclosure; None where
            there is no true number or no returned one.
        digits: how many decimal digits are right, at most what the dtype carries; None likewise.
        sigma: the spread of the perturbed gradients, relative to the gradient, where it was needed.
    """

    status: Status
    reason: str | None = None
    absolute: float | None = None
    relative: float | None = None
    ulps: float | None = None
    digits: float | None = None
    sigma: float | None = None


class What(Enum):
    """What a Result is about."""

    VALUE = "value"
    DERIVATIVE = "derivative"
    CLAIM = "claim"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A fixed tolerance, |error| <= atol + rtol*|truth|, that replaces the default criterion."""

    rtol: float = 0.0
    atol: float = 0.0


@record
class Coordinate:
    """One variable's value: as typed, exactly as typed, and exactly as the dtype holds it."""

    text: str
    typed: Fraction | None
    exact: Fraction

    @property
    def is_rounded(self) -> bool:
        """Whether the dtype could not hold the number as it was typed."""
        return self.typed != self.exact


Point = dict[str, Coordinate]
"""A point: a Coordinate for each variable, in the order given."""

Wrt = tuple[str, ...]
"""What to differentiate by, one name an order: ("x", "y") is the mixed second partial."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnFunction:
    """A function of the user's own, which expressions may call.

    Attributes:
        name: what expressions call it.
        params: its arguments' names, in order.
        formula: what it computes, an expression over `params`: SymPy and Arb read that.
        code: what torch runs: FILE.py:NAME with an absolute path, package.module:NAME, or the object itself.
        surrogate: the expression whose derivative its backward pass is meant to have; None: that of `formula`.
    """

    name: str
    params: tuple[str, ...]
    formula: str
    code: object
    surrogate: str | None = None

    def _key(self) -> tuple[object, ...]:
        code = self.code if isinstance(self.code, str) else id(self.code)
        return (self.name, self.params, self.formula, self.surrogate, code)

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
    """

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()


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
        checklist: where this is set, the check list of the only one of `functions` is run, whose formula is `expr`.
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
    checklist: Checklist | None = None
    location: Location = field(default_factory=Location)

    @property
    def label(self) -> str:
        """The case's name; without one, or a blank one, file and line; without those, the expression."""
        return self.name if self.name and self.name.strip() else str(self.location) or self.expr


@dataclass(frozen=True, slots=True)
class Result:
    """One row: one value, derivative or claim of one case at one point in one mode.

    Attributes:
        case: the Case it belongs to.
        what: whether it is about the value, a derivative, or a claim.
        wrt: what was differentiated by, empty for the value.
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
        """The point as it was typed. One at infinity is no Point, and is told by the only one that the case has."""
        if self.point is not None:
            return {name: value.text for name, value in self.point.items()}
        is_there = self.error is None and self.trace is None and self.item is None and len(self.case.at) == 1
        return self.case.at[0] if is_there else {}

    @property
    def place(self) -> object:
        """What the Results of one point share, and compare by identity."""
        return self.case if self.point is None else self.point

    @property
    def order(self) -> int:
        """The order of the derivative, 0 for the value."""
        return len(self.wrt)
