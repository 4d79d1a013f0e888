"""Tests of `derivcheck.running.cluster`, on a Dask cluster on this machine.

Covers also: cluster_work.
"""

from __future__ import annotations

import multiprocessing.util
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from distributed import Client, LocalCluster
from typer.testing import CliRunner

from derivcheck.model import Case, Status
from derivcheck.running import cluster as running_cluster
from derivcheck.running import cluster_work
from derivcheck.running.chunks import make_chunks
from derivcheck.running.cluster import Cluster
from derivcheck.running.interface import RECORD, TALLY, Piece
from derivcheck.running.limits import Limits
from derivcheck.running.pool.pool import Pool
from derivcheck.running.pool.transport import pack_chunk
from derivcheck_cli.app import app

HOSTILE = Path(__file__).resolve().parents[2] / "hostile"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two worker processes, in which cases do what their names say."""
    path = os.pathsep.join(filter(None, [str(HOSTILE), os.environ.get("PYTHONPATH")]))
    with (
        patch.dict(os.environ, {"PYTHONPATH": path}),
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as found,
    ):
        yield found


CASES = [
    Case(f"x**{index % 7 + 2} + {index}*sin(x)", ({"x": "0.5"},), f"good/{index}" if index != 70 else "hang_in_c")
    for index in range(200)
]


def good(pieces: list[Piece]) -> list[str]:
    """The pieces but that of the case that hangs, in full."""
    return [repr(piece) for piece in pieces if piece.item.name != "hang_in_c"]


def test_a_cluster_gives_what_a_pool_gives_though_a_worker_is_killed(cluster: Any) -> None:
    """A case that hangs is stopped there too; one of two workers dies by SIGKILL and its chunks are done again."""
    limits = Limits(1.5, None)
    local = list(Pool(2, Limits()).run(CASES[:70] + CASES[71:]))
    run = Cluster(cluster.scheduler_address, limits).run(CASES)
    pieces = [next(run)]
    address = cluster.scheduler_address
    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        pids = client.run(os.getpid)
    os.kill(next(iter(pids.values())), signal.SIGKILL)
    pieces.extend(run)
    assert [piece.item for piece in pieces] == CASES
    (stopped,) = pieces[70].results
    assert (stopped.status, stopped.verdict.reason) == (Status.ERROR, "stopped after 1.5 s without an end")
    assert good(pieces) == good(local)


def test_the_processes_of_an_earlier_run_end_where_another_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Dask worker lives longer than a run; what is at work for another client goes on."""
    closed: list[str] = []
    (chunk,) = make_chunks([Case("x", ({"x": "1"},))], 1)

    class Played:
        def __init__(self, _count: int, limits: Limits, *, wanted: object) -> None:
            self.name = f"{limits.timeout:g} s, {'rows' if wanted is RECORD else 'a tally'}"

        def check(self, _chunk: object) -> list[Any]:
            if self.name == "1 s, rows":  # another run begins while this one is at work
                cluster_work.check(pack_chunk(chunk), Limits(2), TALLY)
            return []

        def close(self) -> None:
            closed.append(self.name)

        def abandon(self) -> None:
            raise AssertionError("the process has not ended")

    monkeypatch.setattr(cluster_work, "Slots", Played)
    monkeypatch.setattr(cluster_work, "_held", {})
    monkeypatch.setattr(cluster_work, "_allow_children", lambda: None)
    monkeypatch.setattr(multiprocessing.util, "Finalize", lambda *_, **__: SimpleNamespace(cancel=lambda: None))
    for limits, wanted in ((Limits(1), TALLY), (Limits(1), TALLY), (Limits(1), RECORD), (Limits(3), TALLY)):
        assert cluster_work.check(pack_chunk(chunk), limits, wanted) == []
    assert closed == ["1 s, a tally", "1 s, rows", "2 s, a tally"]


def test_a_worker_of_another_version_is_an_error(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its results would not be those of a run here."""
    monkeypatch.setattr(running_cluster, "version", lambda _: "0.0.1")
    monkeypatch.setattr(running_cluster, "_ask_version", lambda *_: {"tcp://w": "0.1.0"})
    result = CliRunner().invoke(app, ["batch", "-", "--cluster", cluster.scheduler_address], input="x @ x=1\n")
    assert result.exit_code == 2
    assert (
        "error: the Dask worker tcp://w has derivcheck 0.1.0, and here it is 0.0.1\n  hint: install " in result.stderr
    )


def test_a_worker_without_derivcheck_is_an_error(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so before anything is sent."""
    monkeypatch.setattr(running_cluster, "SAME", ("derivcheck-of-another-world",))
    monkeypatch.setattr(running_cluster, "version", lambda _: "0.1.0")
    result = CliRunner().invoke(app, ["batch", "-", "--cluster", cluster.scheduler_address], input="x @ x=1\n")
    assert result.exit_code == 2
    assert "has no derivcheck-of-another-world, and here it is 0.1.0" in result.stderr


def test_an_address_without_a_scheduler_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """After some patience."""
    monkeypatch.setattr(running_cluster, "PATIENCE", 0.5)
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        result = CliRunner().invoke(app, ["batch", "-", "--cluster", address], input="x @ x=1\n")
        assert result.exit_code == 2
        assert f"error: no Dask scheduler answers at {address}: " in result.stderr
        assert "hint: is `dask scheduler` running there" in result.stderr


def test_without_dask_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    """How to install it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = CliRunner().invoke(app, ["batch", "-", "--cluster", "tcp://127.0.0.1:1"], input="x @ x=1\n")
    assert result.exit_code == 2
    assert "hint: pip install 'derivcheck[dask]'" in result.stderr
