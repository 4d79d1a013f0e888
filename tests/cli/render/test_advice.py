"""What to do about each status."""

from __future__ import annotations

from derivcheck.model import Status
from derivcheck_cli.render.advice import ADVICE


def test_every_status_has_its_advice() -> None:
    """In the order of the statuses, as a report lists them."""
    assert list(Status) == list(ADVICE)
    assert all(text.strip() for text in ADVICE.values())
