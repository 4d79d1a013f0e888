"""What the HTML report of 10,000 cases costs: to write, to open, to filter, to search and to sort, in Chromium.

    python benchmarks/report.py [CASES]

A step is measured from the event to the second frame after it, when its result has been painted. Each is the median of
six.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import browser  # noqa: E402 - the tests have the browser and the synthetic cases
from report_files import feed, many  # noqa: E402

from derivcheck_cli.render.destination import ReportFile  # noqa: E402
from derivcheck_cli.render.html import HtmlRenderer  # noqa: E402

REPEATS = 6
"""An even number: what is pressed twice is as it was."""

STEPS = {
    "filter (one status)": "document.querySelector('.chip').click()",
    "search (as typed)": "const q = document.getElementById('query'); q.value = q.value ? '' : 'synthetic/0012';"
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


def main(cases: int) -> None:
    """Print the table."""
    lacking = browser.missing()
    if lacking:
        sys.exit(lacking)
    with tempfile.TemporaryDirectory() as folder, browser.chromium() as driver:
        path = Path(folder) / "report.html"
        start = time.perf_counter()
        file = ReportFile(str(path))
        feed(HtmlRenderer(file), many(cases))
        file.publish()
        seconds = time.perf_counter() - start
        print(f"an HTML report of {cases:,} cases, {path.stat().st_size / 1e6:.1f} MB")
        print(f"  {'write':<22} {1e6 * seconds / cases:8.0f} µs a case")
        loads = []
        for _ in range(REPEATS):
            browser.opened(driver, path.as_uri())
            loads.append(driver.execute_script(_LOADED))
        print(f"  {'open':<22} {statistics.median(loads):8.0f} ms")
        for name, step in STEPS.items():
            times = [driver.execute_async_script(_PAINTED % step) for _ in range(REPEATS)]
            print(f"  {name:<22} {statistics.median(times):8.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
