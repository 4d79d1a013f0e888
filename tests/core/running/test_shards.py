"""The shards of a stream."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.case_files.unreadable import as_unreadable
from derivcheck.errors import CaseError
from derivcheck.model import Case
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.running.interface import Item
from derivcheck.running.shards import Shard, Sharded, read_shard

BROKEN = as_unreadable(CaseError("broken"), "a.toml", 3)


def items(sizes: list[int]) -> list[Item]:
    """A case with so many points each; 0 stands for one that could not be read."""
    return [
        Case(expr=str(number), at=tuple({"x": str(point)} for point in range(size))) if size else BROKEN
        for number, size in enumerate(sizes)
    ]


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 9))
def test_shards_are_disjoint_cover_all_and_are_balanced(sizes: list[int], count: int) -> None:
    """Every item is in exactly one, in order; none has more points than another by more than the largest case."""
    every = items(sizes)
    positions = {id(item): position for position, item in enumerate(every)}
    runs = [Sharded(Shard(index, count)) for index in range(1, count + 1)]
    shards = [list(run.of(every)) for run in runs]
    assert sorted(map(id, every)) == sorted(map(id, chain.from_iterable(shards)))
    if BROKEN not in every:
        assert all(
            sorted(positions[id(item)] for item in shard) == [positions[id(i)] for i in shard] for shard in shards
        )
    loads = [sum(max(1, len(item.at)) if isinstance(item, Case) else 1 for item in shard) for shard in shards]
    assert max(loads) - min(loads) <= max([1, *sizes])
    assert all(len(every) - len(shard) == run.elsewhere for run, shard in zip(runs, shards, strict=True))
    again = [list(Sharded(Shard(index, count)).of(iter(every))) for index in range(1, count + 1)]
    assert again == shards


@given(st.integers(0, 60), st.integers(1, 9))
def test_cases_of_one_size_are_dealt_out_like_cards(number: int, count: int) -> None:
    """So that neighbours, which often cost the same, are far apart."""
    every = items([1] * number)
    assert every[1::count] == list(Sharded(Shard(2, count)).of(every)) if count > 1 else True


@pytest.mark.parametrize("text", ["", "2", "0/8", "9/8", "1/0", "-1/2", "a/b", "1/2/3", "1.0/2", "²/3"])
def test_what_is_no_shard(text: str) -> None:
    """It is counted from 1."""
    with pytest.raises(CaseError, match="is no shard"):
        read_shard(text)


def test_a_shard_is_read_and_written() -> None:
    """As `2/8`."""
    assert "2/8" == str(read_shard(" 2 / 8 "))


def test_it_says_how_many_are_elsewhere() -> None:
    """In the summary."""
    summary, shard = Summary(), Sharded(Shard(1, 3))
    list(shard.of(items([1] * 7)))
    shard.tell(summary)
    assert 4 == summary.elsewhere
