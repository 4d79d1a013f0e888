"""Which operations on the tape give the same floats as an earlier one: those on the same numbers, sample by sample.

torch rounds deterministically: x/l and y/l are one float where x and y are. Steps drawn for each by itself would take
apart what cancels, and abs(x/l - y/l) would leave its kink in some samples.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

Samples = tuple[float, ...]
"""The numbers of an argument, one a sample; or one number that all samples share."""


def occasion(name: str, args: Sequence[Samples | None]) -> Hashable:
    """What two operations have in common that give the same floats up to their signs.

    Sums and products are the same in either order, and with both signs changed: a step leads away from 0 or towards it,
    so that a number and its negative move alike.

    Args:
        name: the operation's.
        args: its arguments; None stands for what is no number.
    """
    if len(args) == 2:
        first, second = args
        if first is not None and second is not None:
            if name == "mul":
                return name, *sorted((_size(first), _size(second)))
            if name == "div":
                return name, _size(first), _size(second)
            if name in _SUMS:
                return _sum(first, second, name)
    return name, *args


_SUMS = frozenset({"add", "sub", "rsub"})


def _sum(one: Samples, other: Samples, name: str) -> Hashable:
    """What a sum has in common with the sums that are equal to it, or to its negative."""
    if name == "sub":
        other = _negative(other)
    elif name == "rsub":
        one = _negative(one)
    return "add", *max(sorted((one, other)), sorted((_negative(one), _negative(other))))


def _size(samples: Samples) -> Samples:
    return tuple(map(abs, samples))


def _negative(samples: Samples) -> Samples:
    return tuple([-sample for sample in samples])
