"""What the exact gradcheck costs beside torch's own, on some of torch's own samples."""

from __future__ import annotations

import warnings

from aims import Aim, Table
from operation_samples import PARTS, entries
from opinfo import DECIDED, run

EVERY = 20
"""Of torch's table of operations, an entry in so many."""

SAMPLES = 3
"""Samples of an entry, from the first to the last."""

SECONDS = 60.0
"""What neither side may exceed."""

NO_SLOWER = Aim(1)


def measure_gradchecks(table: Table) -> None:
    """First derivatives in reverse and in forward mode, and second ones; `opinfo.py` does it of the whole table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torch says of its own samples
        rows = [run(op, PARTS, most=SAMPLES, limit=SECONDS, keep=lambda _: None) for op in entries()[::EVERY]]
    checked = [one for row in rows for one in row.checked]
    ours, theirs = sum(one.seconds for one in checked), sum(one.torch_seconds for one in checked)
    what = f"derivcheck.gradcheck of {len(rows)} operations  :  torch's gradcheck and gradgradcheck"
    table.row(what, f"{ours:.1f} s", f"{theirs:.1f} s", ours / theirs, NO_SLOWER)
    decided = sum(one.outcome in DECIDED for one in checked)
    table.remark(f"{len(checked)} checks, {decided} of them decided")
