"""What an exception of torch's, or of the user's own code, means: the one table that reads its message."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from derivcheck.autograd.tracebacks import place_of
from derivcheck.errors import UnsupportedError, UserFunctionError
from derivcheck.model import Refusal, RefusalKind


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table.

    Attributes:
        kind: the kind of refusal that such an exception is.
        source: where the exception is raised, in the sources of torch 2.13, of Python, or of derivcheck.
        words: a part of the first line of its message.
        exception: its class, or a class that its own derives from.
    """

    kind: RefusalKind
    source: str
    words: str = ""
    exception: type[BaseException] = BaseException

    def matches(self, error: BaseException, message: str) -> bool:
        """Whether an exception, and the first line of its message, are what the row describes."""
        return isinstance(error, self.exception) and self.words in message


TABLE = (
    Row(RefusalKind.EXITS, "sys.exit in the user's own code", exception=SystemExit),
    Row(RefusalKind.NO_KERNEL, "aten/src/ATen/Dispatch.h, AT_DISPATCH_SWITCH", words="not implemented for '"),
    Row(
        RefusalKind.NO_KERNEL,
        "aten/src/ATen/native/LinearAlgebraUtils.h, checkFloatingOrComplex",
        words="Low precision dtypes not supported",
    ),
    Row(
        RefusalKind.NO_KERNEL,
        "aten/src/ATen/native/BatchLinearAlgebra.cpp, linalg_lstsq",
        words="doesn't handle types other than",
    ),
    Row(
        RefusalKind.NO_KERNEL,
        "aten/src/ATen/native/LinearAlgebra.cpp, linalg_vander",
        words="supports floating point, complex, and integer tensors",
    ),
    Row(
        RefusalKind.NO_KERNEL,
        "aten/src/ATen/native/BatchLinearAlgebra.cpp and LinearAlgebra.cpp, of pinv and matrix_rank",
        words="of float, double, cfloat or cdouble",
    ),
    Row(
        RefusalKind.NO_KERNEL,
        "aten/src/ATen/native/Sorting.cpp, quantile_checks",
        words="must be either float or double dtype",
    ),
    Row(
        RefusalKind.NO_FACTORS,
        "aten/src/ATen/native/BatchLinearAlgebra.cpp, _linalg_check_errors",
        exception=torch.linalg.LinAlgError,  # type: ignore[attr-defined]  # torch's annotations leave it out
    ),
    Row(
        RefusalKind.NOT_FOR_THIS_MODE,
        "torch/autograd/function.py, Function.apply, of a Function whose forward takes ctx",
        words="must override the setup_context staticmethod",
    ),
    Row(
        RefusalKind.NOT_FOR_THIS_MODE,
        "torch/autograd/function.py, _SingleLevelFunction.jvp",
        words="implement the jvp function",
    ),
    Row(
        RefusalKind.NOT_FOR_THIS_MODE,
        "torch/autograd/function.py, once_differentiable: it hands the words to the graph as a DelayedError",
        words="marked with @once_differ",
    ),
    Row(
        RefusalKind.NO_COMPILED_SECOND,
        "torch/_functorch/_aot_autograd/runtime_wrappers.py, CompiledFunction's backward pass",
        words="does not currently support double backward",
    ),
    Row(
        RefusalKind.MIXED_FORMATS,
        "aten/src/ATen/native/Activation.cpp, prelu; float_power makes a float64 of a narrow format",
        words="Type promoting not supported",
    ),
    Row(
        RefusalKind.MIXED_FORMATS,
        "aten/src/ATen/TensorIterator.cpp, of kernels that compute in one format, such as huber_loss' backward pass",
        words="Found dtype",
    ),
    Row(RefusalKind.UNSUPPORTED, "errors.UnsupportedError, of our own kernels", exception=UnsupportedError),
    Row(
        RefusalKind.NO_DERIVATIVE,
        "tools/autograd/gen_variable_type.py, as a NotImplementedError by one argument, and "
        "torch/csrc/autograd/autograd_not_implemented_fallback.cpp, as a RuntimeError by any",
        words="derivative for",
    ),
    Row(
        RefusalKind.NO_DERIVATIVE,
        "torch/csrc/autograd/VariableTypeUtils.h, check_no_requires_grad, as by the weights of cross_entropy",
        words="is not differentiable with respect to",
    ),
    Row(
        RefusalKind.OTHER_FORMAT,
        "aten/src/ATen/native/Lerp.cpp; the tangent of ldexp is a float64 whatever the format",
        words="expected dtype",
    ),
    Row(
        RefusalKind.ZERO_TANGENT,
        "aten/src/ATen/native/Copy.cpp and ZeroTensorFallback.cpp, where a formula writes into its tangent",
        words="ZeroTensors are immutable",
    ),
    Row(
        RefusalKind.NO_FORWARD_MODE,
        "torch/csrc/autograd/VariableTypeUtils.h, and tools/autograd/gen_variable_type.py",
        words="Trying to use forward AD",
        exception=NotImplementedError,
    ),
    Row(RefusalKind.NOT_IMPLEMENTED, "any other NotImplementedError", exception=NotImplementedError),
    Row(RefusalKind.USER_FUNCTION, "errors.UserFunctionError, of user_functions.py", exception=UserFunctionError),
    Row(
        RefusalKind.WRONG_GRADIENTS,
        "torch/csrc/autograd/python_function.cpp for their number, engine.cpp for their shape",
        words="Backward returned",
    ),
    Row(
        RefusalKind.WRONG_GRADIENTS,
        "torch/csrc/autograd/python_function.cpp, of a list, a float or an array in the place of a gradient",
        words="expected Variable or None",
    ),
    Row(
        RefusalKind.WRONG_CALL,
        "Python, of a call that does not fit a function's signature",
        words="argument",
        exception=TypeError,
    ),
    Row(RefusalKind.RAISED, "anything else"),
)
"""What an exception means: the first row that matches it says so."""


def refusal_of(error: BaseException) -> Refusal:
    r"""The refusal that an exception is.

    Its text is one line: the exception's class, its message, and the line of the user's own code that it came through,
    if there is one.

    Example:
        >>> lacks = NotImplementedError("the derivative for 'igamma: input' is not implemented.")
        >>> refusal_of(lacks).kind.name
        'NO_DERIVATIVE'
        >>> refusal_of(RuntimeError("backend='inductor' raised:\nNameError: no kernel\n\nSet TORCH_LOGS")).text
        "RuntimeError: backend='inductor' raised: NameError: no kernel"
    """
    message = _message(error)
    kind = next(row.kind for row in TABLE if row.matches(error, message))
    if kind is RefusalKind.EXITS:
        return Refusal(kind, message)
    name, place = type(error).__name__, place_of(error)
    line = f"{name}: {message}" if message else name
    return Refusal(kind, f"{line} ({place})" if place else line, name)


def _message(error: BaseException) -> str:
    """The first line of an exception's message; a line that ends with a colon is completed by the next one."""
    if isinstance(error, SystemExit):
        return f"the function exits the process: SystemExit({error.code})"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    ends = next((index for index, line in enumerate(lines) if not line.endswith(":")), len(lines))
    return ": ".join(filter(None, (" ".join(lines[: ends + 1]), _first_compiler_error(error))))


def _first_compiler_error(error: BaseException) -> str:
    """The first error that a C++ compiler wrote, where torch's compiler failed by it; "" for any other exception."""
    written = str(getattr(getattr(error, "inner_exception", None), "output", "") or "")
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    return next((line for line in lines if "error:" in line), lines[0] if lines else "")
