"""Makes the atlas of the torch that is installed; what is done stays done, and a second run goes on.

    python atlas/make_atlas.py [--quick] [--workers 2] [--only WORD …] [--so-far]

Each job's rows are written down, and onto the disk, when it is done: into atlas/unfinished/. When all are done, the
rows become atlas/torch-VERSION-DEVICE.jsonl, and what changed since the latest other torch is printed and written
beside them. Ctrl-C stops it cleanly; the next run goes on.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import IO

from atlas_jobs import Job, jobs
from atlas_rows import UNDECIDED, Row, lines_of, read_atlas
from compare import compare_files, latest_other

HERE = Path(__file__).resolve().parent
UNFINISHED = HERE / "unfinished"

LIMIT = 1200.0
"""Seconds of a processor after which a job is given up; the row says so."""


# --- a worker --------------------------------------------------------------------------------------------------------


def serve(connection: Connection) -> None:
    """Do the jobs that come, until None comes."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends the workers
    import torch
    from atlas_looks import rows_of

    from derivcheck.hunting import watch

    torch.set_num_threads(1)
    watch.CLOCK = time.process_time  # so that a hunt sees as much on a machine that has much else to do
    while (job := _next(connection)) is not None:
        started = time.process_time()
        try:
            with time_limit(LIMIT):
                rows = rows_of(job)
        except TimeUpError:
            rows = [failure(job, f"more than {LIMIT:g} s")]
        except Exception as error:  # the atlas goes on, and the row says so
            rows = [failure(job, f"{type(error).__name__}: {error}")]
        connection.send((rows, time.process_time() - started))


def _next(connection: Connection) -> Job | None:
    """The next job; None where there is none, or the parent has ended."""
    try:
        job: Job | None = connection.recv()
    except (EOFError, OSError):
        return None
    return job


class TimeUpError(BaseException):
    """A job has taken longer than it may; no Exception, so that nobody takes it for one of torch's."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeUpError within, after so many seconds of the processor, and again each second after."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise TimeUpError

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def failure(job: Job, reason: str) -> Row:
    """The row of a job that failed."""
    return Row(
        operation=job.operation,
        source="table" if job.expression else "opinfo",
        group=job.group,
        expression=job.expression or None,
        format=str(job.format),
        derivative="",
        order=0,
        device=job.device,
        torch=version(),
        look=job.look.value,
        points=0,
        verdict=UNDECIDED,
        reason=f"derivcheck failed: {reason}"[:200],
    )


@dataclass(slots=True)
class Worker:
    """A process that does jobs, one after the other.

    Attributes:
        process: the process.
        connection: the way to it.
        job: what it does now.
    """

    process: BaseProcess
    connection: Connection
    job: Job | None = None

    @classmethod
    def start(cls) -> Worker:
        """A worker that waits for a job."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        return cls(process, ours)

    def give(self, job: Job | None) -> None:
        """Give it a job, or let it end."""
        self.job = job
        with contextlib.suppress(BrokenPipeError):
            self.connection.send(job)

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.terminate()
        self.process.join(5)


# --- the run ---------------------------------------------------------------------------------------------------------


class Book:
    """What is done: a file with a line for each job.

    Args:
        path: the file; what it holds already is kept, but for a last line that was cut.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done: dict[str, list[Row]] = {}
        path.parent.mkdir(exist_ok=True)
        whole = path.read_text("utf-8") if path.exists() else ""
        kept = whole[: whole.rfind("\n") + 1]
        for line in kept.splitlines():
            entry = json.loads(line)
            self.done[entry["job"]] = [Row(**data) for data in entry["rows"]]
        if kept != whole:
            path.write_text(kept, "utf-8")
        self._file: IO[str] = path.open("a", encoding="utf-8")

    def add(self, job: Job, rows: Sequence[Row], seconds: float) -> None:
        """Write a job's rows down for good."""
        self.done[job.key] = list(rows)
        entry = {"job": job.key, "seconds": round(seconds, 3), "rows": [row.data for row in rows]}
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    @property
    def rows(self) -> list[Row]:
        """All rows, in their order."""
        return sorted((row for rows in self.done.values() for row in rows), key=lambda row: row.key)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def work(todo: Sequence[Job], workers: int) -> Generator[tuple[Job, list[Row], float]]:
    """Do the jobs, and give the rows of each when it is done; who stops asking ends the workers."""
    waiting = list(reversed(todo))
    crew = [Worker.start() for _ in range(min(workers, len(todo)))]
    try:
        for worker in crew:
            worker.give(waiting.pop())
        while any(worker.job for worker in crew):
            busy = {worker.connection: worker for worker in crew if worker.job}
            for connection in wait(list(busy)):
                worker = busy[connection]  # type: ignore[index]  # typeshed: wait() may give sockets, too
                job = worker.job
                assert job is not None
                try:
                    rows, seconds = worker.connection.recv()
                except (EOFError, ConnectionError):  # torch took the process with it
                    worker.end()
                    rows, seconds = [failure(job, "the process ended")], 0.0
                    crew[crew.index(worker)] = worker = Worker.start()
                yield job, rows, seconds
                worker.give(waiting.pop() if waiting else None)
    finally:
        for worker in crew:
            worker.end()


