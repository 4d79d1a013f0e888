"""The executor that checks on a Dask cluster."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from derivcheck.errors import WorkerError
from derivcheck.running import cluster_work
from derivcheck.running.chunks import Chunk, make_chunks
from derivcheck.running.interface import ROWS, Item, Piece, Wanted
from derivcheck.running.limits import Limits
from derivcheck.running.ordering import keep_order
from derivcheck.running.pool.pool import make_pieces
from derivcheck.running.pool.slot import Answer
from derivcheck.running.pool.transport import pack_chunk
from derivcheck.workers.stop import Cause, Stop

if TYPE_CHECKING:
    from distributed import Client

ITEMS = 64
"""Items in a chunk: a task costs Dask's client, scheduler and worker several milliseconds, as much as some cases."""

AHEAD = 4
LEAST_AHEAD = 64
"""Chunks in flight for each thread of the cluster, and for any number of them."""

PATIENCE = 10.0
"""Seconds for the scheduler to answer, and for it to have a worker."""

SAME = ("derivcheck", "torch", "sympy", "python-flint")
"""What must be of one version on all sides, for the bytes to be those of a run here."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Checks the chunks of a local run on the workers of a Dask scheduler, under the same limits.

    Attributes:
        address: the scheduler's, such as tcp://host:8786.
        limits: what a case may take.
        wanted: what of the Results somebody will look at.
    """

    address: str
    limits: Limits
    wanted: Wanted = ROWS

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """Check the items on the cluster, and yield the pieces in their order."""
        with _connect(self.address) as client:
            threads = sum(_check_versions(client).values())
            futures: set[Any] = set()

            def submit(chunk: Chunk) -> Any:
                future = client.submit(cluster_work.check, pack_chunk(chunk), self.limits, self.wanted, pure=False)
                futures.add(future)
                return future

            try:
                for chunk, promise in keep_order(make_chunks(items, ITEMS), submit, max(LEAST_AHEAD, AHEAD * threads)):
                    yield from make_pieces(chunk, self._collect(client, chunk, promise), self.limits)
                    futures.discard(promise)
            finally:
                client.cancel(list(futures), reason="the run has ended")

    def _collect(self, client: Client, chunk: Chunk, promise: Any) -> Sequence[Answer]:
        """Wait for the answers to a chunk; ask portion by portion where the cluster lost every worker over it."""
        from distributed import KilledWorker  # Dask is an extra, which few have installed

        try:
            return _answer(promise)
        except KilledWorker:
            pass
        answers: list[Answer] = []
        for position, portion in enumerate(chunk):
            future = client.submit(cluster_work.check, pack_chunk((portion,)), self.limits, self.wanted, pure=False)
            try:
                answers.append(Answer(position, 1, _answer(future)[0].found))
            except KilledWorker:
                answers.append(Answer(position, 1, Stop(Cause.LOST)))
        return answers


def _answer(promise: Any) -> list[Answer]:
    answers: list[Answer] = promise.result()
    return answers


def _connect(address: str) -> Client:
    """Connect to the scheduler.

    Raises:
        WorkerError: where there is no Dask here, and where nobody answers.
    """
    try:
        from distributed import Client  # Dask is an extra, which few have installed
    except ImportError:
        hint = "pip install 'derivcheck[dask]'"
        raise WorkerError("--cluster needs Dask, which is not installed here", hint=hint) from None
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        hint = "is `dask scheduler` running there, and is the address the one that it prints (tcp://host:8786)?"
        raise WorkerError(f"no Dask scheduler answers at {address}: {_first_line(error)}", hint=hint) from None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _check_versions(client: Client) -> dict[str, int]:
    """Count the threads of each worker, and see to it that all have what is needed.

    Raises:
        WorkerError: where there is no worker, and for the first one that lacks something or has another version.
    """
    with suppress(TimeoutError):
        client.wait_for_workers(1, timeout=PATIENCE)
    threads: dict[str, int] = client.nthreads()  # type: ignore[no-untyped-call]
    if not threads:
        hint = "start some: dask worker ADDRESS --nthreads 1 --nworkers auto"
        raise WorkerError("the Dask cluster has no workers", hint=hint)
    for package in SAME:
        mine = version(package)
        for worker, theirs in sorted(_ask_version(client, package).items()):
            if theirs == mine:
                continue
            has = "no" if isinstance(theirs, PackageNotFoundError) else f"an unknown ({theirs})"
            has = f"{package} {theirs}" if isinstance(theirs, str) else f"{has} {package}"
            hint = f"install {package} {mine} for every worker: their results would not be those of a run here"
            raise WorkerError(f"the Dask worker {worker} has {has}, and here it is {mine}", hint=hint)
    return threads


def _ask_version(client: Client, package: str) -> dict[str, Any]:
    """Ask each worker for its version of a package; in place of one stands what was raised."""
    found: dict[str, Any] = client.run(metadata.version, package, on_error="return")
    return found
