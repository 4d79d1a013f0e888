"""Which executor a run has: in this process, in workers here, or on a cluster."""

from __future__ import annotations

from derivcheck.errors import CaseError
from derivcheck.running.interface import ROWS, Executor, Wanted
from derivcheck.running.limits import AUTO, NO_LIMITS, Limits, read_jobs, read_limits
from derivcheck.running.machine import usable_cores


def choose_executor(
    *,
    jobs: str | None = None,
    timeout: str | None = None,
    memory: str | None = None,
    cluster: str | None = None,
    device: str | None = None,
    wanted: Wanted = ROWS,
) -> Executor:
    """Make the executor that the user asks for; every one gives the same Results in the same order.

    Args:
        jobs: how many workers: a number, 0 for none (in this process, without limits), or "auto", the default: one for
            each usable core, and one where `device` is an accelerator, which they would share.
        timeout: the seconds that a case may take, as `read_limits` reads them.
        memory: the bytes, likewise.
        cluster: the address of a Dask scheduler; its workers do the work.
        device: the device that is asked for, if there is one.
        wanted: what of the Results somebody will look at.

    Raises:
        CaseError: for a number that is none, and for options that exclude each other.
    """
    count = _read_count(jobs or AUTO, device)
    limits = read_limits(timeout, memory)
    if cluster is not None:
        if jobs is not None:
            raise CaseError("--jobs and --cluster exclude each other", hint="the cluster knows its own workers")
        # A run has one executor: of the three, only that one is loaded, with the libraries that it needs.
        from derivcheck.running.cluster import Cluster

        return Cluster(cluster, limits, wanted)
    if count:
        from derivcheck.running.pool.pool import Pool  # likewise

        return Pool(count, limits, wanted)
    if timeout is not None or memory is not None:
        hint = "--jobs 1 has one worker"
        raise CaseError("nothing holds a case to a limit where there is no worker (--jobs 0)", hint=hint)
    from derivcheck.running.in_process import InProcess  # likewise

    return InProcess(wanted)


def choose_limits(*, jobs: str | None = None, timeout: str | None = None, memory: str | None = None) -> Limits:
    """Read what a case may take in such a run: without workers there is nothing that holds it to a limit.

    Example:
        >>> choose_limits(jobs="0")
        Limits(timeout=None, memory=None)
    """
    return NO_LIMITS if jobs is not None and read_jobs(jobs) == "0" else read_limits(timeout, memory)


def _read_count(jobs: str, device: str | None) -> int:
    if read_jobs(jobs) == AUTO:
        return usable_cores() if device in {None, "cpu"} else 1
    return int(jobs)
