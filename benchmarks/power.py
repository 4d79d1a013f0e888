"""The power of the check: how many broken backward passes are found, and how many right ones are accused.

    python benchmarks/power.py [--quick] [--function NAME]

The functions are in power_functions.toml. Each becomes a torch.autograd.Function whose forward pass is right and whose
backward pass is the gradient written by hand, right or broken in one of the ways that people break it. The same
functions at the same points go to derivcheck and to torch.autograd.gradcheck, slow and fast. derivcheck judges them as
it does in a case file, where an expression calls a function of the user's own.
"""

from __future__ import annotations

import argparse
import math
import time
import tomllib
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram, compile_torch
from derivcheck.inputs.coordinates import read_point
from derivcheck.language.parse import parse
from derivcheck.model import Gradient, Kind, Mode, OwnFunction, Severity, Spread, Status, Truth, Verdict, Wrt
from derivcheck.model.expression import Expression
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.explanation_at_a_point import Explanation
from derivcheck.truth.finder import TruthFinder
from derivcheck.verdict.criterion import CRITERION

FACTORS = {DType.FLOAT64: range(1, 14), DType.FLOAT32: range(1, 7)}
"""A factor 1 + 10**-k: up to the last k that is tens of ulps in the format."""

AIM = {DType.FLOAT64: 0.9e-13, DType.FLOAT32: 0.9e-5}
"""Every defect of at least this relative size is to be found (1e-13 and 1e-5, but for the rounding of the factor)."""

GRADCHECK: dict[DType, dict[str, Any]] = {DType.FLOAT64: {}, DType.FLOAT32: {"eps": 1e-3, "atol": 1e-3, "rtol": 1e-3}}
"""gradcheck's defaults are for float64; with them nothing passes in float32. There people write these."""

CHECKERS = ("derivcheck", "slow", "fast")
ACCEPTED = frozenset({Status.MATCH, Status.CONVENTION})
COMPOSED = "forgotten upstream gradient"

Backward = Callable[[tuple[Tensor, ...], Tensor], tuple[Tensor, ...]]
"""The gradients from the inputs and the upstream gradient."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One function of the table.

    Attributes:
        name: what it is called.
        expr: the expression.
        gradient: its partial derivatives as formulas, one a variable.
        points: the points' texts, by the kind of place: normal, kink, large, tiny.
        defects: for each kind of defect the partial derivatives that it spoils.
    """

    name: str
    expr: str
    gradient: dict[str, str]
    points: dict[str, list[dict[str, str]]]
    defects: dict[str, dict[str, str]]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, in the order of the gradient's formulas."""
        return tuple(self.gradient)


