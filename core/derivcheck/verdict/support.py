"""What a truth supports: nobody is accused on the ground of quotients that a swinging function may deceive."""

from __future__ import annotations

from dataclasses import replace

from derivcheck.model import Evidence, Severity, Status, Truth, Verdict


def supported(truth: Truth, verdict: Verdict) -> Verdict:
    """The verdict, or `undecided` where it would fail somebody and the truth does not carry that far.

    Difference quotients sample a limit. Where infinitely many swings, poles or jumps of a function crowd together at
    the point, a few samples can all miss them: x**2*gamma(-1/x - 1/2) at 0 has poles at 1/x = k - 1/2, as close to 0 as
    you like, so it has no derivative there, and yet every quotient tends to 0.
    """
    if truth.evidence is not Evidence.SHOWN or not truth.swings or verdict.status.severity is not Severity.FAIL:
        return verdict
    doubt = "a function swings infinitely often beside this point, where quotients cannot tell whether a limit exists"
    return replace(verdict, status=Status.UNDECIDED, reason=f"{doubt}; what they show: {verdict.reason}")
