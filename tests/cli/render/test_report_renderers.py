"""The table of output formats in files: every format has its renderer, and a check on stdout loads none of them."""

from __future__ import annotations

import subprocess
import sys

from derivcheck.settings import Report
from derivcheck_cli.render.report_renderers import REPORT_RENDERERS


def test_every_report_has_a_renderer() -> None:
    """JUnit, SARIF, HTML and Markdown."""
    assert set(Report) == set(REPORT_RENDERERS)


def test_what_shows_a_case_on_stdout_loads_no_report() -> None:
    """They take time to load, and a single check writes none."""
    program = "import sys, derivcheck_cli.render.renderers; print(*(name for name in sys.modules if 'report' in name))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "derivcheck_cli.render.report_renderers" not in ran.stdout.split()
    assert "derivcheck.reporting.presentation" in ran.stdout
