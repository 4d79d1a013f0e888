"""The garbage collector, kept from what comes to stay."""

from __future__ import annotations

import contextlib
import gc

import pytest

from derivcheck.system.collector import collect_seldom, collecting_seldom, undisturbed


def test_the_collector_rests_while_libraries_are_loaded() -> None:
    """It goes on afterwards, and what was loaded is set aside."""
    gc.unfreeze()
    try:
        with undisturbed():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_a_collector_that_was_off_stays_off() -> None:
    """Whoever turned it off had a reason."""
    gc.disable()
    try:
        with undisturbed():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()


def test_more_objects_come_between_two_collections() -> None:
    """The older generations are left as they were."""
    before = gc.get_threshold()
    try:
        gc.set_threshold(700, 10, 10)  # as Python starts; another test may have raised it
        collect_seldom()
        assert gc.get_threshold()[0] > 700
        assert (10, 10) == gc.get_threshold()[1:]
    finally:
        gc.set_threshold(*before)


def test_collections_are_rarer_for_a_while() -> None:
    """Afterwards they are as they were, also where the code raised."""
    before = gc.get_threshold()
    try:
        gc.set_threshold(700, 10, 10)
        with contextlib.suppress(ValueError), collecting_seldom():
            assert gc.get_threshold()[0] > 700
            raise ValueError
        assert gc.get_threshold() == (700, 10, 10)
    finally:
        gc.set_threshold(*before)


@pytest.mark.parametrize("threshold", [0, 10**6])
def test_a_collector_that_a_user_has_set_stays_so(threshold: int) -> None:
    """One that is off, and one that is rarer than ours."""
    before = gc.get_threshold()
    try:
        gc.set_threshold(threshold, 10, 10)
        with collecting_seldom():
            assert gc.get_threshold() == (threshold, 10, 10)
        assert gc.get_threshold() == (threshold, 10, 10)
    finally:
        gc.set_threshold(*before)


def test_what_the_code_itself_sets_meanwhile_stays() -> None:
    """A function that is checked may set it."""
    before = gc.get_threshold()
    try:
        with collecting_seldom():
            gc.set_threshold(900, 10, 10)
        assert gc.get_threshold() == (900, 10, 10)
    finally:
        gc.set_threshold(*before)
