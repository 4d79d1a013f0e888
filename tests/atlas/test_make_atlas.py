"""The run of the atlas: what is done stays done, and what fails is a row."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from atlas_jobs import CALLS, SHAPED_POINT, Job, Look, functions_of_numbers
from atlas_rows import lines_of, read_atlas
from made_rows import row
from make_atlas import Book, TimeUpError, failure, finish, time_limit, work

from derivcheck.language import table
from derivcheck.language.table.examples import EXAMPLES
from derivcheck.numbers import DType

JOB = Job(Look.EXAMPLE, "sum", "Reductions", "sum(A, dim=0)", ("A",), DType.FLOAT32, quick=True)


def test_a_job_that_is_done_stays_done(tmp_path: Path) -> None:
    """A line that was cut while it was written is no job that is done."""
    path = tmp_path / "unfinished" / "torch.jsonl"
    book = Book(path)
    book.add(JOB, [row(operation="b"), row(operation="a")], 1.5)
    book.close()
    path.write_text(path.read_text("utf-8") + '{"job": "hunt exp', "utf-8")
    book = Book(path)
    assert {JOB.key} == book.done.keys()
    assert ["a", "b"] == [one.operation for one in book.rows]
    other = replace(JOB, format=DType.FLOAT64)
    book.add(other, [], 0.1)
    book.close()
    assert [JOB.key, other.key] == [json.loads(line)["job"] for line in path.read_text("utf-8").splitlines()]


def test_a_part_takes_the_place_of_its_rows_alone(tmp_path: Path) -> None:
    """And of a whole run nothing old is left."""
    target = tmp_path / "torch-2.13.0-cpu.jsonl"
    target.write_text("\n".join(lines_of([row(operation="a"), row(operation="b")])), "utf-8")
    book = Book(tmp_path / "unfinished" / target.name)
    book.add(JOB, [row(operation="b", verdict="wrong")], 1.0)
    finish(book, target, "cpu", is_part=True)
    assert [("a", "right"), ("b", "wrong")] == [(one.operation, one.verdict) for one in read_atlas(target)]
    finish(book, target, "cpu", is_part=False)
    assert ["b"] == [one.operation for one in read_atlas(target)]
    book.close()


def test_a_worker_does_a_job() -> None:
    """In a process of its own, which ends with the run."""
    ((job, rows, seconds),) = work([JOB], 1)
    assert JOB == job
    assert seconds > 0
    assert [("", 0), ("A", 1), ("A", 1), ("A,A", 2), ("A,A", 2)] == [(one.derivative, one.order) for one in rows]
    assert {"right"} == {one.verdict for one in rows}


def test_no_work_needs_no_workers() -> None:
    """The second run of a finished atlas."""
    assert [] == list(work([], 2))


def spin() -> None:
    """Takes time for ever."""
    while True:
        pass


def test_a_job_that_takes_too_long_is_given_up() -> None:
    """By seconds of the processor: other programs on the machine take none of its time."""
    with pytest.raises(TimeUpError), time_limit(0.05):
        spin()
    with time_limit(0.05):
        time.sleep(0.1)
    assert "undecided" == failure(JOB, "more than 0.05 s").verdict


def test_every_function_of_torch_is_called() -> None:
    """Each with one to three variables; and the examples of functions of shapes have values for theirs."""
    found = {one.name: names for one, _, names in functions_of_numbers()}
    assert CALLS.keys() <= {one.name for one in table.FUNCTIONS}
    assert all(1 <= len(names) <= 2 for names in found.values())
    assert {"exp", "gelu", "atan2", "polygamma"} <= found.keys()
    assert not {"lt", "airyai", "detach"} & found.keys()
    assert len(EXAMPLES) > 150
    assert {"x", "A", "image"} <= SHAPED_POINT.keys()
