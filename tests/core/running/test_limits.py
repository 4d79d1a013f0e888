"""Tests of what a run may take: `derivcheck.running.limits`, `machine`, `choice` and `window`.

Covers also: choice, machine, ordering.
"""

from __future__ import annotations

import os
from concurrent.futures import Future
from pathlib import Path

import psutil
import pytest

from derivcheck.errors import CaseError
from derivcheck.model import Case
from derivcheck.running.choice import choose_executor
from derivcheck.running.chunks import Chunk, Portion
from derivcheck.running.in_process import InProcess
from derivcheck.running.limits import DEFAULT_TIMEOUT, Limits, read_limits, size_in_words
from derivcheck.running.machine import usable_cores, usable_memory
from derivcheck.running.ordering import keep_order
from derivcheck.running.pool.pool import Pool


@pytest.mark.parametrize(
    ("text", "size"),
    [("4GB", 4 * 10**9), ("1.5 gib", 3 * 2**29), ("512MiB", 2**29), ("700kB", 700_000), ("2000000", 2_000_000)],
)
def test_a_size_has_the_units_of_the_metric_system_or_powers_of_1024(text: str, size: int) -> None:
    """Whatever the case of the letters."""
    assert read_limits("2.5", text) == Limits(2.5, size)


def test_none_is_no_limit_and_nothing_the_default() -> None:
    """The default memory is the machine's affair."""
    assert read_limits("none", "None") == Limits(None, None)
    limits = read_limits(None, None)
    assert limits.timeout == DEFAULT_TIMEOUT
    assert limits.memory is not None
    assert 5 * 10**8 <= limits.memory <= 4 * 10**9


@pytest.mark.parametrize(
    ("timeout", "memory"), [("0", None), ("-1", None), ("inf", None), ("soon", None), ("nan", None)]
)
def test_what_is_no_time_is_an_error(timeout: str | None, memory: str | None) -> None:
    """With an example."""
    with pytest.raises(CaseError, match=r"no number of seconds\n  hint: seconds above 0, such as 2.5, or none"):
        read_limits(timeout, memory)


@pytest.mark.parametrize("memory", ["0", "4 apples", "-1GB", "GB", ""])
def test_what_is_no_size_is_an_error(memory: str) -> None:
    """With an example."""
    with pytest.raises(CaseError, match=r"is no size\n  hint: .*such as 4GB"):
        read_limits(None, memory)


def test_a_size_is_shown_as_one_would_type_it() -> None:
    """In the largest unit."""
    assert ["4 GB", "512 MB", "700 kB", "12 bytes"] == [size_in_words(n) for n in (4 * 10**9, 512 * 10**6, 700_000, 12)]


def test_a_container_lends_less_than_the_machine(tmp_path: Path) -> None:
    """Its quota is in microseconds of every period; without one the machine's numbers hold."""
    assert (os.cpu_count() or 1) >= usable_cores(tmp_path) >= 1
    assert usable_memory(tmp_path) == psutil.virtual_memory().total
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    (tmp_path / "memory.max").write_text("300000000\n")
    assert (1, 300_000_000) == (usable_cores(tmp_path), usable_memory(tmp_path))
    (tmp_path / "cpu.max").write_text("max 100000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert usable_memory(tmp_path) == psutil.virtual_memory().total


def test_the_executor_is_the_one_that_is_asked_for() -> None:
    """An accelerator is not shared by default; without workers there are no limits."""
    assert isinstance(choose_executor(jobs="0"), InProcess)
    pools = [
        choose_executor(jobs="3"),
        choose_executor(),
        choose_executor(device="cuda"),
        choose_executor(device="cpu"),
    ]
    assert [3, usable_cores(), 1, usable_cores()] == [pool.jobs for pool in pools if isinstance(pool, Pool)]
    with pytest.raises(CaseError, match="nothing holds a case to a limit"):
        choose_executor(jobs="0", timeout="3")
    with pytest.raises(CaseError, match="exclude each other"):
        choose_executor(jobs="2", cluster="tcp://127.0.0.1:8786")
    for jobs in ("-1", "many", "1.5", "100000"):
        with pytest.raises(CaseError, match="is no number up to 1024, nor auto"):
            choose_executor(jobs=jobs)


def test_answers_are_handed_on_in_order_and_few_are_in_flight() -> None:
    """Chunks are read only as far as the window allows while the first one is at work."""
    promises: list[Future[int]] = []

    def submit(_: Chunk) -> Future[int]:
        promises.append(Future())
        if len(promises) > 1:
            promises[-1].set_result(len(promises))
        return promises[-1]

    chunks = [(Portion(Case(f"x + {index}")),) for index in range(10)]
    found = keep_order(chunks, submit, 4)
    assert next(found) == (chunks[0], promises[0])
    assert len(promises) == 4
    promises[0].set_result(1)
    assert [chunk for chunk, _ in found] == chunks[1:]
    assert [promise.result() for promise in promises] == list(range(1, 11))
