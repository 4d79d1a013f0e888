"""Compile mode: each case is compiled as if it were the first, and a derivative that torch cuts off is not a 0."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest
import torch

from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, Mode, Result, Status

CASES = [
    *((f"x**{exponent}", {"x": "1.5"}, (("x",),)) for exponent in (2, 3, 4, 5, 7, 9, 12)),
    *((f"polygamma({order}, x)", {"x": "2.5"}, (("x",),)) for order in (2, 3, 4)),
    *((f"threshold(x, {least}, 7)", {"x": "2.5"}, (("x",),)) for least in (1, 2, 3)),
    ("sin(2*x)", {"x": "3"}, (("x",), ("x", "x"))),
    ("(x - 1)**3", {"x": "3"}, (("x",), ("x", "x"))),
    ("2*x", {"x": "3"}, (("x",), ("x", "x"))),
    ("x*y + y**3", {"x": "3", "y": "2"}, (("x",), ("y",))),
    ("floor(x) + softplus(x, 2)", {"x": "2.5"}, (("x",),)),
    ("where(x > 2, x**2, exp(x))", {"x": "2.5"}, (("x",),)),
    ("where(x > 2, x**2, exp(x))", {"x": "1.5"}, (("x",),)),
]
"""Twenty cases that share the code of the loop over a program's steps: exponents and orders are integers in it."""


@pytest.fixture
def without_cpp(monkeypatch: pytest.MonkeyPatch) -> None:
    """torch's compiler up to the point where it would write C++: what it remembers, and what it cuts, is the same."""
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="aot_eager_decomp_partition"))


def compiled(expr: str, at: dict[str, str], wrts: tuple[tuple[str, ...], ...]) -> list[Result]:
    """The Results of a case in compile mode."""
    return list(check_case(Case(expr, (at,), wrt=wrts, modes=(Mode.COMPILE,))))


def rows(order: list[int]) -> dict[int, list[tuple[object, ...]]]:
    """What the cases give when they are checked in an order: status, number and reason of each row."""
    return {
        index: [(r.wrt, r.status, r.gradient and r.gradient.value, r.verdict.reason) for r in compiled(*CASES[index])]
        for index in order
    }


@pytest.mark.usefixtures("without_cpp")
def test_the_order_of_the_cases_changes_nothing() -> None:
    """Twenty cases give the same rows from first to last and in a random order, and none of them is an error.

    Without a fresh start the compiler makes a symbol of the exponent at the second case, and gives up after eight.
    """
    order = list(range(len(CASES)))
    forwards = rows(order)
    random.Random(3).shuffle(order)
    assert forwards == rows(order)
    assert {Status.MATCH, Status.SKIPPED} >= {status for found in forwards.values() for _, status, *_ in found}


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> list[torch.fx.GraphModule]:
    """The graphs that torch.compile makes; they run as they are."""
    seen: list[torch.fx.GraphModule] = []

    def backend(graph: torch.fx.GraphModule, _inputs: list[torch.Tensor]) -> torch.fx.GraphModule:
        seen.append(graph)
        return graph

    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend=backend))
    return seen


def test_every_case_is_compiled(graphs: list[torch.fx.GraphModule]) -> None:
    """The twelfth case is compiled as the first one is: torch does not fall back on the code as it is written."""
    for case in CASES[:12]:
        compiled(*case)
    assert len(graphs) >= 12


@pytest.mark.usefixtures("without_cpp")
@pytest.mark.parametrize(
    ("expr", "at", "wrt", "words"),
    [
        ("sin(2*x)", {"x": "3"}, "xx", "does not currently support double backward"),
        ("(x - 1)**3", {"x": "3"}, "xx", "comes back without a graph"),
        ("(2*x + 1)**4", {"x": "0.5"}, "xx", "comes back without a graph"),
        ("(x + y)**3", {"x": "0.5", "y": "2"}, "xy", "comes back without a graph"),
        ("(x - 1)**5", {"x": "3"}, "xxx", "comes back without a graph"),
    ],
)
def test_a_second_derivative_that_is_cut_off_is_no_zero(expr: str, at: dict[str, str], wrt: str, words: str) -> None:
    """Of (x - 1)**3 the compiled backward pass keeps x - 1, whose graph is gone: torch gives None, not the number 0."""
    derivative = compiled(expr, at, (tuple(wrt),))[-1]
    assert Status.SKIPPED is derivative.status
    assert derivative.gradient is not None
    assert derivative.gradient.value is None
    assert words in (derivative.verdict.reason or "")


