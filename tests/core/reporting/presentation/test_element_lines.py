"""The rows of tensors, and the lines below them, on screens of every width."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from results import SOFTMAX, row, shaped, tensor

from derivcheck.model import ElementResults, Result, Shape, Status, Verdict, What
from derivcheck.reporting.presentation.cells import brief_reason_text, nested, row_error_text, row_status_text
from derivcheck.reporting.presentation.element_lines import element_lines
from derivcheck.reporting.presentation.layout import at_text, block, brief_value
from derivcheck.reporting.presentation.numerals import shorten
from derivcheck.reporting.presentation.toned_lines import LEAST_WIDTH, plain
from derivcheck.reporting.presentation.widths import width as width_of

MATCH, KINK, WRONG = Status.MATCH, Status.CONVENTION, Status.MISMATCH


def shown(*rows: Result, width: int = 100, verbose: bool = False) -> list[str]:
    """The lines of a block."""
    return [plain(line) for line in block(rows, width=width, verbose=verbose)]


def test_a_tensor_is_one_line() -> None:
    """With its shape, how many elements match, and the worst of their errors with its index."""
    value = tensor([MATCH] * 3, (3,), (), what=What.VALUE)
    assert [
        "f(W, x) = softmax(W @ x, dim=0)   at W = randn(4, 3), x = [1, 2, 3]   float64 · cpu · reverse",
        "           shape     formula                  error                status",
        "  df/dW    (4, 3)    diag(p) - outer(p, p)    1.2 ulp at [3, 2]    ✓ 12 of 12 match",
        "  df/dx    (20,)     diag(p) - outer(p, p)    2 ulp at [19]        ✓ 20 of 20 match",
    ] == shown(tensor(), tensor([MATCH] * 20, (20,), ("x",)), width=100)
    assert [
        f"       shape    formula    {'symbolic':<47}{'autograd':<49}error             status",
        "  f    (3,)     —          [0.3333333333333333, 0.6666666666666666, 1]    "
        "[0.3333333333333333, 0.6666666666666666, 1.0]    0.3 ulp at [2]    ✓ 3 of 3 match",
    ] == shown(value, width=200)[1:]


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (
            124,
            [
                "         shape  formula                symbolic                   autograd                   "
                "error           status",
                "  df/dx  (3,)   diag(p) - outer(p, p)  [0.333333…, 0.666666…, 1]  [0.33333…, 0.66666…, 1.0]  "
                "0.3 ulp at [2]  ✓ 3 of 3 match",
            ],
        ),
        (
            80,
            [
                "         shape  formula                error           status",
                "  df/dx  (3,)   diag(p) - outer(p, p)  0.3 ulp at [2]  ✓ 3 of 3 match",
                "    symbolic  [0.3333333333333333, 0.6666666666666666, 1]",
                "    autograd  [0.3333333333333333, 0.6666666666666666, 1.0]",
            ],
        ),
        (
            50,
            [
                "  df/dx  (3,)  ✓ 3 of 3 match  0.3 ulp at [2]",
                "    formula   diag(p) - outer(p, p)",
                "    symbolic  [0.33333333333…, 0.66666666666…, 1]",
                "    autograd  [0.3333333333…, 0.6666666666…, 1.0]",
            ],
        ),
    ],
)
def test_the_numbers_of_a_small_tensor_move_below_its_row(width: int, lines: list[str]) -> None:
    """Where its digits were shortened as far as a list's may be, and that is not enough."""
    found = shown(tensor([MATCH] * 3, (3,), ("x",)), width=width)
    assert lines == found[-len(lines) :]


