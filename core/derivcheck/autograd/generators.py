"""The generators of random numbers that everyone in the process shares: torch's, Python's and NumPy's."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Generator:
    """One generator.

    Attributes:
        name: what to call it.
        seed: sets it to a seed.
        read, write: its state, as it is, and set back.
    """

    name: str
    seed: Callable[[int], Any]
    read: Callable[[], Any]
    write: Callable[[Any], Any]


def generators() -> list[Generator]:
    """Those that there are; NumPy's only where NumPy has been loaded."""
    found = [
        Generator("torch's generator", torch.manual_seed, torch.get_rng_state, torch.set_rng_state),
        Generator("Python's generator (random)", random.seed, random.getstate, random.setstate),
    ]
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        draws = numpy.random
        found.append(Generator("NumPy's generator (numpy.random)", draws.seed, draws.get_state, draws.set_state))
    return found


@contextmanager
def left_alone() -> Iterator[list[Generator]]:
    """The generators; whatever becomes of them, they are afterwards as they were before."""
    known = [(generator, generator.read()) for generator in generators()]
    try:
        yield [generator for generator, _ in known]
    finally:
        for generator, state in known:
            generator.write(state)


def is_same_state(one: Any, other: Any) -> bool:
    """Whether two states of a generator are the same: they are tensors, tuples, and arrays of NumPy's."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(is_same_state, one, other))
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return torch.equal(one, other)
    return bool(getattr(one == other, "all", lambda: one == other)())
