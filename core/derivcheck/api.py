"""The library's front door: checks from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derivcheck.checking import check_case
from derivcheck.model import Case, DType, Mode, Tolerance, Wrt
from derivcheck.results import Results

Number = int | float | str


def check(
    expr: str,
    *,
    at: Mapping[str, Number] | Sequence[Mapping[str, Number]],
    wrt: str | Sequence[str] = (),
    order: int = 1,
    mode: str | Sequence[str] = "reverse",
    dtype: str | None = None,
    device: str = "cpu",
    value: Number | None = None,
    derivative: Mapping[str, Number] | None = None,
    rtol: float | None = None,
    atol: float | None = None,
) -> Results:
    """Check an expression's value and derivatives at one point or several.

    Args:
        expr: the expression.
        at: the point, or several; numbers, or texts such as "1/3" and "pi/4".
        wrt: what to differentiate by: "x", "x,x" for the second derivative, "x,y" for a mixed one; one or several.
            Default: each variable once.
        order: where `wrt` is not given, every partial of this order.
        mode: torch's engine: "reverse", "forward", "func", "forward-over-reverse" or "compile"; one or several.
        dtype: "float64", "float32", "float16" or "bfloat16"; default float64 where the device has it.
        device: torch's name of the device.
        value: the value that you claim, a number or a formula.
        derivative: the derivatives that you claim, by what they are taken with respect to.
        rtol: with `atol`, a fixed tolerance instead of the proven criterion.
        atol: see `rtol`.

    Returns:
        The Results: for each point the value, each derivative in each mode, and each claim. Printed, or at the end of
        a notebook's cell, they are a table.

    Raises:
        ValueError: for a mode or dtype that does not exist. What goes wrong in the check itself is a Result with the
            status `error`.

    Example:
        >>> [str(result.status) for result in check("x**2", at={"x": 2}, derivative={"x": "2*x"})]
        ['match', 'match', 'match']
    """
    points = [at] if isinstance(at, Mapping) else list(at)
    case = Case(
        expr=expr,
        at=tuple({name: str(number) for name, number in point.items()} for point in points),
        wrt=tuple(_wrt(text) for text in ([wrt] if isinstance(wrt, str) else wrt)),
        order=order,
        modes=tuple(Mode(name) for name in ([mode] if isinstance(mode, str) else mode)),
        dtype=None if dtype is None else DType.named(dtype),
        device=device,
        value=None if value is None else str(value),
        derivative={_wrt(names): str(claim) for names, claim in (derivative or {}).items()},
        tolerance=None if rtol is None and atol is None else Tolerance(rtol or 0.0, atol or 0.0),
    )
    return Results(check_case(case))


def _wrt(text: str) -> Wrt:
    return tuple(name.strip() for name in text.split(","))
