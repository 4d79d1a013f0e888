"""The file of a baseline."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.errors import DerivcheckError
from derivcheck.model import Case, Status
from derivcheck.reporting.baseline import KnownFailure, read_baseline, write_baseline
from derivcheck.reporting.baseline.known import Key, KnownCase, content_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the baseline is."""
    return tmp_path / "baseline.toml"


TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


@given(
    st.lists(
        st.builds(
            lambda name, expr, points, reason, why: KnownCase(
                name,
                expr,
                content_of(Case(expr=expr)),
                {Key("value"): KnownFailure(Status.ERROR, points, 3, reason, why, why)},
            ),
            *(TEXTS, TEXTS, st.lists(TEXTS.filter(bool), max_size=3).map(tuple), TEXTS, TEXTS),
        ),
        unique_by=lambda case: (case.name, case.content),
    )
)
def test_what_is_written_is_read_and_sorted(tmp_path_factory: pytest.TempPathFactory, cases: list[KnownCase]) -> None:
    """Whatever the texts hold, and whichever order the cases came in."""
    path = tmp_path_factory.mktemp("baseline") / "b.toml"
    write_baseline(path, cases)
    text = path.read_text(encoding="utf-8")
    assert sorted(cases, key=lambda case: (case.name, case.expr)) == sorted(
        read_baseline(path), key=lambda case: (case.name, case.expr)
    )
    write_baseline(path, reversed(cases))
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "there is no such baseline\n  hint: --write-baseline makes it"),
        ("version = 1\n[[known", "this is no baseline: "),
        ("", "this is no baseline of version 1"),
        ('version = 1\n[[known]]\ncase = "a"\nwhat = "value"\nstatus = "mismatched"', "(entry 1): unknown status"),
        ('version = 1\n[[known]]\ncase = "a"\nstatus = "mismatch"', "(entry 1): `what` is missing"),
        ('version = 1\n[[known]]\nexpr = "a"\nwhat = "value"\nstatus = "mismatch"', "(entry 1): `content` is missing"),
        ('version = 1\n[[known]]\nwhy = 3\nwhat = "value"\nstatus = "mismatch"\ncase = "a"', "`why` is a string"),
        ('version = 1\n[[known]]\nreasons = "a"', "(entry 1): unknown key 'reasons'\n  hint: did you mean 'reason'?"),
    ],
)
def test_what_is_no_baseline(path: Path, text: str | None, message: str) -> None:
    """It is told with file and entry."""
    if text is not None:
        path.write_text(text)
    with pytest.raises(DerivcheckError) as caught:
        read_baseline(path)
    assert caught.value.render().startswith(str(path))
    assert message in caught.value.render()
