"""The operation that has no value at the exact numbers: the point lies outside of the domain of the whole."""

from __future__ import annotations

from collections.abc import Iterator

from derivcheck.explaining.blaming.blame_words import at_index, called, shortly
from derivcheck.explaining.blaming.numbers_of_tape import Tape, index_at, places_like
from derivcheck.model.explanation import Blame, BlameKind
from derivcheck.numbers import Enclosure


def find_outside(tape: Tape) -> Blame | None:
    """Blame the first operation, of those that make the output, that has no value where its arguments have one."""
    todo = [(at, place) for at, tensor in enumerate(tape.tensors) if tensor.is_output for place in _unknown(tape, at)]
    seen: set[tuple[int, int]] = set()
    found: list[tuple[int, int]] = []
    while todo:
        number = todo.pop()
        if number in seen:
            continue
        seen.add(number)
        read = list(_read(tape, *number))
        lost = [(source, place) for source, place in read if tape[source].value.exact[place] is None]
        todo += lost
        if not lost and tape[number[0]].operation is not None:
            found.append(number)
    if not found:
        return None
    position, place = min(found)
    tensor = tape[position]
    index, computed = index_at(tensor.shape, place), tensor.value.computed[place]
    exact = [tape[source].value.exact[other] for source, other in _read(tape, position, place)]
    where = at_index(tensor.shape, place)
    sentence = f"{called(tape, position)} has no value{where}{_for(exact)}; torch's is {shortly(computed)}"
    return Blame(BlameKind.DOMAIN, position, sentence, tensor.place, index=index, returned=computed)


def _unknown(tape: Tape, position: int) -> Iterator[int]:
    return (place for place, exact in enumerate(tape[position].value.exact) if exact is None)


def _read(tape: Tape, position: int, place: int) -> Iterator[tuple[int, int]]:
    """The numbers that an operation reads for one element."""
    for source in tape[position].arguments:
        for other in places_like(place, tape[position].shape, tape[source].shape):
            yield source, other


def _for(exact: list[Enclosure | None]) -> str:
    """For which numbers, in words; "" where they are many."""
    if len(exact) > 2:
        return ""
    return " for " + " and ".join(one.decimal(6) for one in exact if one is not None) if exact else ""
