"""What reports of many rows cost: to write, and the HTML page to open, to filter, to search and to sort in Chromium.

    python benchmarks/report.py [--rows N …] [--no-browser]

A few claims are checked once, and their records repeated under other names, with other expressions, until there are so
many rows. `derivcheck report` then writes each report from that file. Of a step in Chromium two times are shown, each
the median of six: the processor's, of the thread that runs the page, and those from the event to the second frame after
it, in which its result has been painted; the latter grow where other processes want the processor. Behind each figure
stands its aim.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import browser  # noqa: E402 - the tests have the browser

from derivcheck.model import Case, Status  # noqa: E402
from derivcheck.reporting.serialization.serialize import line_data  # noqa: E402
from derivcheck.running.in_process import InProcess  # noqa: E402

REPEATS = 6
"""An even number: what is pressed twice is as it was."""

MOST_MEGABYTES = {"html": 40.0, "junit": 24.0, "sarif": 16.0, "markdown": 0.1}
MOST_SECONDS, MOST_TO_OPEN, MOST_TO_STEP = 30.0, 1000.0, 200.0
"""The aims: seconds to write a report, milliseconds of the processor to open the page, and for each step."""

CLAIMS = (
    (
        "x/a - b**(5/2)*atanh(sqrt(b)*tanh(c + d*x)/sqrt(a + b))/(a*(a + b)**(5/2)*d)"
        " - (a + 2*b)*coth(c + d*x)/((a + b)**2*d) - coth(c + d*x)**3/(3*(a + b)*d)",
        {"a": "0.244", "b": "0.368", "c": "0.624", "d": "0.454", "x": "0.616"},
        "coth(c + d*x)**4/(a + b*sech(c + d*x)**2)",
    ),
    (
        "log(x + sqrt(x**2 + a**2)) - a*asin(x/(2*a))",
        {"a": "1.25", "x": "0.41"},
        "1/sqrt(a**2 + x**2) - 1/sqrt(4 - x**2/a**2)",
    ),
    ("exp(a*x)*(a*sin(b*x) - b*cos(b*x))/(a**2 + b**2)", {"a": "0.7", "b": "1.9", "x": "0.33"}, "exp(a*x)*sin(b*x)"),
)
"""Antiderivatives, points, and integrands; all are right."""

WARNS, FAILS = 10, 100
"""Every tenth case warns, and every hundredth fails."""

STEPS = {
    "filter (one status)": "document.querySelector('.chip').click()",
    "search (as typed)": "const q = document.getElementById('query'); q.value = q.value ? '' : 'claim/0012';"
    " q.dispatchEvent(new Event('input'))",
    "sort (by name)": "const s = document.getElementById('sort'); s.value = s.value === 'name' ? 'file' : 'name';"
    " s.dispatchEvent(new Event('change'))",
    "scroll to the middle": "const l = document.getElementById('list');"
    " l.scrollTop = l.scrollTop ? 0 : l.scrollHeight / 2",
    "open a case": "document.querySelectorAll('.item')[Math.floor(9 * Math.random())].click()",
}
_PAINTED = """
const done = arguments[arguments.length - 1], start = performance.now();
%s;
requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
"""
_LOADED = """
const [entry] = performance.getEntriesByType('navigation');
return entry.domContentLoadedEventEnd - entry.startTime;
"""


def records() -> Iterator[list[dict[str, Any]]]:
    """Case after case: the rows of one of the claims, under another name and with another expression."""
    cases = [Case(expr, (at,), wrt=(("x",),), derivative={("x",): claim}) for expr, at, claim in CLAIMS]
    known = [[line_data(row) for row in piece.results] for piece in InProcess().run(cases)]
    for number in count():
        rows = known[number % len(known)]
        name, where = f"claim/{number:06}", {"file": "claims.jsonl", "line": number + 1}
        yield [
            {**_spoilt(row, number), "case": name, "name": name, "location": where, "expr": f"{number} + {row['expr']}"}
            for row in rows
        ]


def _spoilt(row: dict[str, Any], number: int) -> dict[str, Any]:
    """The row; of some cases the derivative's with another status, and a reason as long as reasons are."""
    status = Status.MISMATCH if number % FAILS == 7 else Status.UNSTABLE if number % WARNS == 3 else None
    if status is None or row["what"] != "derivative":
        return row
    ulps = 10.0 ** (number % 19 - 2)
    return {
        **row,
        "error": {**row["error"], "ulps": ulps},
        "status": status.label,
        "severity": status.severity.value,
        "reason": f"{ulps:.3g} ulps, more than rounding explains: the true number is {row['truth']['value']}",
    }


def write_records(path: Path, rows: int) -> int:
    """Write a file of so many rows or a few more, and return how many cases these are."""
    cases, written = 0, 0
    with path.open("w", encoding="ascii") as stream:
        for case in records():
            stream.writelines(f"{json.dumps(row)}\n" for row in case)
            cases, written = cases + 1, written + len(case)
            if written >= rows:
                break
    return cases


def seconds_of(*command: str) -> float:
    """The processor's seconds that a run of `derivcheck` takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "derivcheck_cli", *command],
        stdout=subprocess.DEVNULL,
        check=False,
        cwd=ROOT,
        env=os.environ,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def show(name: str, *figures: str) -> None:
    """Print one line of the table."""
    print(f"  {name:<22}" + "".join(f" {figure:>24}" for figure in figures))


def aimed(value: float, unit: str, aim: float, digits: int = 1) -> str:
    """A figure with its aim behind it."""
    return f"{value:.{digits}f} {unit} (< {aim:g})"


def write_reports(source: Path, folder: Path) -> None:
    """Write every report of the file, and print sizes and seconds."""
    for kind, most in MOST_MEGABYTES.items():
        target = folder / f"report.{kind}"
        seconds = seconds_of("report", str(source), "--quiet", f"--{kind}", str(target))
        size = target.stat().st_size / 1e6
        show(f"write {kind}", aimed(size, "MB", most, 2), aimed(seconds, "s", MOST_SECONDS))


def look(page: Path) -> None:
    """Open the page, take each step, and print what that takes."""
    with browser.chromium() as driver:
        driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})

        def busy() -> float:
            metrics = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
            return 1e3 * float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

        def timed(act: Callable[[], float], name: str, most: float, *, anew: bool = False) -> None:
            passed, used = [], []
            for _ in range(REPEATS):
                before = 0.0 if anew else busy()  # a page that is opened counts from 0
                passed.append(act())
                used.append(busy() - before)
            show(name, aimed(statistics.median(used), "ms", most, 0), f"{statistics.median(passed):.0f} ms painted")

        def opened() -> float:
            browser.opened(driver, page.as_uri())
            return float(driver.execute_script(_LOADED))

        def painted(step: str) -> float:
            return float(driver.execute_async_script(_PAINTED % step))

        timed(opened, "open", MOST_TO_OPEN, anew=True)
        for name, step in STEPS.items():
            timed(partial(painted, step), name, MOST_TO_STEP)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 126_000], help="how many rows")
    parser.add_argument("--no-browser", action="store_true", help="do not open the page")
    options = parser.parse_args()
    if not options.no_browser and (lacking := browser.missing()):
        sys.exit(lacking)
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "rows.jsonl"
            cases = write_records(source, rows)
            print(f"{rows:,} rows of {cases:,} cases, {source.stat().st_size / 1e6:.0f} MB of records")
            show("read", "", aimed(seconds_of("report", str(source), "--quiet"), "s", MOST_SECONDS))
            write_reports(source, Path(folder))
            if not options.no_browser:
                look(Path(folder) / "report.html")


if __name__ == "__main__":
    main()
