"""Reads the constants of a Python program: the arguments of a user's own function that are no tensors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from derivcheck.errors import CaseError
from derivcheck.inputs.assignments import variable_name
from derivcheck.inputs.case_fields import read_const
from derivcheck.inputs.python_arrays import dtype_of, shape_of
from derivcheck.model.constants import Constants, NamedType, PlainList, is_plain

_EXAMPLE = 'const={"n": 3, "reduction": "mean"}, or the names of tensors that are held: const=["mask"]'


class ReadConstants(NamedTuple):
    """What `const` and `held` say.

    Attributes:
        constants: the constants.
        held: the names of the tensors that are not differentiated by.
        tensors: those of them that stand in `const` themselves.
    """

    constants: Constants
    held: tuple[str, ...]
    tensors: dict[str, Any]


def read_constants(const: object, held: object = ()) -> ReadConstants:
    """Read the constants of a function.

    Args:
        const: their values, by name; a tensor or an array among them is an argument that is held. Instead, the names of
            tensors that are held.
        held: the names of further ones.

    Raises:
        CaseError: for what is neither.

    Example:
        >>> found = read_constants({"n": 3, "dims": [0, 1]}, held="mask")
        >>> found.constants, found.held
        ((('n', 3), ('dims', [0, 1])), ('mask',))
    """
    names = _names(held, "held")
    if not isinstance(const, Mapping):
        return ReadConstants((), tuple(dict.fromkeys([*_names(const, "const"), *names])), {})
    constants: dict[str, object] = {}
    tensors: dict[str, Any] = {}
    for key, value in const.items():
        if not isinstance(key, str):
            raise CaseError(f"a constant is called {key!r}, and should have a name", hint=_EXAMPLE)
        name = variable_name(key)
        if name in constants or name in tensors:
            raise CaseError(f"`{name}` is given twice")
        if is_tensor(value):
            tensors[name] = value
        else:
            constants[name] = as_constant(value)
    return ReadConstants(tuple(constants.items()), tuple(dict.fromkeys([*tensors, *names])), tensors)


def with_tensors(at: Any, tensors: Mapping[str, Any]) -> Any:
    """The points, each with some tensors besides; what is no point is left for the reader of points to tell."""
    if not tensors:
        return at
    if isinstance(at, Mapping):
        return _joined(at, tensors)
    if isinstance(at, Iterable) and not isinstance(at, str):
        return [_joined(point, tensors) if isinstance(point, Mapping) else point for point in at]
    return at


def _joined(point: Mapping[Any, Any], tensors: Mapping[str, Any]) -> dict[Any, Any]:
    twice = next((name for name in tensors if name in point), None)
    if twice is not None:
        raise CaseError(f"`{twice}` is given twice: by const and by the point", hint="leave one of them out")
    return {**point, **tensors}


def check_portable(constants: Constants) -> None:
    """Fail for a constant that is no plain value: a function that is given by its name runs in another process."""
    for name, value in constants:
        if not is_plain(value):
            hint = "give the function itself instead of its name, or bind the constant in its file"
            raise CaseError(f"`{name}` is a {type(value).__name__}, which no other process can be given", hint=hint)


def is_tensor(value: object) -> bool:
    """Whether a value is a tensor or an array, and no number of NumPy's."""
    return not isinstance(value, type) and dtype_of(value) != "" and hasattr(value, "ndim") and not _is_scalar(value)


def as_constant(value: Any) -> object:
    """A value as a constant: torch's dtypes by their names, lists such as never change, NumPy's numbers as Python's."""
    kind = type(value)
    if kind.__module__ == "torch" and kind.__name__ == "dtype":
        return NamedType(str(value).removeprefix("torch."))
    if _is_scalar(value):
        return value.item()
    if kind is list:
        return PlainList(map(as_constant, value))
    if isinstance(value, tuple) and (kind is tuple or kind.__module__ == "torch"):
        return tuple(map(as_constant, value))  # torch.Size is a tuple of numbers
    return value


def _is_scalar(value: object) -> bool:
    """Whether a value is a number of NumPy's, as np.float32(0.5)."""
    return type(value).__module__ == "numpy" and shape_of(value) == () and not hasattr(value, "__array_finalize__")


def _names(value: object, what: str) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else list(value) if isinstance(value, Iterable) else [None]
    if not all(isinstance(name, str) for name in names):
        raise CaseError(f"{what} is no name, and no list of names", hint=_EXAMPLE)
    return read_const([str(name) for name in names])
