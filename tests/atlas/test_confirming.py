"""The findings of the atlas: each is confirmed by its lines, in every format and mode that it names."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mpmath
import pytest
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "atlas"))

import confirming  # noqa: E402
import findings  # noqa: E402

from derivcheck.numbers import DType  # noqa: E402

FINDINGS = findings.read()
BY_ID = {finding.id: finding for finding in FINDINGS}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Sums in parallel might be rounded otherwise."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.id)
def test_finding(finding: findings.Finding) -> None:
    """Three lines show that torch is wrong, and mpmath tells what is true."""
    assert len(finding.reproduction) <= 3
    assert confirming.is_confirmed(finding)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("softplus-second", {"function": "torch.log1p(torch.exp(x))"}),  # a right function
        ("softplus-second", {"true": "1.3887943864578270e-11"}),  # another truth
        ("softplus-second", {"shown": "1.0"}),  # another number
        ("softplus-second", {"formats": ("float64", "float16")}),  # there the true number is below the format
        ("clamp-tensors", {"modes": ("reverse", "forward")}),  # forward mode is right
        ("ldexp-dtype", {"shown": "torch.float32"}),
        ("hardsigmoid-second", {"lines": "x = number(1.0)\ngrad(torch.sigmoid(x), x)[0]"}),  # it has one
    ],
)
def test_what_is_not_so_is_not_confirmed(name: str, change: dict[str, Any]) -> None:
    """A lie about a finding is seen."""
    assert not confirming.is_confirmed(replace(BY_ID[name], **change))


def test_there_are_enough() -> None:
    """At least 60 operations give a wrong number or none, those without a formula not counted; each has one id."""
    wrong = [finding for finding in FINDINGS if finding.kind is not findings.Kind.MISSING]
    assert len(findings.operations(wrong)) >= 60
    assert len(BY_ID) == len(FINDINGS)


def test_each_says_why() -> None:
    """By a section of docs/torch_findings.md that exists, or in a sentence of its own."""
    page = (ROOT / "docs" / "torch_findings.md").read_text(encoding="utf-8")
    sections = set(re.findall(r"^### (.*)$", page, re.MULTILINE))
    assert [finding.id for finding in FINDINGS if not finding.why and finding.section not in sections] == []


def test_findings_are_written_as_they_are_read(tmp_path: Path) -> None:
    """The file is what the script writes."""
    findings.write(FINDINGS, tmp_path / "findings.toml")
    assert (tmp_path / "findings.toml").read_text("utf-8") == findings.FILE.read_text("utf-8")


@pytest.mark.parametrize(
    ("number", "truth", "ulps", "expected"),
    [
        (1.0, "1", 8, False),
        (1.0 + 2**-50, "1", 8, False),  # 4 ulps
        (1.0 + 2**-48, "1", 8, True),  # 16 ulps
        (float("nan"), "1", 8, True),
        (float("inf"), "1e400", 8, False),  # float64 ends before
        (0.0, "1e-320", 8, True),
        (1.1e-320, "1e-320", 8, False),  # a subnormal number, off by 200 of them, is off; by 2 it is not
        (1e-17, "0", 8, True),
        (0.0, "0", 8, False),
    ],
)
def test_off(number: float, truth: str, ulps: float, *, expected: bool) -> None:
    """More ulps than rounding, or no number where the format has one."""
    if number == 1.1e-320:
        number = 1e-320 + 2 * 5e-324
    assert confirming.is_off(number, mpmath.mpf(truth), DType.FLOAT64, ulps) is expected