@dataclass(frozen=True, slots=True)
class Place:
    """One function at one point in one format; composed with 3*f or bare."""

    subject: Subject
    kind: str
    texts: dict[str, str]
    dtype: DType
    composed: bool = False

    def __str__(self) -> str:
        at = ", ".join(f"{name}={text}" for name, text in self.texts.items())
        return f"{self.subject.name} at {at} ({self.kind}, {self.dtype})"

    @property
    def setting(self) -> TorchSetting:
        """The CPU, the format, backward."""
        return TorchSetting("cpu", self.dtype, Mode.REVERSE)

    @property
    def exact(self) -> dict[str, Fraction]:
        """The point as the format holds it."""
        return {name: coordinate.exact for name, coordinate in read_point(self.texts, self.dtype).items()}

    def inputs(self, program: TorchProgram) -> tuple[Tensor, ...]:
        """The point as tensors, in the order that a program takes them."""
        exact = self.exact
        return tuple(self.setting.tensor(exact[name]) for name in program.variables)

    @property
    def wrts(self) -> list[Wrt]:
        """Each variable once."""
        return [(name,) for name in self.subject.names]

    @property
    def expression(self) -> Expression:
        """What is computed, as a formula."""
        return parse(f"3*({self.subject.expr})" if self.composed else self.subject.expr, frozenset(self.subject.names))

    def program(self, written: type[torch.autograd.Function]) -> TorchProgram:
        """What torch runs where a case calls a function of the user's own."""
        names = self.subject.names
        own = (OwnFunction("written", names, self.subject.expr, written),)
        call = f"written({', '.join(names)})"
        return compile_torch(parse(f"3*{call}" if self.composed else call, frozenset(names), own), own)

    def truths(self) -> list[Truth]:
        """The true derivatives."""
        made = readings(self.expression.source, frozenset(self.subject.names))
        finder = TruthFinder(made.balls, made.formula_program, self.exact)
        return [finder.find(wrt).truth for wrt in self.wrts]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the checkers say of one backward pass at one place.

    Attributes:
        gradients, verdicts: derivcheck's, one a variable.
        accepts: whether gradcheck accepts it, slow and fast.
        explanation: what rounding explains of the gradients.
    """

    gradients: list[Gradient]
    verdicts: list[Verdict]
    accepts: dict[str, bool]
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Trial:
    """One broken backward pass at one place: how large the defect is, and who found it.

    Attributes:
        place, defect: which.
        size: the largest relative change of a partial derivative.
        found: for each checker whether it rejects the broken one; None where it rejects the right one as well.
        verdict: the gravest of derivcheck's on the partial derivatives that changed.
        hidden: whether derivcheck missed it and rounding can move the right gradient as far as the defect does.
    """

    place: Place
    defect: str
    size: float
    found: dict[str, bool | None]
    verdict: Verdict
    hidden: bool


@dataclass(frozen=True, slots=True)
class Acquittal:
    """One right function at one place, and who accused it."""

    place: Place
    build: str
    verdicts: list[Verdict]
    accepts: dict[str, bool]

    def has(self, severity: Severity) -> bool:
        """Whether the gravest verdict has this severity."""
        return max((verdict.status.severity for verdict in self.verdicts), key=lambda s: s.rank) is severity


# --- the functions ---------------------------------------------------------------------------------------------------


def read_subjects(path: Path) -> list[Subject]:
    """The table of functions."""
    with path.open("rb") as stream:
        rows = tomllib.load(stream)["function"]
    return [
        Subject(
            row["name"],
            row["expr"],
            row["gradient"],
            {kind: [{name: str(x) for name, x in at.items()} for at in points] for kind, points in row["at"].items()},
            row.get("defects", {}),
        )
        for row in rows
    ]


def forward_pass(subject: Subject, setting: TorchSetting) -> TensorFunction:
    """The expression as torch runs it."""
    program = compile_torch(parse(subject.expr, frozenset(subject.names)))
    order = [subject.names.index(name) for name in program.variables]
    return lambda xs: program([xs[index] for index in order], setting.literal)


def backward_pass(
    subject: Subject, gradient: Mapping[str, str], setting: TorchSetting, narrow: bool = False
) -> Backward:
    """The gradient's formulas as torch runs them, times the upstream gradient; `narrow`: with float32 constants."""
    single = TorchSetting("cpu", DType.FLOAT32, Mode.REVERSE)
    dtype = setting.tensor(Fraction(0)).dtype

    def literal(value: Fraction | str) -> Tensor:
        return single.literal(value).to(dtype) if narrow else setting.literal(value)

    partials: list[TensorFunction] = []
    for name in subject.names:
        program = compile_torch(parse(gradient[name], frozenset(subject.names)))
        order = [subject.names.index(variable) for variable in program.variables]

        def partial_derivative(
            xs: tuple[Tensor, ...], program: Any = program, order: Sequence[int] = tuple(order)
        ) -> Tensor:
            result: Tensor = program([xs[index] for index in order], literal)
            return result

        partials.append(partial_derivative)
    return lambda xs, upstream: tuple(upstream * derivative(xs) for derivative in partials)


