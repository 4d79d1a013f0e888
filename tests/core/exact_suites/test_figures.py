"""What is counted goes from process to process and is added up."""

from __future__ import annotations

import json
from collections import Counter

from derivcheck.exact_suites.figures import UNREAD, Figures, Remark

ONE = Figures(
    labels=Counter({"match": 2, UNREAD: 1, "mismatch": 1}),
    unread=Counter({"aten::a": 1}),
    constants=Counter({"random numbers": 1}),
    errors=Counter({"Traceback": 1}),
    remarks=[Remark("test_a.py::test_b", "mismatch", "backward …", is_failing=True)],
    differences=[Remark("test_a.py::test_b", "mismatch", "torch's passes; backward …", is_failing=True)],
    failing=1,
    ours=1.5,
    torchs=0.25,
)


def test_figures_travel_as_plain_data() -> None:
    """What pytest-xdist can send; JSON is stricter."""
    received = Figures()
    received.add(json.loads(json.dumps(ONE.data())))
    assert ONE == received


def test_figures_are_added_up() -> None:
    """Counts, seconds and lists."""
    total = Figures()
    total.add(ONE.data())
    total.add(ONE.data())
    assert (8, 2, 3.0, 0.5) == (total.calls, total.failing, total.ours, total.torchs)
    assert {"aten::a": 2} == total.unread
    assert [*ONE.remarks, *ONE.remarks] == total.remarks
    assert 4 == ONE.calls
