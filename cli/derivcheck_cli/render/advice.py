"""What to do about each status, for reports whose readers have not read the documentation."""

from __future__ import annotations

from types import MappingProxyType

from derivcheck.model import Status

ADVICE: MappingProxyType[Status, str] = MappingProxyType(
    {
        Status.MATCH: "Nothing is to be done.",
        Status.SKIPPED: "The reason says what is missing, a kernel of torch or a device; nothing was checked.",
        Status.CONVENTION: (
            "Nothing is wrong. Where the choice matters, move the point off the kink, or define the function there."
        ),
        Status.UNDEFINED: "Choose a point inside the domain, off jumps and poles; torch's number is not judged here.",
        Status.UNDECIDED: "Try a point a little farther away, or a simpler form of the same expression.",
        Status.UNSTABLE: (
            "Rewrite the formula, not the gradient: expm1, log1p, hypot, logaddexp or a series keep the digits; or use "
            "a wider dtype."
        ),
        Status.INACCURATE: (
            "The operation computes its derivative less exactly than the dtype allows: look for an approximation, or "
            "for a constant in a narrower dtype."
        ),
        Status.NONFINITE: (
            "Look for a branch that is not taken (where), a square root or a division at 0, or an overflow on the way, "
            "and guard the operation's argument, not its result."
        ),
        Status.MISMATCH: "The backward pass is wrong at this point: compare it with the true number, factor by factor.",
        Status.WRONG_FORMULA: "Correct the claimed formula or number; the reason gives the true one.",
        Status.ERROR: "Mend the case: the message says where and how.",
    }
)

UNEXPECTED_ADVICE = (
    "If what was found is right, correct `expect` in the case, or strike it out; if not, look for what changed."
)
"""What to do where a case fails only by its expectation."""
