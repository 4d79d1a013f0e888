"""A call of a function of torch, and how its arguments are written in the expression language."""

from __future__ import annotations

import inspect
import math
import types
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

_NOT_OF_NUMBERS = frozenset(
    {"dtype", "layout", "device", "pin_memory", "memory_format", "generator", "non_blocking", "copy", "out"}
    | {"inplace", "_stacklevel", "requires_grad", "use_deterministic_mode", "return_indices"}
)
"""Keywords that say how numbers are stored or returned, and nothing about them."""

_TELLING = frozenset(
    {"item", "__bool__", "__int__", "__float__", "__index__", "__contains__", "tolist", "equal", "allclose"}
    | {"is_nonzero", "numpy", "__array__"}
)
"""Functions that tell Python numbers of a tensor."""

_MOST_WRITTEN = 64
"""A tensor of the code's own with more numbers is not written out."""


class NotWritten(Exception):
    """An argument, or a call, that the language has no text for."""


@dataclass(slots=True)
class Called:
    """A call.

    Attributes:
        name: the function's name, without the `_` of one that writes into its argument, and without `__`.
        prefix: the library that it comes from, as the language may have it: `torch.special`; "" of a method.
        is_method: whether it is called on its first argument.
        args: its arguments by place.
        kwargs: those by name, without those that have torch's default or say nothing about numbers.
        writes: whether it writes into its first argument.
        tells: whether it tells Python numbers of a tensor, on which the code may branch.
        place: the place among the operands that a tensor of the run has; NotWritten where it has no word.
        is_wide: whether a tensor of one number, `zeros(2, 3)`, is written with all of its elements.
        before: copies of tensors that the call writes into, by their identity.
    """

    name: str
    prefix: str
    is_method: bool
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    writes: bool
    tells: bool
    place: Callable[[Tensor], int | None]
    is_wide: bool = False
    before: dict[int, Tensor] = field(default_factory=dict)

    @classmethod
    def of(
        cls, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], place: Callable[[Tensor], int | None]
    ) -> Called:
        """The call of a function, as a function mode of torch sees it."""
        name, prefix, is_method = _named(func)
        writes = (name.endswith("_") and not name.endswith("__")) or name in {"__setitem__", "__set__"}
        plain = name.strip("_") if name.startswith("__") else name.removesuffix("_")
        if name.startswith("__i") and name not in {"__index__", "__int__", "__invert__"}:
            writes, plain = True, plain[1:]
        return cls(plain, prefix, is_method, tuple(args), _telling(func, kwargs), writes, name in _TELLING, place)

    def __getitem__(self, place: int) -> str:
        """An argument as a text; NotWritten where there is none."""
        if place >= len(self.args):
            raise NotWritten
        return self.text(self.args[place])

    def text(self, value: Any) -> str:
        """Any argument as a text: a tensor of the run is the mark of an operand."""
        if isinstance(value, Tensor):
            return self._tensor(value)
        if isinstance(value, bool | str) or value is None:
            return repr(value)
        if isinstance(value, int | float):
            return number_text(value)
        if isinstance(value, slice):
            step = [] if value.step is None else [value.step]
            return ":".join(["" if one is None else self.text(one) for one in (value.start, value.stop, *step)])
        if value is Ellipsis:
            return "..."
        if isinstance(value, list | tuple):
            inner = ", ".join(map(self.text, value))
            if any(isinstance(one, Tensor) for one in value):
                return f"[{inner}]"
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        raise NotWritten

    def _tensor(self, tensor: Tensor) -> str:
        place = self.place(tensor)
        if place is not None:
            return mark(place)
        return own_tensor(self.before.get(id(tensor), tensor), is_wide=self.is_wide)

    def call(self, name: str | None = None, first: int = 0) -> str:
        """The call as it is: `x.sum(-1)` of a method, `F.softmax(x, dim=-1)` of a function."""
        name = name or self.name
        keywords = [f"{key}={self.text(value)}" for key, value in self.kwargs.items()]
        arguments = [*map(self.text, self.args[first:]), *keywords]
        if self.is_method and not first:
            return f"{arguments[0]}.{name}({', '.join(arguments[1:])})"
        prefix = f"{self.prefix}." if self.prefix else ""
        return f"{prefix}{name}({', '.join(arguments)})"


def mark(place: int) -> str:
    """What stands in a text for an operand."""
    return f"⟨{place}⟩"


def number_text(value: float) -> str:
    """A plain number as it is written; a negative one has brackets, since anything may stand beside it."""
    if isinstance(value, float) and math.isnan(value):
        raise NotWritten
    text = repr(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else repr(value)
    return f"({text})" if text.startswith("-") else text


def own_tensor(tensor: Tensor, *, is_wide: bool) -> str:
    """A tensor that the code made by itself, as a text: one number, or a list."""
    if tensor.layout is not torch.strided or tensor.is_complex() or tensor.numel() > _MOST_WRITTEN:
        raise NotWritten
    found = tensor.detach()
    if found.numel() and not is_wide and bool((found == found.reshape(-1)[0]).all()):
        text = number_text(_plain(found.reshape(-1)[0].item()))
        return f"({text} != 0)" if found.dtype is torch.bool else text
    if not found.numel():
        raise NotWritten
    text = _listed(found.tolist())
    return f"({text} != 0)" if found.dtype is torch.bool else text


def _plain(value: float | bool) -> float:
    return int(value) if isinstance(value, bool) else value


def _listed(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_listed, value))}]"
    return number_text(_plain(value)).strip("()")


def is_bookkeeping(func: Any) -> bool:
    """Whether a function is an attribute of a tensor that is no tensor of other numbers: its shape, its `_base`."""
    return isinstance(func, types.MethodWrapperType) and _attribute(func) not in _TENSORS_BEHIND_A_DOT


_TENSORS_BEHIND_A_DOT = frozenset({"T", "mT", "H", "mH", "data", "real", "imag"})


def _attribute(func: Any) -> str:
    return str(getattr(func.__self__, "__name__", ""))


def _named(func: Any) -> tuple[str, str, bool]:
    """The name of a function, the library it comes from, and whether it is a method of a tensor."""
    if isinstance(func, types.MethodWrapperType):  # an attribute: x.T
        return f"{func.__name__.strip('_')} {_attribute(func)}", "", True
    name = getattr(func, "__name__", "")
    module = getattr(func, "__module__", None) or ""
    for start, prefix in (("special_", "torch.special"), ("linalg_", "torch.linalg")):
        if name.startswith(start):
            return name.removeprefix(start), prefix, False
    name = name.removesuffix("_with_indices")  # the language gives values alone
    if isinstance(func, types.MethodDescriptorType | types.WrapperDescriptorType) or module == "torch._tensor":
        return name, "", True
    if module in {"torch.nn.functional", "torch._C._nn"}:
        return name, "F", False
    return name, "torch", False


def _telling(func: Any, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by name that say something: not those that have the default."""
    defaults: dict[str, Any] = {}
    if isinstance(func, types.FunctionType):
        with suppress(ValueError):  # a method of a tensor that torch has wrapped
            defaults = {name: one.default for name, one in inspect.signature(func).parameters.items()}
    return {
        name: value
        for name, value in kwargs.items()
        if name not in _NOT_OF_NUMBERS
        and value is not None
        and not (name in defaults and type(value) is type(defaults[name]) and value == defaults[name])
    }