def differentiable(forward: TensorFunction, backward: Backward) -> type[torch.autograd.Function]:
    """The torch.autograd.Function of a forward and a backward pass."""

    class Written(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *xs: Tensor) -> Tensor:
            ctx.save_for_backward(*xs)
            return forward(xs)

        @staticmethod
        def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, ...]:
            return backward(ctx.saved_tensors, upstream[0])

    return Written


def defects(subject: Subject, setting: TorchSetting) -> Iterator[tuple[str, Backward]]:
    """The broken backward passes of a function, by the kind of defect."""
    right = backward_pass(subject, subject.gradient, setting)

    def scaled(factor: float, xs: tuple[Tensor, ...], upstream: Tensor) -> tuple[Tensor, ...]:
        return tuple(gradient * factor for gradient in right(xs, upstream))

    def forgetful(xs: tuple[Tensor, ...], upstream: Tensor) -> tuple[Tensor, ...]:
        return right(xs, torch.ones_like(upstream))

    for k in FACTORS[setting.dtype]:
        yield f"factor 1 + 1e-{k}", partial(scaled, 1 + 10.0**-k)
    yield "wrong sign", partial(scaled, -1.0)
    yield "zero", partial(scaled, 0.0)
    for name, spoilt in subject.defects.items():
        yield name, backward_pass(subject, subject.gradient | spoilt, setting)
    if setting.dtype is DType.FLOAT64:
        yield "float32 constant", backward_pass(subject, subject.gradient, setting, narrow=True)
    yield COMPOSED, forgetful


# --- the judges ------------------------------------------------------------------------------------------------------


def judgement(place: Place, program: TorchProgram, truths: Sequence[Truth]) -> Judgement:
    """What derivcheck and gradcheck say of what torch runs."""
    setting, asked = place.setting, [(), *place.wrts]
    value, *found = gradients(program, place.exact, asked, setting)
    explanation = Explanation(program, place.expression, place.exact, asked, setting)
    verdicts = [
        explanation.judge(wrt, truth, gradient, value=value)
        for wrt, truth, gradient in zip(place.wrts, truths, found, strict=True)
    ]
    options, function = GRADCHECK[place.dtype], partial(program, literal=setting.literal)
    accepts = {
        mode: accepted_by_gradcheck(function, place.inputs(program), mode == "fast", options)
        for mode in ("slow", "fast")
    }
    return Judgement(found, verdicts, accepts, explanation)


def accepted_by_gradcheck(
    function: TensorFunction, inputs: tuple[Tensor, ...], fast: bool, options: Mapping[str, Any]
) -> bool:
    """Whether torch.autograd.gradcheck passes."""
    given = tuple(tensor.clone().requires_grad_() for tensor in inputs)
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        passes: bool = torch.autograd.gradcheck(
            lambda *xs: function(xs), given, fast_mode=fast, raise_exception=False, **options
        )
    return passes


def try_place(place: Place) -> Iterator[Trial | Acquittal]:
    """All backward passes of a function at one place: the right ones, then the broken ones."""
    setting, subject = place.setting, place.subject
    forward = forward_pass(subject, setting)
    right = backward_pass(subject, subject.gradient, setting)
    bases: dict[bool, tuple[Place, list[Truth], Judgement]] = {}
    for composed in (False, True):
        there = replace(place, composed=composed)
        truths = there.truths()
        by_hand = judgement(there, there.program(differentiable(forward, right)), truths)
        bases[composed] = there, truths, by_hand
        yield Acquittal(there, "by hand", by_hand.verdicts, by_hand.accepts)
        if not composed:
            stock = judgement(there, compile_torch(there.expression), truths)
            yield Acquittal(there, "torch's own", stock.verdicts, stock.accepts)
    for defect, backward in defects(subject, setting):
        there, truths, base = bases[defect == COMPOSED]
        broken = judgement(there, there.program(differentiable(forward, backward)), truths)
        trial = compare(there, defect, truths, base, broken)
        if trial is not None:
            yield trial


