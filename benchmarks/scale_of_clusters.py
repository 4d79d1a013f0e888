"""What a Dask cluster on this machine costs beside two workers: time, the memory of its workers, and bytes a case."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psutil
from turns import compare

from derivcheck.model import Case
from derivcheck.running import cluster
from derivcheck.running.chunks import Chunk
from derivcheck.running.cluster import Cluster
from derivcheck.running.interface import FILED, TALLY
from derivcheck.running.limits import Limits
from derivcheck.running.pool.pool import Pool
from derivcheck.running.pool.slot import Answer
from derivcheck.running.pool.transport import pack_chunk

_OFTEN = 0.5
"""Seconds between two looks at the memory, of which each takes some milliseconds."""


def measure_cluster(cases: list[Case], limits: Limits, workers: int, repeats: int) -> None:
    """Start a cluster of so many worker processes, and print what it costs.

    Args:
        cases: what is checked.
        limits: what a case may take.
        workers: processes of the cluster, of one thread each.
        repeats: turns of the cluster and of two workers.
    """
    from distributed import Client, LocalCluster  # of Dask, which takes a second to load

    with (
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers, threads_per_worker=1, dashboard_address=None
        ) as started,
        Client(started, set_as_default=False) as client,  # type: ignore[no-untyped-call]
    ):
        two = (Pool(2, limits, TALLY), 2)
        there = (Cluster(started.scheduler_address, limits, TALLY), workers)
        compare(f"a Dask cluster of {workers} workers against --jobs 2", two, there, cases, repeats)
        pids = client.run(os.getpid)
        for what, wanted in (("a tally", TALLY), ("--output", FILED)):
            with _watched(list(pids.values())) as peaks:
                sent, received = bytes_shipped(Cluster(started.scheduler_address, limits, wanted), cases)
            each = f"{sent / len(cases):,.0f} bytes there, {received / len(cases):,.0f} back"
            print(f"{f'a case of the cluster, {what}':<56}       ({each})", flush=True)
            listed = ", ".join(f"{own / 1e6:.0f} + {below / 1e6:.0f} MB" for own, below in peaks)
            print(f"{f'peak memory of a Dask worker + what it started, {what}':<56}       ({listed})", flush=True)


def bytes_shipped(executor: Cluster, cases: Sequence[Case]) -> tuple[int, int]:
    """The bytes of all chunks that go to a cluster, and of all answers: what Dask adds to either is not counted."""
    sent = received = 0
    answer = cluster._answer

    def packed(chunk: Chunk) -> bytes:
        nonlocal sent
        message = pack_chunk(chunk)
        sent += len(message)
        return message

    def answered(promise: Any) -> list[Answer]:
        nonlocal received
        answers = answer(promise)
        received += sum(len(one.found) for one in answers if isinstance(one.found, bytes))
        return answers

    with patch.object(cluster, "pack_chunk", packed), patch.object(cluster, "_answer", answered):
        for _ in executor.run(cases):
            pass
    return sent, received


def memory_of(process: psutil.Process) -> int:
    """The bytes of a process, of what it shares with others its part: workers are forked from one server."""
    return int(process.memory_full_info().pss)


@contextmanager
def _watched(pids: Sequence[int]) -> Iterator[list[tuple[int, int]]]:
    """The largest memory of some processes within, of their own and of all that they have started, in their order."""
    peaks = [(0, 0)] * len(pids)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_OFTEN):
            for at, pid in enumerate(pids):
                try:
                    process = psutil.Process(pid)
                    below = sum(memory_of(child) for child in process.children(recursive=True))
                    own = memory_of(process)
                except psutil.Error:  # one that has just ended
                    continue
                peaks[at] = max(peaks[at][0], own), max(peaks[at][1], below)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield peaks
    finally:
        done.set()
        watching.join()