@pytest.mark.usefixtures("without_cpp")
@pytest.mark.parametrize(
    ("expr", "at", "wrt"),
    [
        ("2*x", {"x": "3"}, "xx"),
        ("sin(x) + 3*y", {"x": "2.5", "y": "1"}, "yy"),
        ("(x - 1)**3 + 2*y", {"x": "3", "y": "1"}, "yy"),
        ("5*x - 3", {"x": "3"}, "xxx"),
        ("3*y", {"x": "3", "y": "1"}, "x"),
    ],
)
def test_a_derivative_of_what_does_not_depend_on_the_variable_is_zero(expr: str, at: dict[str, str], wrt: str) -> None:
    """Where the program as it is written has no graph either, None is right, and means 0."""
    derivative = list(check_case(Case(expr, (at,), wrt=(tuple(wrt),), modes=(Mode.COMPILE,), allow_unused=True)))[-1]
    assert derivative.gradient is not None
    assert (Status.MATCH, 0.0) == (derivative.status, derivative.gradient.value)


@pytest.mark.usefixtures("without_cpp")
def test_a_derivative_that_torch_lacks_does_not_hide_the_others() -> None:
    """igamma(a, x) has no derivative by a, and the compiler makes both in one go: those that there are, are found."""
    value, by_a, by_x = compiled("gammainc(a, x)", {"a": "2", "x": "3"}, (("a",), ("x",)))
    assert [value.status, by_x.status] == [Status.MATCH, Status.MATCH]
    assert by_a.gradient is not None
    assert by_a.gradient.value is None
    assert "derivative for 'igamma: input' is not implemented" in (by_a.verdict.reason or "")
    value, by_a = compiled("gammaincc(a, 3)", {"a": "2"}, (("a",),))
    assert [value.status, by_a.status] == [Status.MATCH, Status.NONFINITE]
    *_, again = compiled("gammainc(a, 3) + (x - 1)**3", {"a": "2", "x": "3"}, (("a",), ("x", "x")))
    assert again.status is Status.SKIPPED, "what is cut off is no 0 here either"
    *_, constant = compiled("gammainc(a, 3) + 2*x", {"a": "2", "x": "3"}, (("a",), ("x", "x")))
    assert constant.gradient is not None
    assert [constant.status, constant.gradient.value] == [Status.MATCH, 0.0]


def test_the_reason_of_a_failed_compilation_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the compiler's backend raised stands in the row, in one line, and not only that it raised something."""

    def backend(_graph: torch.fx.GraphModule, _inputs: list[torch.Tensor]) -> torch.fx.GraphModule:
        raise NotImplementedError("no such kernel")

    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend=backend))
    reason = compiled("sin(x)", {"x": "1"}, (("x",),))[-1].verdict.reason or ""
    assert "raised: NotImplementedError: no such kernel" in reason
    assert "\n" not in reason


def test_a_python_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where torch.compile itself raises, as on a version of Python that it does not know, the rows say so."""

    def compile_(*_: object, **__: object) -> object:
        raise RuntimeError("torch.compile is not supported on this Python")

    monkeypatch.setattr(torch, "compile", compile_)
    results = compiled("sin(x)", {"x": "1"}, (("x",),))
    assert {Status.ERROR} == {result.status for result in results}
    assert "not supported on this Python" in (results[0].verdict.reason or "")


def test_the_value_of_a_compiled_program_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiler that gets the value wrong is found out beside a reverse mode that gets it right."""

    def backend(graph: torch.fx.GraphModule, _inputs: list[torch.Tensor]) -> Callable[..., tuple[torch.Tensor, ...]]:
        return lambda *args: tuple(2 * result for result in graph(*args))

    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend=backend))
    results = list(check_case(Case("sin(x)", ({"x": "1"},), modes=(Mode.REVERSE, Mode.FUNC, Mode.COMPILE))))
    rows = [(r.gradient.mode, r.wrt, r.status) for r in results if r.gradient]
    assert rows == [
        (Mode.REVERSE, (), Status.MATCH),
        (Mode.REVERSE, ("x",), Status.MATCH),
        (Mode.FUNC, ("x",), Status.MATCH),
        (Mode.COMPILE, (), Status.MISMATCH),
        (Mode.COMPILE, ("x",), Status.MISMATCH),
    ]


def test_with_torchs_own_backend() -> None:
    """Inductor compiles x**2 and then x**3, which it refused with `NYI SymInt equality` where x**2 went before.

    On a machine without a C++ compiler both rows name it.
    """
    for expr in ("x**2", "x**3"):
        derivative = compiled(expr, {"x": "3"}, (("x",),))[-1]
        assert derivative.status is Status.MATCH or "C++" in (derivative.verdict.reason or "")
