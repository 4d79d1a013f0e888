"""The worst of some Results."""

from __future__ import annotations

from dataclasses import replace

from results import row

from derivcheck.model import Result, Status, What
from derivcheck.reporting.outcomes.worst import Worst


def worst_of(*results: Result) -> Worst:
    """What is kept of the Results."""
    found = Worst()
    for result in results:
        found.add(result)
    return found


def test_without_a_result_nothing_was_checked() -> None:
    """That is an error, and no match."""
    assert Status.ERROR is Worst().status


def test_the_worst_status_counts_for_each_derivative() -> None:
    """A claim about a derivative counts for it."""
    claim = replace(row(Status.WRONG_FORMULA), what=What.CLAIM)
    found = worst_of(row(wrt=()), row(Status.UNSTABLE), row(), claim)
    assert Status.WRONG_FORMULA is found.status
    assert {(): Status.MATCH, ("x",): Status.WRONG_FORMULA} == found.by_wrt()


def test_what_is_skipped_in_one_mode_is_as_good_as_in_another() -> None:
    """In whichever order they come; where every mode is skipped, so is the derivative."""
    for results in ((row(Status.SKIPPED), row()), (row(), row(Status.SKIPPED))):
        assert Status.MATCH is worst_of(*results).status
    assert Status.SKIPPED is worst_of(row(Status.SKIPPED)).status


def test_an_item_that_is_skipped_says_nothing_of_the_others() -> None:
    """A check list whose items are all skipped is skipped, and no error."""
    skipped = replace(row(Status.SKIPPED), item="compile")
    assert Status.MATCH is worst_of(skipped, replace(row(), item="value")).status
    assert Status.SKIPPED is worst_of(skipped).status


def test_whoever_expects_skipped_means_what_was_skipped() -> None:
    """Whatever matched beside it; a failure is no match and stays."""
    found = worst_of(row(), row(Status.SKIPPED))
    assert Status.SKIPPED is found.held_against(Status.SKIPPED)
    assert Status.MATCH is found.held_against(Status.MATCH)
    assert Status.MISMATCH is worst_of(row(Status.MISMATCH), row(Status.SKIPPED)).held_against(Status.SKIPPED)


def test_matches_may_come_by_what_they_are_about() -> None:
    """They do not make a failure better."""
    found = worst_of(row(Status.MISMATCH))
    found.add_matches([(), ("x",)])
    assert {(): Status.MATCH, ("x",): Status.MISMATCH} == found.by_wrt()