def compare(place: Place, defect: str, truths: Sequence[Truth], right: Judgement, broken: Judgement) -> Trial | None:
    """The Trial of a broken backward pass; None where it is not broken here (a transposed branch at a tie)."""
    sizes = [
        defect_size(truth, one, other, place.dtype)
        for truth, one, other in zip(truths, right.gradients, broken.gradients, strict=True)
    ]
    changed = [index for index, size in enumerate(sizes) if size > 8 * place.dtype.unit_roundoff]
    if not changed:
        return None
    fair = [index for index in changed if right.verdicts[index].status in ACCEPTED]
    found: dict[str, bool | None] = {
        "derivcheck": any(broken.verdicts[index].status not in ACCEPTED for index in fair) if fair else None
    }
    for mode in ("slow", "fast"):
        found[mode] = not broken.accepts[mode] if right.accepts[mode] else None
    gravest = max((broken.verdicts[index] for index in fair or changed), key=lambda verdict: verdict.status.rank)
    hidden = found["derivcheck"] is False and all(
        is_hidden(sizes[index], right.explanation.all_roundings(place.wrts[index])) for index in fair
    )
    return Trial(place, defect, max(sizes), found, gravest, hidden)


def is_hidden(size: float, spread: Spread | None) -> bool:
    """Whether rounding can move the right gradient as far as a defect does."""
    return spread is not None and size <= CRITERION.spreads * spread.relative


def defect_size(truth: Truth, right: Gradient, broken: Gradient, dtype: DType) -> float:
    """The relative change that a defect makes; 0 where there is no number for it to spoil."""
    if truth.kind is not Kind.VALUE or right.value is None or broken.value is None:
        return 0.0
    if not math.isfinite(right.value) or abs(right.value) < 2.0**dtype.min_exponent:
        return 0.0
    if not math.isfinite(broken.value):
        return math.inf
    return float(abs(Fraction(broken.value) - Fraction(right.value)) / abs(Fraction(right.value)))


# --- the tables ------------------------------------------------------------------------------------------------------


def share(part: int, whole: int) -> str:
    """A rate in percent with its count."""
    return f"{100 * part / whole:5.1f} % {part:>4}/{whole:<4}" if whole else "        —       "


def print_power(trials: Sequence[Trial], dtype: DType) -> None:
    """Miss rates, a row a kind of defect."""
    rows: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        if trial.place.dtype is dtype:
            rows[trial.defect].append(trial)
    print(
        f"\n{f'Missed defects, {dtype}':<{_WIDTH + 2}}"
        + "".join(f"{heading:>18}" for heading in _HEADINGS)
        + "   found as fail/warn"
    )
    for defect, row in rows.items():
        print(f"  {defect:<{_WIDTH}}{_rates(row)}")
    aimed = [trial for row in rows.values() for trial in row if trial.size >= AIM[dtype]]
    print(f"  {f'all of size {AIM[dtype] / 0.9:g} and more':<{_WIDTH}}{_rates(aimed)}")
    print(f"  {'... not hidden by rounding':<{_WIDTH}}{_rates([trial for trial in aimed if not trial.hidden])}")


_WIDTH = 29
_HEADINGS = ("derivcheck", "gradcheck slow", "gradcheck fast")


def _rates(row: Sequence[Trial]) -> str:
    cells = ""
    for checker in CHECKERS:
        fair = [trial.found[checker] for trial in row if trial.found[checker] is not None]
        cells += f"{share(fair.count(False), len(fair)):>18}"
    found = [trial.verdict.status.severity for trial in row if trial.found["derivcheck"]]
    return f"{cells}   {found.count(Severity.FAIL):>5} / {found.count(Severity.WARN)}"


