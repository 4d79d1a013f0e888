"""Exchanges the code of a function, so that everybody who holds the function calls another one.

A test suite has torch's gradcheck under names that nobody can find: imported as another name, in a functools.partial,
as the default of an argument, in a closure, and all of that before we come. The function itself is one object
everywhere, and so its code is what is exchanged. To replace `torch.autograd.gradcheck` would reach those only that
look it up when they call it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A function whose code is exchanged.

    Attributes:
        function: the function.
        own: another function with the code that it had.
    """

    function: FunctionType
    own: FunctionType
    _before: dict[str, Any]

    def restore(self) -> None:
        """Give the function back what it had."""
        for name, value in self._before.items():
            setattr(self.function, name, value)


_CHANGED = ("__code__", "__defaults__", "__kwdefaults__", "__dict__")


def exchange(function: FunctionType, answer: Callable[..., Any]) -> Exchanged:
    """Let each call of a function be a call of `answer`, with the function's own code as its first argument.

    Args:
        function: the function, which stays the same object, with its name, documentation and signature.
        answer: is called as `answer(own, *args, **kwargs)`, where `own` is a function as `function` was.

    Example:
        >>> def square(x): return x**2
        >>> held = square
        >>> exchanged = exchange(square, lambda own, x: -own(x))
        >>> held(3)
        -9
        >>> exchanged.restore()
        >>> held(3)
        9
    """
    before = {name: getattr(function, name) for name in _CHANGED}
    # A run of pytest within a run: the inner one answers alone while it lasts, and its `own` is no answer of the outer.
    own = (function.__kwdefaults__ or {}).get("_own") or _copy(function)
    # What a function reads beside its arguments are its module's globals and its closure, both of them the function's
    # own; the default of an argument is the only place for something of ours.
    function.__defaults__ = None
    function.__kwdefaults__ = {"_answer": answer, "_own": own}
    function.__code__ = _gateway.__code__.replace(
        co_name=function.__name__, co_freevars=function.__code__.co_freevars
    )  # Python insists on as many variables of a closure as there were
    function.__dict__ = {**function.__dict__, "__wrapped__": own}  # inspect.signature looks for the signature there
    return Exchanged(function, own, before)


def _gateway(*args: Any, _answer: Callable[..., Any], _own: FunctionType, **kwargs: Any) -> Any:
    __tracebackhide__ = True
    return _answer(_own, *args, **kwargs)


def _copy(function: FunctionType) -> FunctionType:
    code, variables = function.__code__, function.__globals__
    copy = FunctionType(code, variables, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__dict__.update(function.__dict__)
    copy.__annotations__ = function.__annotations__
    copy.__doc__, copy.__module__, copy.__qualname__ = function.__doc__, function.__module__, function.__qualname__
    return copy
