"""The forward passes of torch.autograd.Functions, which a recording has to know of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, Protocol

from torch.autograd.function import _SingleLevelFunction

_CHECKPOINT = ("torch.utils.checkpoint", "CheckpointFunction")
"""The Function that runs a part of a model, to run it again in the backward pass: what it runs is differentiated."""


class Listener(Protocol):
    """What is told of the forward passes."""

    def function(self, arguments: tuple[Any, ...], function: Any) -> Any:
        """A context manager that is entered while a forward pass runs on some arguments."""

    def applied(self, function: Any, arguments: tuple[Any, ...], result: Any) -> None:
        """Take note of what a Function returned for some arguments, once its forward pass is over."""


_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Let a listener be told of each torch.autograd.Function that this thread applies.

    `Function.apply` is looked up when it is called, however early a program has taken it: what it ends in is replaced
    while somebody listens.
    """
    token = _LISTENER.set(listener)
    _count(1)
    try:
        yield
    finally:
        _count(-1)
        _LISTENER.reset(token)


def _count(more: int) -> None:
    """Count those that listen, in all threads."""
    with _LOCK:
        _LISTENING[0] += more
        if _LISTENING[0] == 1 and more > 0:
            setattr(_SingleLevelFunction, _APPLY, classmethod(_apply))
        elif not _LISTENING[0]:
            delattr(_SingleLevelFunction, _APPLY)


_APPLY = "apply"
_LOCK = Lock()
_LISTENING = [0]


def _apply(cls: Any, *args: Any, **kwargs: Any) -> Any:
    listener = _LISTENER.get()
    if listener is None:
        return super(_SingleLevelFunction, cls).apply(*args, **kwargs)
    if (cls.__module__, cls.__name__) == _CHECKPOINT:
        run, _, *rest = args
        return run(*rest)
    with listener.function(args, cls):
        found = super(_SingleLevelFunction, cls).apply(*args, **kwargs)
    listener.applied(cls, args, found)
    return found
