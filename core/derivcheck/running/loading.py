"""Loading torch, SymPy and Arb at once, in a process that does nothing but check."""

from __future__ import annotations

from derivcheck.system.collector import collect_seldom, undisturbed


def load_all() -> None:
    """Load everything that a check needs."""
    with undisturbed():
        # Loading them is what this function is for.
        import derivcheck.checking.one_point
        import derivcheck.symbolic.derivatives  # noqa: F401
    collect_seldom()