def test_failing_elements_are_listed() -> None:
    """Five of them, the worst statuses first, with address, truth, torch's number, error and status."""
    statuses = [WRONG] * 6 + [Status.NONFINITE] + [KINK] * 2 + [MATCH] * 3
    assert [
        "  df/dW  (4, 3)  diag(p) - outer(p, p)  4.5e+15 ulp at [0, 0]  ✗ 6 of 12 mismatch",
        "    W[0, 0]: torch's number is not the derivative",
        "    also 1 nonfinite, 2 convention",
        "    element  truth               autograd            error        status",
        "    W[0, 0]  0.3333333333333333  0.6666666666666666  4.5e+15 ulp  ✗ mismatch",
        "    W[0, 1]  0.6666666666666666  1.3333333333333333  4.5e+15 ulp  ✗ mismatch",
        "    W[0, 2]  1                   2.0                 4.5e+15 ulp  ✗ mismatch",
        "    W[1, 0]  1.3333333333333333  2.6666666666666665  4.5e+15 ulp  ✗ mismatch",
        "    W[1, 1]  1.6666666666666667  3.3333333333333335  4.5e+15 ulp  ✗ mismatch",
        "    … and 2 more",
    ] == shown(tensor(statuses), width=90)[3:]
    verbose = shown(tensor(statuses), verbose=True)
    assert 12 == sum(line.startswith("    W[") and line.count("  ") > 3 for line in verbose)


def test_a_kink_is_seen_in_the_status_and_explained() -> None:
    """It is no failure, so that it has no line of its own, and the error is that of the other elements."""
    lines = shown(tensor([KINK, MATCH, MATCH], (3,), ("x",)), width=200)
    assert lines[2].endswith("0.3 ulp at [2]    ✓ 1 of 3 convention")
    assert ["    x[0]: a kink: torch's choice 0.0 is between -1 on the left and 1 on the right"] == lines[3:]


@pytest.mark.parametrize(
    ("result", "name"),
    [
        (tensor([WRONG], (1,), (), what=What.VALUE), "f[0]"),
        (tensor([MATCH] * 8 + [WRONG], (3, 3), ("x",), output=1), "f[2] by x[2]"),
        (tensor([MATCH] * 8 + [WRONG], (3, 3), ("x", "x")), "x[2], x[2]"),
        (tensor([MATCH, MATCH, WRONG], (3,), ("x", "x"), direction=2), "x[2]"),
        (tensor([MATCH] * 35 + [WRONG], (4, 3, 3), ("W", "x")), "W[3, 2], x[2]"),
    ],
    ids=["value", "jacobian", "hessian", "product", "mixed"],
)
def test_an_element_is_called_by_what_it_belongs_to(result: Result, name: str) -> None:
    """The output and the variables, each with its own index."""
    first = next(line for line in shown(result) if line.endswith("✗ mismatch") and line.startswith("    "))
    assert first.startswith(f"    {name}  ")


def test_a_weighed_row_says_so() -> None:
    """With the number of the upstream gradient, or of the direction, or of both."""
    rows = [tensor([MATCH] * 3, (3,), ("x",), upstream=number) for number in (1, 2, 3)]
    assert [1, 1, 1] == [
        shown(*rows).count(f"    weighed with upstream gradient {number} of 3") for number in (1, 2, 3)
    ]
    second = tensor([MATCH] * 3, (3,), ("x", "x"), direction=2)
    assert "    multiplied by direction 2 of 3" in shown(second)
    both = tensor([MATCH] * 3, (3,), ("x", "x"), upstream=1, direction=1)
    assert "    weighed with upstream gradient 1 of 3, multiplied by direction 1 of 3" in shown(both)


def test_a_claims_elements_show_the_claimed_numbers() -> None:
    """Beside the true ones; torch has none."""
    claim = tensor([MATCH, MATCH, Status.WRONG_FORMULA], (3,), ("x",), what=What.CLAIM)
    assert [
        "    x[2]: the claim gives another number than the true one",
        "    element  truth  claim  error  status",
        "    x[2]     1      1      —      ✗ wrong-formula",
    ] == shown(claim)[-3:]


def test_a_claim_that_is_right_has_no_error() -> None:
    """Torch computed nothing, so that there is none, and no element is the worst."""
    right = tensor([MATCH] * 3, (3,), ("x",), what=What.CLAIM)
    elements = tuple(replace(each, verdict=Verdict(MATCH)) for each in right.elements or ())
    assert "—" == row_error_text(replace(right, elements=ElementResults((3,), 0, elements)))


def test_an_empty_tensor_has_no_numbers() -> None:
    """Nothing is wrong with it."""
    values = {"x": shaped("zeros(0, 3)", (0, 3), [])}
    assert "  df/dx  (0, 3)  ✓ match" in shown(tensor([], (0, 3), ("x",), values=values), width=40)


