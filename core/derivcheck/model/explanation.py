"""Why a gradient is what it is: the tensors of a run beside the exact numbers, what is to blame, and what helps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from derivcheck.errors import Span
from derivcheck.model.shaped_values import Index, Shape
from derivcheck.numbers import DType, Enclosure


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operation is written.

    Attributes:
        text: what is written there: a piece of the expression, or a line of code.
        span: where it stands in the expression; None of code.
        file, line: the file and the line, from 1; None of an expression.
    """

    text: str
    span: Span | None = None
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class BesideExact:
    """Numbers of one tensor, as torch computed them, beside the exact ones; each tuple has one item an element.

    Attributes:
        computed: what torch returned, nan and inf included.
        exact: the exact numbers, at the very inputs that the tensors hold; None where one has no value or is unknown.
        local: the local error: how many ulps what was returned is from the exact result of this one operation on the
            numbers that it was given; None where that has no value, or where nothing was returned.
        inherited: the inherited error: how many ulps that exact result is from the exact number.
        due: the exact result of this one operation on the numbers that it was given; empty where nobody asked.
        explained: by how many ulps rounding inside of this one operation may move its result, None where that is
            unknown; empty where nobody asked. A local error above it is no rounding.
    """

    computed: tuple[float, ...]
    exact: tuple[Enclosure | None, ...]
    local: tuple[float | None, ...]
    inherited: tuple[float | None, ...]
    due: tuple[Enclosure | None, ...] = ()
    explained: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnedGradient:
    """What the backward pass of one operation returned for one of its arguments.

    Attributes:
        argument: which one of `TapeTensor.arguments`, from 0.
        numbers: what it returned, beside the exact vector–Jacobian product. `due` is the product for the numbers and
            the upstream gradient that torch held, `exact` the one for the exact numbers.
    """

    argument: int
    numbers: BesideExact


@dataclass(frozen=True, slots=True)
class TapeTensor:
    """One tensor of the run, as a learner meets it.

    Attributes:
        operation: what made it, in torch's word, such as `sub`; None of an input or a constant.
        arguments: the positions of the tensors that it was made from.
        place: where the operation is written; None where that is not known.
        name: the name of an input; "" of others.
        shape, dtype: those of the tensor.
        requires_grad, is_leaf: as torch says.
        grad_fn: the name of its node, such as `SubBackward0`; None of a leaf.
        value: its numbers.
        adjoint: the derivatives of the output by its numbers, as torch computed them; None where none arrived.
            Its `local` is the error of the backward passes of the operations that use it.
        grad: what `.grad` holds after `backward()`; None where torch leaves it None.
        condition: the largest condition number of the operation: by how much it makes the relative error of an argument
            larger; None of what has none.
        is_output: whether the run returned it.
        returned: what the backward pass of its operation returned, for each argument to which it returned something.
        is_own: whether its operation is a torch.autograd.Function of the user's.
    """

    operation: str | None
    arguments: tuple[int, ...]
    place: Place | None
    name: str
    shape: Shape
    dtype: DType
    requires_grad: bool
    is_leaf: bool
    grad_fn: str | None
    value: BesideExact
    adjoint: BesideExact | None = None
    grad: tuple[float, ...] | None = None
    condition: float | None = None
    is_output: bool = False
    returned: tuple[ReturnedGradient, ...] = ()
    is_own: bool = False


class BlameKind(Enum):
    """What is to blame."""

    BACKWARD = "a backward pass returned something else than its exact vector–Jacobian product"
    FORWARD = "a forward pass returned something else than its exact value"
    AMPLIFIER = "an operation makes honest rounding of its arguments large"
    KINK = "the function has no derivative here, and torch chose one"
    OVERFLOW = "a number is too large for its format"
    UNDERFLOW = "a number is too small for its format"
    BRANCH = "nan came through a branch that was not taken"
    DETACHED = "a tensor is detached: nothing flows through it"
    UNSUPPORTED = "torch has no derivative of an operation"
    DOMAIN = "an operation has no value, or an infinite derivative, at the number that it was given"


@dataclass(frozen=True, slots=True)
class Blame:
    """What is to blame for a gradient.

    Attributes:
        kind: the sort of it.
        tensor: the position, on the tape, of the tensor whose operation is meant.
        sentence: one sentence that says it, with the numbers.
        place: where the operation is written, for the caret.
        argument: of a backward pass, for which argument of the operation the gradient is wrong, from 0.
        index: which element.
        returned: what torch returned there.
        exact: what is exact there.
    """

    kind: BlameKind
    tensor: int
    sentence: str
    place: Place | None = None
    argument: int | None = None
    index: Index | None = None
    returned: float | None = None
    exact: Enclosure | None = None


@dataclass(frozen=True, slots=True)
class Digits:
    """How many digits of a number are right."""

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Another way to write the expression, verified at the point.

    Attributes:
        rule: the name of the rule, such as `log(1 + x) → log1p(x)`.
        expression: the whole expression, rewritten: a text that can be pasted.
        why: one sentence: why it is better.
        source: where the rule comes from.
        value: the digits of the value.
        gradients: the digits of each derivative, by what it is taken with respect to.
    """

    rule: str
    expression: str
    why: str
    source: str
    value: Digits
    gradients: tuple[tuple[str, Digits], ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a gradient is what it is; a Result carries it, the first of its point that does not match.

    Attributes:
        subject: what was explained: the expression, or the name of the function.
        tape: the tensors in the order in which they were made: inputs first, the outputs among the last.
        blame: what is to blame; None where nothing is.
        rewrites: what helps, the best first.
        notes: further facts, such as what the run took for a constant.
    """

    subject: str
    tape: tuple[TapeTensor, ...]
    blame: Blame | None = None
    rewrites: tuple[Rewrite, ...] = ()
    notes: tuple[str, ...] = ()
