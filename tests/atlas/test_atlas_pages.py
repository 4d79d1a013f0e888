"""The pages of the atlas, made from rows by hand: what they say, and how the table of operations is filtered."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import chromium, missing, opened
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "atlas"))

import atlas_pages  # noqa: E402
import findings_page  # noqa: E402
from atlas_operations import by_operation, latest, worst  # noqa: E402
from atlas_pictures import LARGEST  # noqa: E402
from atlas_rows import read_rows  # noqa: E402
from findings import Kind, in_markdown, read  # noqa: E402

CURVE = {
    "x": [-1e300, -100.0, -10.0, -1.0, 0.0, 1.0, 10.0, 1e300],
    "ulps": [0.0, "inf", 9e15, 1.5, None, 0.4, 0.0, 0.0],
    "status": "mnxmdmmm",
}
GELU = {
    "operation": "gelu",
    "source": "table",
    "group": "activations",
    "expression": "gelu(x)",
    "format": "float64",
    "derivative": "",
    "order": 0,
    "look": "hunt",
    "points": 4591,
    "counts": {"match": 4583, "mismatch": 8},
    "worst": {"at": "x=-10", "ulps": "inf", "status": "nonfinite", "returned": "nan", "true": "1", "reason": "5 < 6"},
    "curve": CURVE,
    "verdict": "wrong",
    "command": "derivcheck check 'gelu(x)' --at=x=-10",
}
REST = {key: GELU[key] for key in ("source", "group", "look", "points")} | {"order": 1, "derivative": "x"}
ROWS: list[dict[str, Any]] = [
    GELU,
    GELU | {"format": "float32", "verdict": "loses digits", "worst": {"ulps": 100.0, "status": "unstable"}},
    REST | {"operation": "gelu", "format": "float64", "mode": "reverse", "verdict": "right", "expression": "gelu(x)"},
    REST
    | {
        "operation": "nn.functional.gelu",
        "source": "opinfo",
        "format": "float16",
        "mode": "forward",
        "verdict": "right",
    },
    REST | {"operation": "frac", "format": "float64", "mode": "reverse", "verdict": "right"},
    REST
    | {"operation": "frac", "format": "float16", "mode": "reverse", "verdict": "not supported", "reason": "no kernel"},
    REST
    | {"operation": "linalg.eigh", "source": "opinfo", "format": "float64", "mode": "forward", "verdict": "undecided"},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two atlases, in which one verdict differs."""
    folder = tmp_path_factory.mktemp("atlas")
    old = [row | {"verdict": "wrong"} if row["operation"] == "frac" else row for row in ROWS]
    for version, rows in {"2.9.1": old, "2.13.0": ROWS}.items():
        lines = [{"torch": version, "device": "cpu"}, *rows]
        (folder / f"torch-{version}-cpu.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, str]:
    """The pages made from them, by their places."""
    return atlas_pages.site_pages(folder)


def test_each_operation_has_a_page_to_which_the_table_leads(pages: dict[str, str]) -> None:
    """And nothing else has."""
    links = re.findall(r'href="operations/([^"]+)\.html"', pages["atlas/index.md"])
    assert sorted(f"atlas/operations/{name}.md" for name in links) == sorted(set(pages) - {
        "atlas/index.md", "atlas/findings.md", "atlas/changes.md"
    })  # fmt: skip
    assert {"nn.functional.gelu", "frac", "linalg.eigh"} <= set(links)
    assert "gelu" not in links  # the table's function has found torch's name


def test_the_latest_torch_is_the_one_with_the_highest_version(folder: Path) -> None:
    """2.13 is later than 2.9."""
    assert [file.name for file in latest(folder)] == ["torch-2.13.0-cpu.jsonl"]


def test_the_worst_verdict_counts() -> None:
    """One wrong number is enough."""
    assert worst(["right", "wrong", "loses digits"]) == "wrong"
    assert worst(["right", "not supported"]) == "right"
    assert worst([]) == "not supported"


def test_the_front_page_counts(pages: dict[str, str]) -> None:
    """By the worst verdict of each operation."""
    page = pages["atlas/index.md"]
    assert "Of 3 operations 1 are wrong somewhere, 1 are undecided, 1 are right wherever they were looked at. " in page
    assert re.search(r"Looked at are \d of 12 pairs of an operation and a format", page)
    assert 'data-verdicts="xr... l.... ..... ..r.."' in page


def test_the_page_of_an_operation(pages: dict[str, str]) -> None:
    """A picture that is small and takes the colour of the page, the worst points with their commands, the findings."""
    page = pages["atlas/operations/nn.functional.gelu.md"]
    (svg,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(svg) < LARGEST
    assert svg.count("currentColor") > 5
    assert "<style" not in svg
    assert not re.search(r'id="(?:figure|axes|patch)', svg)
    assert "```sh\nderivcheck check 'gelu(x)' --at=x=-10\n```" in page
    assert "5 &lt; 6" in page
    assert "(../findings.md#gelu-value)" in page
    assert "4,583 match, 8 mismatch" in page


def test_what_changed(pages: dict[str, str], tmp_path: Path) -> None:
    """From the one torch to the other; where there is no other, the page says so."""
    assert "From torch 2.9.1 to 2.13.0 on cpu" in pages["atlas/changes.md"]
    assert "<td>verdict</td><td>frac</td>" in pages["atlas/changes.md"]
    assert "nothing to compare" in atlas_pages.site_pages(tmp_path, most=1)["atlas/changes.md"]


def test_the_page_of_findings(pages: dict[str, str]) -> None:
    """It has each of them, with its lines, and links to sections that exist."""
    page = pages["atlas/findings.md"]
    headings = re.findall(r"^### (.*)$", (ROOT / "docs" / "torch_findings.md").read_text("utf-8"), re.MULTILINE)
    anchors = {findings_page.anchor(heading) for heading in headings}
    for finding in read():
        assert f"{{ #{finding.id} }}" in page
        assert f">>> {finding.reproduction[-1]}\n" in page
        assert not finding.section or findings_page.anchor(finding.section) in anchors
    assert page.count("\nTrue is ") == sum(finding.kind is not Kind.MISSING for finding in read())


def test_a_finding_belongs_to_each_operation_with_its_name() -> None:
    """Also where the one has a prefix that the other lacks."""
    lines = [json.dumps({"torch": "2.13.0", "device": "cpu"}), json.dumps(REST | {
        "operation": "det", "format": "float64", "mode": "reverse", "verdict": "right"
    })]  # fmt: skip
    (det,) = (one for one in by_operation(read_rows(lines), read()) if one.name == "det")
    assert {"det", "det-second"} <= {finding.id for finding in det.findings}


def test_a_text_is_no_markup() -> None:
    """Titles have powers and names with underscores."""
    assert in_markdown("x**y, f_0, x[0]") == r"x\*\*y, f\_0, x\[0\]"


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def driver() -> Iterator[Chrome]:
    """A browser."""
    if reason := missing():
        pytest.skip(reason)
    with chromium() as driver:
        yield driver


def test_the_table_is_filtered_and_sorted(pages: dict[str, str], tmp_path: Path, driver: Chrome) -> None:
    """By name, verdict, format and derivative; and without the script the form is not there."""
    form_and_table = pages["atlas/index.md"].partition("<form")[2].partition("\n## ")[0]
    script = (ROOT / "website/theme/assets/javascripts/atlas.js").read_text("utf-8")
    file = tmp_path / "front.html"
    file.write_text(f"<meta charset=utf-8><form{form_and_table}<script>{script}</script>", "utf-8")
    page = opened(driver, file.as_uri())

    def names() -> list[str]:
        found: list[str] = page.execute_script(
            "return [...document.querySelectorAll('tbody tr:not([hidden])')].map((row) => row.cells[0].textContent)"
        )
        return found

    def choose(name: str, value: str) -> None:
        page.execute_script(
            "const f = document.forms[0].elements[arguments[0]]; f.value = arguments[1];"
            "f.dispatchEvent(new Event('input', {bubbles: true}))",
            name,
            value,
        )

    everything = names()
    choose("verdict", "x")
    assert names() == ["nn.functional.gelu"]
    choose("format", "1")
    assert names() == []
    choose("verdict", "l")
    assert names() == ["nn.functional.gelu"]
    choose("format", "")
    choose("verdict", "r")
    choose("asked", "1")
    assert names() == ["frac", "nn.functional.gelu"]
    for name in ("verdict", "asked"):
        choose(name, "")
    choose("name", "EIGH lin")
    assert names() == ["linalg.eigh"]
    choose("name", "")
    assert names() == everything
    page.find_elements(By.CSS_SELECTOR, "th button")[2].click()
    assert names()[:2] == ["nn.functional.gelu", "linalg.eigh"]
    page.find_elements(By.CSS_SELECTOR, "th button")[0].click()
    assert names() == sorted(names(), key=str.lower)
