"""The item about what everyone in the process shares: torch's settings, and the generators of random numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from derivcheck.autograd.generators import is_same_state, left_alone
from derivcheck.model import Status
from derivcheck.own_functions.checks.calls import Calls, run_both_ways
from derivcheck.own_functions.checks.comparison import Comparison, conclude
from derivcheck.own_functions.checks.torch_settings import read_settings, restore_settings


def check_global_state(calls: Calls) -> Iterator[Comparison]:
    """A call changes neither torch's settings nor anybody's random numbers.

    The settings are compared with those before the function was first called: an earlier item may have called it.
    """
    states: list[list[Any]] = []
    with left_alone() as generators:
        try:
            for seed in (1, 2):
                for generator in generators:
                    generator.seed(seed)
                run_both_ways(calls)
                states.append([generator.read() for generator in generators])
            after = read_settings()
        finally:
            restore_settings(calls.settings)
    for name, found in after.items():
        before = calls.settings[name]
        changes = f"a call changes {name}, from {before} to {found}, for everyone in the process"
        yield conclude(Status.MATCH) if found == before else conclude(Status.MISMATCH, changes)
    first, second = states
    seeded = [g.name for g, one, other in zip(generators, first, second, strict=True) if is_same_state(one, other)]
    if not seeded:
        yield conclude(Status.MATCH)
    for name in seeded:
        yield conclude(Status.MISMATCH, f"a call seeds {name}: everyone else's random numbers repeat themselves")
