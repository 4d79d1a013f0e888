"""What the tape showed lately: it serves the very same function, and passes that returned the very same numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from derivcheck.autograd.requests import Request
from derivcheck.gradchecking.gradcheck import examine, examine_twice
from derivcheck.gradchecking.lately_proven import forget
from derivcheck.gradchecking.lately_seen import Seen
from derivcheck.gradchecking.posing import pose
from derivcheck.model import Status
from derivcheck.own_functions.tensors.place import Place
from derivcheck.rounding.explanation_of_tensors import Explained
from derivcheck.rounding.tensor_spreads import Subject, tensor_spreads


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    forget()
    yield
    forget()


def cancels(x: torch.Tensor) -> torch.Tensor:
    """A function whose last digits rounding takes, in the value and in the gradient."""
    return (1 + x * 1e-3).log() * (1e3 + x) - x.exp()


def explained_at(function: Callable[[torch.Tensor], torch.Tensor]) -> Explained:
    """What rounding explains of it."""
    subject = pose(function, (torch.tensor([0.3], dtype=torch.float64, requires_grad=True),))
    return Place(subject, subject.points[0]).explained


def test_tapes_are_shared_by_what_computes_and_by_the_numbers() -> None:
    """One bit more or less is another number."""
    seen, explained = Seen(cancels), explained_at(cancels)
    first = seen.explained("values", [np.array([1.0])], explained)
    other = explained_at(cancels)
    assert seen.explained("values", [np.array([1.0])], other).tapes is first.tapes
    assert seen.explained("values", [np.array([1.0 + 2**-52])], other).tapes is not first.tapes
    assert seen.explained("gradients", [np.array([1.0])], other).tapes is not first.tapes


def test_another_function_takes_nothing_over() -> None:
    """However alike it is; and nobody knows a function that is gone, or is no object of its own."""
    explained = explained_at(cancels)
    first = Seen(cancels)
    tapes = first.explained("values", [np.array([1.0])], explained).tapes
    for function, is_same in ((cancels, True), (lambda x: cancels(1 * x), False), (None, False)):
        seen = Seen(function)
        seen.take_over(first)
        found = seen.explained("values", [np.array([1.0])], explained_at(cancels)).tapes
        assert (found is tapes) is is_same
    nobody = Seen(None)
    nobody.take_over(Seen(None))


def test_a_second_call_looks_at_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Upstream gradients with gaps in memory are the same numbers."""
    made: list[int] = []

    def counted(subject, returned, tapes, errors):  # type: ignore[no-untyped-def]
        before = len(tapes)
        found = tensor_spreads(subject, returned, tapes, errors)
        made.append(len(tapes) - before)
        return found

    monkeypatch.setattr("derivcheck.rounding.explanation_of_tensors.tensor_spreads", counted)
    x = torch.tensor([0.3, -0.7, 1.1], dtype=torch.float64, requires_grad=True)
    first = examine(cancels, x)
    assert first.status in {Status.MATCH, Status.UNSTABLE}
    assert sum(made) > 0
    made.clear()
    assert [one.status for one in examine(cancels, x).results] == [one.status for one in first.results]
    assert sum(made) == 0
    examine_twice(cancels, x)
    made.clear()
    examine_twice(cancels, x, gen_non_contig_grad_outputs=True)
    assert sum(made) == 0


def test_samples_run_side_by_side_where_a_function_divides_by_a_plain_number() -> None:
    """What torch.vmap makes of the number is not taken for a tensor."""
    x = torch.tensor([0.3, -0.7, 1.1], dtype=torch.float64, requires_grad=True)
    subject = pose(lambda x: torch.nn.functional.logsigmoid(x).sum(dim=0) / 3, (x,))
    explained = Place(subject, subject.points[0]).explained
    at = Subject.at(explained.program, explained.point, Request(), explained.setting)
    value = float(torch.nn.functional.logsigmoid(x.detach()).sum(dim=0) / 3)
    assert tensor_spreads(at, {0: value}, explained.tapes)[0].absolute > 0
    assert [key[0] for key in explained.tapes] == ["_side_by_side"]
    assert None not in explained.tapes.values()
