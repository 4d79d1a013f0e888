"""Kernels that remember their last results: f and each of its derivatives ask for the same ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps

from flint import arb, ctx


def remembered(kernel: Callable[..., arb]) -> Callable[..., arb]:
    """The kernel, which remembers its last results: f and each of its derivatives ask for the same ones.

    For kernels that take a millisecond or more at a few thousand bits; to look a ball up takes a few microseconds.
    """

    @lru_cache(maxsize=128)
    def looked_up(bits: int, *balls: tuple[tuple[int, int], tuple[int, int]]) -> arb:
        with ctx.workprec(bits):
            return kernel(*(arb(arb(middle), arb(radius)) for middle, radius in balls))

    @wraps(kernel)
    def remembering(*args: arb) -> arb:
        if not all(x.is_finite() for x in args):
            return kernel(*args)
        return looked_up(ctx.prec, *((_exact(x.mid()), _exact(x.rad())) for x in args))

    _MEMORIES.append(looked_up.cache_clear)
    return remembering


_MEMORIES: list[Callable[[], None]] = []


def forget() -> None:
    """Let the kernels forget their last results: for who measures how long they take."""
    for clear in _MEMORIES:
        clear()


def _exact(x: arb) -> tuple[int, int]:
    man, exp = x.man_exp()
    return int(man), int(exp)
