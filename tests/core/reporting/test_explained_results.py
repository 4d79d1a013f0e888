"""Explained Results as a sequence."""

from __future__ import annotations

from dataclasses import replace

from explanations import cancellation
from results import row, stopped

from derivcheck.model import Status
from derivcheck.reporting.explained_results import Explained
from derivcheck.reporting.presentation.why_lines import ON_BLAME, ON_TAPE
from derivcheck.reporting.results import Results

FOUND = Explained([replace(row(Status.UNSTABLE, ()), explanation=cancellation()), row()])


def test_it_is_the_results_and_their_explanation() -> None:
    """What is to blame, what helps, and every tensor are at hand."""
    assert isinstance(FOUND, Results)
    assert Status.UNSTABLE is FOUND.status
    assert cancellation().blame == FOUND.blame
    assert ["2*sin(x/2)**2"] == [rewrite.expression for rewrite in FOUND.rewrites]
    assert ["", "", "x"] == sorted(tensor.name for tensor in FOUND.tape)


def test_printed_it_is_what_the_terminal_shows() -> None:
    """With the tape, which plain Results leave out; a notebook has it, too."""
    assert ON_TAPE in repr(FOUND)
    assert ON_TAPE not in repr(Results(FOUND))
    assert ON_BLAME in repr(Results(FOUND))
    assert {"text/plain", "text/html"} == FOUND._repr_mimebundle_().keys()
    assert ON_TAPE in FOUND._repr_html_()


def test_without_an_explanation_nothing_is_to_blame() -> None:
    """As where the case could not be run."""
    found = Explained([stopped()])
    assert (None, None, (), ()) == (found.explanation, found.blame, found.rewrites, found.tape)
    assert "no results" == repr(Explained())
