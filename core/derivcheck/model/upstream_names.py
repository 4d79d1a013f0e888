"""The names that a declared gradient has for the upstream gradient."""

from __future__ import annotations

from collections.abc import Collection

from derivcheck.errors import CaseError

_SHORT, _LONG = "g", "grad_output"
"""An argument that is called like one of them leaves the other."""


def upstream_names(count: int, taken: Collection[str]) -> list[list[str]]:
    """How the upstream gradient of each output may be called; the first name of each stands for all of them.

    Args:
        count: the outputs.
        taken: the names of arguments and constants.

    Raises:
        CaseError: where both names are taken.

    Example:
        >>> upstream_names(1, {"x"}), upstream_names(2, {"g"}), upstream_names(1, {"g"})
        ([['g', 'grad_output']], [['g1', 'grad_output1'], ['g2', 'grad_output2']], [['grad_output']])
    """
    endings = [""] if count == 1 else [str(number + 1) for number in range(count)]
    spelled = [[name + ending for name in (_SHORT, _LONG) if name + ending not in taken] for ending in endings]
    for ending, spellings in zip(endings, spelled, strict=True):
        if not spellings:
            both = f"`{_SHORT}{ending}` and `{_LONG}{ending}`"
            raise CaseError(f"{both} are arguments: no name is left for the upstream gradient", hint="rename one")
    return spelled
