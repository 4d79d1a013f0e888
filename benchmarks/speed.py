"""What a check costs, each time against the thing that a user would otherwise run, with the aim beside it, in one run.

    python benchmarks/speed.py [--claims FILE.jsonl] [--limit N] [--points N] [--repeats N] [--jobs N]
                               [--only starts|claims|points|gradchecks …]

The two sides take turns, so that a machine that is slow for a while is slow for both.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from aims import Table, write_bytecode
from speed_of_claims import ONE_BY_ONE, claims_file, claims_of, measure_batch, measure_one_by_one
from speed_of_gradchecks import measure_gradchecks
from speed_of_points import measure_points
from speed_of_starts import measure_starts

from derivcheck.running.loading import load_all

PARTS = ("starts", "claims", "points", "gradchecks")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--claims", type=Path, help="JSON Lines case file; default: 2,000 claims that are generated")
    parser.add_argument("--limit", type=int, help="only so many claims, one by one and in one go")
    parser.add_argument("--points", type=int, default=100_000, help="points of the one expression")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each process")
    parser.add_argument("--jobs", type=int, default=2, help="workers for the file of claims")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="some of the parts")
    options = parser.parse_args()
    torch.set_num_threads(1)
    load_all()
    write_bytecode()
    table = Table()
    if "starts" in options.only:
        measure_starts(table, options.repeats)
    if "claims" in options.only:
        with claims_file(options.claims) as file:
            measure_one_by_one(table, claims_of(file, options.limit or ONE_BY_ONE))
            measure_batch(table, file, options.limit, options.jobs, options.repeats)
    if "points" in options.only:
        measure_points(table, options.points)
    if "gradchecks" in options.only:
        measure_gradchecks(table)
    table.end()


if __name__ == "__main__":
    main()