def version() -> str:
    """The version of torch, without what says how it was built."""
    import torch

    return str(torch.__version__).partition("+")[0]


def write_atomically(path: Path, text: str) -> None:
    """Write a file that is whole at any time."""
    beside = path.with_suffix(".new")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def tell(text: str, *, stays: bool = False) -> None:
    """Say how far the run is, on stderr: in one line where that is a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}" + ("\n" if stays else ""))
        sys.stderr.flush()
    elif stays:
        sys.stderr.write(text + "\n")


def make(device: str, options: argparse.Namespace) -> int:
    """Make the atlas of a device; the exit code."""
    name = f"torch-{version()}-{device.replace(':', '-')}"
    book = Book(UNFINISHED / f"{'quick-' if options.quick else ''}{name}.jsonl")
    target = UNFINISHED / f"rows-quick-{name}.jsonl" if options.quick else HERE / f"{name}.jsonl"
    every = [
        job
        for job in jobs(device, quick=options.quick)
        if not options.only or any(word in job.key for word in options.only)
    ]
    todo = [job for job in every if job.key not in book.done]
    if not options.so_far:
        started, of_processors = time.monotonic(), 0.0
        tell(f"{name}: {len(todo)} of {len(every)} jobs to do, with {options.workers} workers", stays=True)
        try:
            with contextlib.closing(work(todo, options.workers)) as done:
                for count, (job, rows, seconds) in enumerate(done, 1):
                    book.add(job, rows, seconds)
                    of_processors += seconds
                    spent = time.monotonic() - started
                    left = spent / count * (len(todo) - count)
                    tell(f"{count}/{len(todo)}  {job.key}  {seconds:.1f} s; about {left / 60:.0f} min left",
                         stays=count % _TOLD == 0)  # fmt: skip
        except KeyboardInterrupt:
            tell(f"stopped: {len(book.done)} jobs are done; the same command goes on", stays=True)
            return 130
        finally:
            book.close()
            clock = time.monotonic() - started
            tell(f"{of_processors / 60:.1f} min of the processors, {clock / 60:.1f} min by the clock", stays=True)
    finish(book, target, device, is_part=bool(options.so_far or options.only))
    if not options.quick and not options.so_far and not options.only:
        book.path.unlink()
    return 0


_TOLD = 25
"""Where stderr is no terminal, a line for so many jobs."""


def finish(book: Book, target: Path, device: str, *, is_part: bool) -> None:
    """Write the rows, and what changed since the latest other torch; a part of them takes the place of theirs alone."""
    rows = book.rows
    if is_part and target.exists():
        known = {row.key: row for row in [*read_atlas(target), *rows]}
        rows = [known[key] for key in sorted(known)]
    write_atomically(target, "\n".join(lines_of(rows)) + "\n")
    tell(f"{len(rows)} rows in {target.name}, {target.stat().st_size / 1e6:.2f} MB", stays=True)
    other = latest_other(HERE, target, device)
    if other is not None:
        changes = compare_files(other, target)
        print(changes.text)
        write_atomically(target.with_name(f"changes-{target.stem}.json"), changes.json)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the atlas on every device that is present."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small part of everything: five minutes on two cores")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes; default: 2")
    parser.add_argument("--only", action="append", default=[], metavar="WORD", help="jobs whose key has this word")
    parser.add_argument("--so-far", action="store_true", help="do no job: write the rows of those that are done")
    parser.add_argument("--device", action="append", metavar="NAME", help="default: every device that is present")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a machine that shuts down, and `kill`, end it cleanly
    codes = [make(device, options) for device in options.device or devices()]
    return max(codes, default=0)


def devices() -> list[str]:
    """The devices that are present, the CPU first; of several of one kind the first."""
    from derivcheck.autograd.devices import available

    return list(dict.fromkeys(device.name.partition(":")[0] for device in available()))


if __name__ == "__main__":
    raise SystemExit(main())
