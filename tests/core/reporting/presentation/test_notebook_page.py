"""A notebook's table in a browser, under the rules that JupyterLab's own page has for tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from browser import chromium, missing, opened
from explanations import branch
from results import row

import derivcheck
from derivcheck import Explained, Status

_JUPYTERLAB = """<style>
.jp-RenderedHTMLCommon table { table-layout: fixed; margin-left: auto; border: none; font-size: 12px }
.jp-RenderedHTMLCommon td, .jp-RenderedHTMLCommon th, .jp-RenderedHTMLCommon tr { text-align: right; padding: 0.5em }
.jp-RenderedHTMLCommon td { vertical-align: middle; white-space: normal; max-width: none }
</style>"""
"""From @jupyterlab/rendermime's base.css, which is more specific than a table's own rules unless they insist."""


@pytest.mark.skipif(bool(missing()), reason=missing() or "")
def test_in_jupyterlab_the_table_is_left_aligned_and_no_status_breaks(tmp_path: Path) -> None:
    """However narrow the page and however long a formula is: the status stands first, on one line."""
    results = derivcheck.check(
        "mu*log1p(exp(x)) + where(x > 3, x**2, sqrt(x + 100))/(x**3 + 7)",
        at={"x": 25.125, "mu": "0.1"},
        wrt=["x,x", "mu,x"],
        derivative={"x": "3*x"},
        mode=["reverse", "forward-over-reverse"],
    )
    page = tmp_path / "notebook.html"
    body = f'<div class="jp-RenderedHTMLCommon">{results._repr_html_()}</div>'
    page.write_text(f'<!doctype html><meta charset="utf-8">{_JUPYTERLAB}{body}', encoding="utf-8")
    with chromium() as driver:
        driver.set_window_size(700, 900)
        opened(driver, page.as_uri())
        aligned = driver.execute_script(
            "return [...document.querySelectorAll('td, th, caption')].map(e => getComputedStyle(e).textAlign)"
        )
        heights = driver.execute_script(
            "return [...document.querySelectorAll('td.status')].map(e => "
            "{ const r = document.createRange(); r.selectNodeContents(e); return r.getClientRects().length })"
        )
        right = driver.execute_script(
            "return Math.max(...[...document.querySelectorAll('td.status')].map(e => e.getBoundingClientRect().right))"
        )
    assert {"left"} == set(aligned)
    assert [1] * len(results) == heights
    assert right < 400


@pytest.mark.skipif(bool(missing()), reason=missing() or "")
def test_in_jupyterlab_an_explanation_fits_a_page(tmp_path: Path) -> None:
    """Its tables are left-aligned as well, and none is wider than the page; the blamed row has its mark."""
    found = Explained([replace(row(Status.NONFINITE, ()), explanation=branch())])
    page = tmp_path / "explained.html"
    body = f'<div class="jp-RenderedHTMLCommon">{found._repr_html_()}</div>'
    page.write_text(f'<!doctype html><meta charset="utf-8">{_JUPYTERLAB}{body}', encoding="utf-8")
    with chromium() as driver:
        driver.set_window_size(1000, 900)
        opened(driver, page.as_uri())
        aligned = driver.execute_script(
            "return [...document.querySelectorAll('td, th, caption')].map(e => getComputedStyle(e).textAlign)"
        )
        marks = driver.execute_script("return [...document.querySelectorAll('.marked th')].map(e => e.textContent)")
        right = driver.execute_script(
            "return Math.max(...[...document.querySelectorAll('table')].map(e => e.getBoundingClientRect().right))"
        )
    assert {"left"} == set(aligned)
    assert ["✗ 2", "✗ 1"] == marks
    assert right < 1000
