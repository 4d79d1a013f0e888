"""The commands that go on from a hunt, as they are typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from derivcheck.model import Case, Result, Wrt
from derivcheck.model.hunt_map import FoundPoint
from derivcheck.reporting.presentation.command_lines import quoted


def assignments(point: Mapping[str, str]) -> str:
    """A point as `--at` takes it.

    Example:
        >>> assignments({"x": "0.1", "W": "[1, 2]"})
        'x=0.1; W=[1, 2]'
    """
    is_listed = any("[" in text for text in point.values())
    return ("; " if is_listed else ",").join(f"{name}={text}" for name, text in point.items())


def explain_command(row: Result, found: FoundPoint) -> str | None:
    """The command that explains a point; it has no choice of mode. None for an expression that calls code.

    Example:
        >>> from derivcheck.model import Verdict, Status, What
        >>> from derivcheck.model.hunt_map import FindKind
        >>> row = Result(Case("softplus(x)"), What.VALUE, (), Verdict(Status.MATCH))
        >>> explain_command(row, FoundPoint(FindKind.WORST, {"x": "21"}, ("x", "x"), None, 3.0))
        'derivcheck explain "softplus(x)" --wrt x,x --at x=21'
    """
    case = row.case
    if case.functions and _code(case) is None:
        return None
    return " ".join(["derivcheck explain", *_subject(case, found.wrt), *_at(case, found)])


def _code(case: Case) -> str | None:
    """The name of the code that the case is about: that of its only function, where the expression is a call of it."""
    if len(case.functions) != 1:
        return None
    own = case.functions[0]
    is_call = case.expr == f"{own.name}({', '.join(own.params)})"
    return own.code if is_call and isinstance(own.code, str) else None


def _subject(case: Case, wrt: Wrt) -> Iterator[str]:
    code = _code(case)
    if code is None:
        yield quoted(case.expr)
        if wrt:
            yield f"--wrt {','.join(wrt)}"
    else:
        yield quoted(code)
        if case.functions[0].formula and not case.functions[0].is_read:
            yield f"--formula {quoted(case.functions[0].formula)}"


def _at(case: Case, found: FoundPoint) -> Iterator[str]:
    yield f"--at {quoted(assignments(found.at))}"
    yield from settings(case)


def settings(case: Case) -> Iterable[str]:
    """The options of a case's format, device and seed, where they are not the default."""
    if case.dtype is not None and case.dtype.label != "float64":
        yield f"--dtype {case.dtype}"
    if case.device != "cpu":
        yield f"--device {case.device}"
    if case.const:
        yield f"--const {','.join(case.const)}"
    if case.seed:
        yield f"--seed {case.seed}"