def print_false_alarms(acquittals: Sequence[Acquittal]) -> None:
    """False-alarm rates on right functions, a row a kind of place."""
    rows: dict[tuple[DType, str], list[Acquittal]] = defaultdict(list)
    for acquittal in acquittals:
        rows[acquittal.place.dtype, acquittal.place.kind].append(acquittal)
    headings = ("derivcheck fail", "warn", *_HEADINGS[1:])
    print(f"\n{'False alarms on right functions':<{_WIDTH + 2}}" + "".join(f"{heading:>18}" for heading in headings))
    for (dtype, kind), row in sorted(rows.items(), key=lambda item: (item[0][0].label, item[0][1]), reverse=True):
        cells = [sum(acquittal.has(severity) for acquittal in row) for severity in (Severity.FAIL, Severity.WARN)]
        cells += [sum(not acquittal.accepts[mode] for acquittal in row) for mode in ("slow", "fast")]
        print(f"  {f'{dtype}, {kind}':<{_WIDTH}}" + "".join(f"{share(cell, len(row)):>18}" for cell in cells))


def print_causes(trials: Sequence[Trial], acquittals: Sequence[Acquittal]) -> None:
    """What was missed although it is large enough, and what was accused or warned about although it is right."""
    missed = [t for t in trials if t.found["derivcheck"] is False and t.size >= AIM[t.place.dtype]]
    print(f"\nMissed by derivcheck although of the size aimed at: {len(missed)}")
    for trial in missed:
        why = "rounding hides it" if trial.hidden else "NOT hidden by rounding"
        print(f"  {trial.place}: {trial.defect}, size {trial.size:.2g}: {_numbers(trial.verdict)}; {why}")
    for severity in (Severity.FAIL, Severity.WARN):
        accused = [acquittal for acquittal in acquittals if acquittal.has(severity)]
        print(f"\nRight functions with severity {severity.value}: {len(accused)}")
        for acquittal in accused:
            verdict = max(acquittal.verdicts, key=lambda verdict: verdict.status.rank)
            build = acquittal.build + ", times 3" * acquittal.place.composed
            print(f"  {acquittal.place}, {build}: {_numbers(verdict)}")


def _numbers(verdict: Verdict) -> str:
    relative = "none" if verdict.relative is None else f"{verdict.relative:.2g}"
    ulps = "none" if verdict.ulps is None else f"{verdict.ulps:.3g}"
    sigma = "not needed" if verdict.sigma is None else f"{verdict.sigma:.2g}"
    return f"{verdict.status}, error {relative} = {ulps} ulps, spread {sigma}"


def choose_subjects(description: str) -> list[Subject]:
    """Read from the command line which functions to try: all of them, every fourth, or one.

    Args:
        description: what the command does, in its first line.
    """
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="every fourth function only")
    parser.add_argument("--function", help="only the function of this name")
    options = parser.parse_args()
    torch.set_num_threads(1)
    subjects = read_subjects(Path(__file__).with_name("power_functions.toml"))
    if options.function:
        subjects = [subject for subject in subjects if subject.name == options.function]
    return subjects[:: 4 if options.quick else 1]


def main() -> None:
    """Run the trials and print the tables."""
    subjects = choose_subjects(__doc__)
    started = time.perf_counter()
    trials: list[Trial] = []
    acquittals: list[Acquittal] = []
    for subject in subjects:
        for dtype in FACTORS:
            for kind, points in subject.points.items():
                for texts in points:
                    for outcome in try_place(Place(subject, kind, texts, dtype)):
                        if isinstance(outcome, Trial):
                            trials.append(outcome)
                        else:
                            acquittals.append(outcome)
    names = {trial.place.subject.name for trial in trials}
    seconds = time.perf_counter() - started
    print(f"{len(names)} functions, {len(trials)} broken and {len(acquittals)} right backward passes, {seconds:.0f} s")
    for dtype in FACTORS:
        print_power(trials, dtype)
    print_false_alarms(acquittals)
    print_causes(trials, acquittals)


if __name__ == "__main__":
    main()
