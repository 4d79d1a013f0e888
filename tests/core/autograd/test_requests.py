"""Requests: what is asked of torch."""

from __future__ import annotations

from derivcheck.autograd.requests import Request


def test_a_request_without_anything_is_the_value() -> None:
    """Nothing is differentiated, and nothing is weighed."""
    assert Request() == Request((), None, None)


def test_requests_that_ask_for_the_same_are_the_same() -> None:
    """So that what was measured for one is found again."""
    assert {Request(("x",), (0.5,)): 1}[Request(("x",), (0.5,))] == 1