def test_a_row_of_one_number_is_as_a_scalars() -> None:
    """Also where it comes with elements."""
    plain_row = replace(tensor([MATCH], (), ("x",)), case=SOFTMAX)
    assert (
        "  df/dx    diag(p) - outer(p, p)    0.3333333333333333    0.3333333333333333    0.1 ulp    ✓ match"
        in shown(plain_row, width=120)
    )
    assert [] == list(element_lines(plain_row, 100, verbose=True))
    assert "" == brief_reason_text(row())


def test_a_headline_says_how_many() -> None:
    """Since no status stands beside it."""
    assert "1 of 3 mismatch; x[2]: torch's number is not the derivative" == brief_reason_text(
        tensor([MATCH, MATCH, WRONG], (3,), ("x",))
    )


def test_long_lists_are_shortened_in_the_header() -> None:
    """And spelled out with -v; a number is never shortened."""
    numbers = str([f"{number}.25" for number in range(30)]).replace("'", "")
    assert "[0.25, 1.25, 2.25, 3.25, …, 29.25]" == brief_value(numbers)
    assert "at x = [0.25, 1.25, 2.25, 3.25, …, 29.25], y = 3" == at_text({"x": numbers, "y": "3"})
    assert "[[1.234567890123456789012345678901234567…" == brief_value("[[1.23456789012345678901234567890123456789012]]")
    assert "tensor([0, 1, 2, 3, 4, 5, 6, …, dtype=int64)" == brief_value(f"tensor({list(range(30))}, dtype=int64)")
    assert "[0.1, …" == brief_value(f"[0.1, 0.{'3' * 40}]")
    assert "1.23456789012345678901234567890123456789012" == brief_value("1.23456789012345678901234567890123456789012")
    long = replace(tensor(), values={"x": shaped(numbers, (30,), [number + 0.25 for number in range(30)])})
    assert any("28.25, 29.25]" in line for line in shown(long, verbose=True))


def test_an_expression_of_statements_begins_with_its_value() -> None:
    """What the names in it mean comes after it; the seed of random values is told where it is not 0."""
    case = replace(SOFTMAX, expr="h = tanh(W @ x);\n  p = softmax(h); -log(p[0])", seed=7)
    assert (
        "f(W, x) = -log(p[0]) where h = tanh(W @ x); p = softmax(h)   at W = randn(4, 3), x = [1, 2, 3]   "
        "float64 · cpu · reverse · seed 7"
    ) == shown(tensor(case=case), width=200)[0]


def test_numbers_of_a_list_are_shortened_alike() -> None:
    """To eight columns at least; what is no number stays."""
    text = nested(["0.3333333333333333", "—", "-1.25e-300"], (3,))
    assert "[0.333333333333…, —, -1.25e-300]" == shorten(text, 32)
    assert "[0.33333…, —, -1.25e-300]" == shorten(text, 5)


_SHAPES: list[Shape] = [(0,), (1,), (3,), (2, 2), (4, 3), (2, 1, 3)]


@st.composite
def _tensors(draw: st.DrawFn) -> list[Result]:
    """Rows of tensors with whatever statuses."""
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        shape = draw(st.sampled_from(_SHAPES))
        kinds = st.sampled_from([MATCH, KINK, Status.UNSTABLE, Status.NONFINITE, WRONG])
        statuses = draw(st.lists(kinds, min_size=prod(shape), max_size=prod(shape)))
        rows.append(
            tensor(statuses, shape, draw(st.sampled_from([("W",), ("x", "x"), ()])), what=draw(st.sampled_from(What)))
        )
    return rows


@given(_tensors(), st.integers(LEAST_WIDTH, 200), st.booleans())
@settings(max_examples=150, deadline=None)
def test_no_line_is_too_long_and_every_count_is_there(rows: list[Result], width: int, verbose: bool) -> None:
    """Whatever the statuses and the width of the screen."""
    lines = shown(*rows, width=width, verbose=verbose)
    assert all(width_of(line) <= width for line in lines), lines
    text = " ".join(" ".join(lines).split())
    assert all(row_status_text(each) in text for each in rows)
