"""The gradient: what torch returned, or why it returned no number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from derivcheck.model.light_records import record
from derivcheck.model.mode import Mode
from derivcheck.numbers import DType


class RefusalKind(Enum):
    """Why a side gives no number."""

    UNSUPPORTED = "a reading cannot express what is asked for, such as a function that torch does not have"
    USER_FUNCTION = "a user's own function cannot be loaded, or returned something else than one tensor"
    EXITS = "the function exits the process"
    NO_KERNEL = "torch has no kernel of a function for this format on this device"
    NO_FACTORS = "torch finds that a matrix is singular, or not positive definite"
    NOT_FOR_THIS_MODE = "a torch.autograd.Function is not written for this way of differentiating"
    NO_COMPILED_SECOND = "torch.compile gives no second derivative"
    MIXED_FORMATS = "a kernel of torch takes no arguments of two formats"
    NO_DERIVATIVE = "torch has no formula for the derivative of a function"
    OTHER_FORMAT = "a kernel of torch takes no argument, and no tangent, of another format than its first argument has"
    ZERO_TANGENT = "torch's formula for a tangent takes none that is known to be 0 and has no storage"
    NO_FORWARD_MODE = "torch cannot carry tangents through a function"
    NOT_IMPLEMENTED = "something on the way is not implemented, and the exception does not say what"
    WRONG_GRADIENTS = "the gradients that a backward pass returned do not fit the arguments of its function"
    WRONG_CALL = "the function does not take the arguments with which it is called"
    RAISED = "anything else was raised"
    RECORDED = "nobody knows any more: a record of Results keeps the text alone"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a side gives no number; made where the exception is caught, and never read from its text afterwards.

    Attributes:
        kind: what sort of refusal it is, which decides the verdict.
        text: the exception in one line, as people read it: its class, its message, and where it was raised.
        exception: the name of the exception's class, with which the text begins; "" where it does not.
    """

    kind: RefusalKind
    text: str
    exception: str = ""

    @property
    def message(self) -> str:
        """The text without the name of the exception's class."""
        return self.text.removeprefix(f"{self.exception}: ")


@record
class Gradient:
    """What torch returned for one derivative (or, at order 0, for the value).

    Attributes:
        mode, device, dtype: how it was computed.
        value: the number, exact (every float16, bfloat16 and float32 is a float64), nan and inf included; None
            where torch returned nothing.
        refusal: why there is no number; None where there is one.
    """

    mode: Mode
    device: str
    dtype: DType
    value: float | None = None
    refusal: Refusal | None = None

    @property
    def error(self) -> str | None:
        """Why there is no number, in one line; None where there is one."""
        return None if self.refusal is None else self.refusal.text
