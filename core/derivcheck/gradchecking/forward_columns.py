"""First derivatives in forward mode: what a call of gradcheck asks about tangents."""

from __future__ import annotations

from collections.abc import Iterator

from derivcheck.model import Mode
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.computed_numbers import Computed
from derivcheck.own_functions.tensors.forward_mode import directions, tangents
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.tangents import pushed_truths


def check_forward(place: Place) -> Iterator[Comparison]:
    """The tangents of the outputs where one input has a dense tangent, and where all of them have one."""
    asked = {tuple(moving): pushed_truths(place, moving) for moving in directions(place.names)}
    pushed = {names: truths for names, truths in asked.items() if truths is not None}
    if not pushed:
        return
    found = Computed.at(place, "tangents", tangents(place, pushed))
    first = 0
    for names, truths in pushed.items():
        wrt, how = (names, "its tangent") if len(names) == 1 else ((), "tangents of all inputs at once")
        yield found.compare(wrt, truths.truths, truths.shape, first=first, how=how, mode=Mode.FORWARD, of_outputs=True)
        first += len(truths.truths)
