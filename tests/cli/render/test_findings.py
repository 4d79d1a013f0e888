"""What a report says of a case, and of its worst points."""

from __future__ import annotations

import math
from dataclasses import replace

from report_files import outcome_of
from results import row, tensor

from derivcheck.model import Status, Verdict
from derivcheck_cli.render.findings import MAX_POINTS, Collector


def test_the_worst_points_of_a_case_are_kept_and_come_first() -> None:
    """However many there are; of equally bad ones the first."""
    statuses = [Status.MATCH] * 10 + [Status.MISMATCH] + [Status.MATCH] * 10 + [Status.UNSTABLE] + [Status.MATCH] * 9
    rows = [replace(row(status), point=dict(row().point or {}), notes=(str(at),)) for at, status in enumerate(statuses)]
    collector = Collector()
    for result in rows:
        collector.add(result)
    finding = collector.close(outcome_of(rows))
    assert (["10", "21", "0", "1", "2"], len(rows) - MAX_POINTS) == (
        [points[0].notes[0] for points in finding.points],
        finding.left_out,
    )
    assert rows[10] is finding.worst


def test_a_gradient_that_is_no_number_is_infinitely_far_off() -> None:
    """However exact the value is beside it: the plot shows the worst."""
    nan = row(Status.NONFINITE)
    rows = [row(wrt=()), replace(nan, verdict=replace(nan.verdict, ulps=None))]
    collector = Collector()
    for result in rows:
        collector.add(result)
    assert math.inf == collector.close(outcome_of(rows)).ulps


def test_of_a_point_what_fails_stands_first() -> None:
    """Among forty derivatives, nobody has to look for it."""
    rows = [row(wrt=()), row(wrt=("x",)), row(Status.UNSTABLE, wrt=("y",)), row(Status.MISMATCH, wrt=("z",))]
    collector = Collector()
    for result in rows:
        collector.add(result)
    finding = collector.close(outcome_of(rows))
    assert [("z",), ("y",), (), ("x",)] == [shown.wrt for shown in finding.points[0]]
    assert finding.text().index("df/dz") < finding.text().index("df/dy") < finding.text().index("df/dx")


def test_the_items_of_a_check_list_stand_together() -> None:
    """Each of them may have looked at another point; the first line of the list is written once."""
    rows = [
        replace(tensor(), item=item, verdict=Verdict(Status.MISMATCH, "by w[1]: no")) for item in ("forward", "far")
    ]
    collector = Collector()
    for result in rows:
        collector.add(replace(result, values=dict(result.values or {})))
    finding = collector.close(outcome_of(rows))
    assert 1 == len(finding.points)
    assert 1 == finding.text().count(" against ")
    assert finding.headline.endswith(": by w[1]: no")
