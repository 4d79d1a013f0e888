"""The three readings of one expression, each made once and only when it is asked for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from flint import arb

from derivcheck.autograd.torch_program import TorchProgram, compile_torch
from derivcheck.balls.ball import exact_ball, precision, to_ball
from derivcheck.balls.compiling import compile_balls, compile_grown
from derivcheck.balls.program import Program
from derivcheck.errors import CaseError, DerivcheckError, UnsupportedError
from derivcheck.graph.inlining import (
    at_point,
    called,
    check_calls,
    detaches,
    is_slope_apart,
    released,
    with_held,
    written_out,
)
from derivcheck.language.literals import rounded_literal
from derivcheck.language.parse import parse
from derivcheck.language.shapes_used import first_of_shapes
from derivcheck.model import OwnFunction, Point, Refusal, RefusalKind, Wrt
from derivcheck.model.constants import KeyedConstants
from derivcheck.model.expression import Expression
from derivcheck.numbers import Enclosure
from derivcheck.truth.box import AllPartials

if TYPE_CHECKING:
    from derivcheck.balls.ball_code import BallCode
    from derivcheck.balls.step_code import StepCode
    from derivcheck.double_words.certified import CertifiedFloats
    from derivcheck.symbolic.derivatives import Symbolic
    from derivcheck.symbolic.formula import Formula


_SHOWN_BITS = 128
"""The precision at which the form that is shown is held against the derivative."""


class _Derivative:
    """One derivative of an expression, and what is made of it when it is asked for.

    It knows nothing of the Readings that keep it: what refers to itself stays until the garbage collector looks for it.

    Args:
        formula: SymPy's derivative, or why there is none.
    """

    def __init__(self, formula: Formula | Refusal) -> None:
        self.formula = formula

    @cached_property
    def plain_text(self) -> str | None:
        """The formula as SymPy's rules leave it; None where there is none, or it is too long."""
        text = None if isinstance(self.formula, Refusal) else self.formula.plain_text
        return None if text is None else released(text)

    @cached_property
    def _shown_program(self) -> Program:
        """The form that is shown, as a ball program."""
        assert not isinstance(self.formula, Refusal)
        assert self.formula.shown is not None
        return compile_balls(self.formula.shown[1])

    def contradicts(self, point: Point, symbolic: Enclosure) -> bool:
        """Whether the form that is shown gives another number at a point than the formula does."""
        program = self._shown_program
        with precision(_SHOWN_BITS):
            place = at_point({name: exact_ball(coordinate.exact) for name, coordinate in point.items()})
            value = program.run(place)
            return isinstance(value, arb) and value.is_finite() and not value.overlaps(to_ball(symbolic))


@dataclass  # without slots, which leave no place for a cached_property
class Readings:
    """An expression with its readings.

    Attributes:
        written: the tree as the user wrote it, which torch runs.
        expression: the same with the user's own functions written out, which SymPy and Arb read.
        own: the user's own functions that it calls.
        slope: what its derivatives should be those of, where one of these declares a surrogate, or something is
            detached; None: its own.
    """

    written: Expression
    expression: Expression
    own: tuple[OwnFunction, ...] = ()
    slope: Readings | None = None
    _derivatives: dict[Wrt, _Derivative] = field(default_factory=dict)
    _programs: dict[Wrt, Program | None] = field(default_factory=dict)
    _codes: dict[tuple[Wrt, ...], tuple[BallCode, BallCode]] = field(default_factory=dict)
    _certified: dict[tuple[Wrt, ...], CertifiedFloats | None] = field(default_factory=dict)
    _step_codes: dict[tuple[Wrt, ...], StepCode] = field(default_factory=dict)

    @cached_property
    def is_shaped(self) -> bool:
        """Whether the expression, or one of the user's own functions in it, speaks of shapes."""
        trees = (self.written,) if self.expression is self.written else (self.written, self.expression)
        names = [mine.name for mine in self.own]
        return any(first_of_shapes(tree, names) is not None for tree in trees)

    @cached_property
    def balls(self) -> Program:
        """The ball program of f."""
        return compile_balls(self.expression)

    @cached_property
    def torch(self) -> TorchProgram:
        """The torch program of f; UnsupportedError where torch lacks a function."""
        return compile_torch(self.written, self.own)

    @cached_property
    def _symbolic(self) -> Symbolic:
        # SymPy is loaded where a derivative is asked for: no check list of values needs it.
        from derivcheck.symbolic.derivatives import Symbolic

        return Symbolic(self.expression)

    def formula(self, wrt: Wrt) -> Formula | Refusal:
        """SymPy's derivative, or why there is none; a surrogate's where one is declared."""
        return self._derivative(wrt).formula

    def _derivative(self, wrt: Wrt) -> _Derivative:
        if wrt not in self._derivatives:
            self._derivatives[wrt] = _Derivative(self._differentiate(wrt))
        return self._derivatives[wrt]

    def _differentiate(self, wrt: Wrt) -> Formula | Refusal:
        if self.slope is not None and wrt:
            return self._released(self.slope.formula(wrt))
        try:
            return self._symbolic.derivative(wrt)
        except UnsupportedError as error:
            return Refusal(RefusalKind.UNSUPPORTED, error.message)

    def formula_program(self, wrt: Wrt) -> Program | None:
        """SymPy's derivative as a ball program, None where there is none."""
        if wrt not in self._programs:
            try:
                self._programs[wrt] = self._compiled(self.formula(wrt))
            except UnsupportedError:
                self._programs[wrt] = None
        return self._programs[wrt]

    def _compiled(self, formula: Formula | Refusal) -> Program | None:
        if isinstance(formula, Refusal):
            return None
        if formula.grown is None or self.slope is not None:  # a surrogate's stands beside another function
            return compile_balls(formula.expression, after=self.balls)
        return compile_grown(formula.grown, self.balls)

    @cached_property
    def partials(self) -> AllPartials | None:
        """All first derivatives as one ball program, where there are many variables; None where there are few.

        A derivative that SymPy lacks is not among them.
        """
        found = self._symbolic.partials
        if found is None:
            return None
        with suppress(UnsupportedError):
            return AllPartials(tuple(found.places), compile_balls(found.elements, after=self.balls))
        return None

    def row_of_second(self, name: str) -> AllPartials | None:
        """The derivatives by `name` and each variable from it on as one ball program, and by `name` alone in the end.

        A derivative that SymPy lacks is not among them; None where the one by `name` is.
        """
        variables = self.expression.variables
        others = variables[variables.index(name) :]
        with suppress(UnsupportedError):
            found, elements = self._symbolic.row_of_second(name, others)
            return AllPartials(found, compile_balls(elements, after=self.balls))
        return None

    def line_code(self, wrts: tuple[Wrt, ...], bits: int) -> tuple[BallCode, BallCode, TorchProgram]:
        """f and SymPy's derivatives as straight-line code, f alone likewise, and the torch program.

        Raises:
            UnsupportedError: where SymPy, Arb or torch lacks one of them.
            OverflowError: for code that is too long.
        """
        if self.slope is not None:
            raise UnsupportedError("what is held has values of its own at each point")
        if wrts not in self._codes:
            from derivcheck.balls.ball_code import BallCode  # only many points need it

            known = self._programs_of(wrts)
            names = self.expression.variables
            self._codes[wrts] = BallCode(names, [self.balls, *known], bits), BallCode(names, [self.balls], bits)
        return *self._codes[wrts], self.torch

    def certified_floats(self, wrts: tuple[Wrt, ...]) -> CertifiedFloats | None:
        """f and SymPy's derivatives on double words, by one variable each; None where these do not serve."""
        if wrts not in self._certified:
            self._certified[wrts] = self._certify(wrts)
        return self._certified[wrts]

    def _certify(self, wrts: tuple[Wrt, ...]) -> CertifiedFloats | None:
        if self.slope is not None or self.partials is not None:
            return None
        formulas = [self.formula(wrt) for wrt in wrts]
        known = [formula.expression for formula in formulas if not isinstance(formula, Refusal)]
        from derivcheck.double_words.certified import CertifiedFloats  # only many points need it

        with suppress(UnsupportedError):
            if len(known) == len(formulas):
                return CertifiedFloats(self.expression, known, [wrt[0] for wrt in wrts])
        return None

    def step_code(self, wrts: tuple[Wrt, ...], bits: int) -> StepCode:
        """f and SymPy's derivatives step by step, as the truth about each is found; errors as in `line_code`."""
        if self.slope is not None or self.partials is not None:
            raise UnsupportedError("the truths of a point are not found one by one")
        if wrts not in self._step_codes:
            from derivcheck.balls.step_code import StepCode  # only many points need it

            moved = [self.balls.variables.index(wrt[0]) for wrt in wrts]
            self._step_codes[wrts] = StepCode(self.balls, self._programs_of(wrts), moved, bits)
        return self._step_codes[wrts]

    def _programs_of(self, wrts: tuple[Wrt, ...]) -> list[Program]:
        """The ball programs of some derivatives: one that has a root for each, where there are many variables."""
        if self.partials is not None and all(len(wrt) == 1 for wrt in wrts):
            roots = dict(zip(self.partials.names, self.partials.program.roots, strict=True))
            if all(wrt[0] in roots for wrt in wrts):
                return [replace(self.partials.program, roots=tuple([roots[wrt[0]] for wrt in wrts]))]
        programs = [self.formula_program(wrt) for wrt in wrts]
        known = [program for program in programs if program is not None]
        if len(known) < len(programs):
            raise UnsupportedError("there is a derivative without a formula")
        return known

    def widened_program(self, wrt: Wrt) -> Program | None:
        """SymPy's derivative, or f itself, with every long literal taken for the rounded number that it is."""
        formula = self.formula(wrt) if wrt else None
        if isinstance(formula, Refusal):
            return None
        expression = self.expression if formula is None else formula.expression
        return compile_balls(expression, literal_radius=rounded_literal)

    def shown(self, wrt: Wrt, point: Point, symbolic: Enclosure | None) -> str | None:
        """SymPy's derivative as it is shown, None where it is too long.

        SymPy's own form of it has to be, at the point, what its rules gave node by node. If it is not, SymPy has gone
        wrong in simplifying, and the derivative is shown as the rules have left it.
        """
        derivative = self._derivative(wrt)
        if isinstance(derivative.formula, Refusal):
            return None
        if derivative.formula.shown is None or (symbolic is not None and derivative.contradicts(point, symbolic)):
            return derivative.plain_text
        return derivative.formula.text

    def plain(self, wrt: Wrt) -> str | None:
        """The derivative as SymPy's rules leave it, node by node; None where there is none, or it is too long."""
        return self._derivative(wrt).plain_text

    def _released(self, formula: Formula | Refusal) -> Formula | Refusal:
        """A surrogate's derivative, shown without the variables that are held: at the point they are the same."""
        if isinstance(formula, Refusal) or formula.simplified is None:
            return formula

        def without_held() -> tuple[str, Expression] | None:
            if formula.shown is None:
                return None
            text, meant = formula.shown
            try:
                plain = readings(released(text), frozenset(self.written.variables)).formula(())
            except DerivcheckError:  # where it calls a function that is named as a variable is
                return released(text), meant
            return (text if isinstance(plain, Refusal) or plain.text is None else plain.text), meant

        return replace(formula, simplified=without_held, _shown=[])


_KEPT = 8
"""How many expressions keep their readings: for further points of a case, and for the formula that is shown.

The memory of those that are dropped is used again. With 64 kept it has left the processor's cache by then, and a check
takes a fifteenth longer.
"""


@lru_cache(maxsize=_KEPT)
def readings(
    text: str,
    names: frozenset[str],
    extra: tuple[str, ...] = (),
    own: tuple[OwnFunction, ...] = (),
    *,
    has_shapes: bool = False,
    constants: KeyedConstants | None = None,
) -> Readings:
    """The readings of `text`, whose variables are among `names`.

    Args:
        text: the expression.
        names: the variables that have a value.
        extra: variables to differentiate by even if the expression does not contain them: their derivative is 0.
        own: the user's own functions that the expression may call.
        has_shapes: whether variables have shapes, as in `parse`.
        constants: names that stand for plain values, likewise.

    Raises:
        ParseError: for a text that is no expression.
        CaseError: for an extra variable that has no value, and for a variable that is called as a function is.
    """
    expression = parse(text, names, own, has_shapes, constants.constants if constants else ())
    used = frozenset(expression.variables)
    unused = tuple(name for name in dict.fromkeys(extra) if name not in used)
    unknown = [name for name in unused if name not in names]
    if unknown:
        listed = ", ".join(f"`{name}`" for name in sorted(names))
        hint = (
            f"the point has {listed}" if listed else "the point has no variables: add some with --at (`at` in a file)"
        )
        raise CaseError(f"there is no variable `{unknown[0]}` to differentiate by", hint=hint)
    if unused:
        expression = replace(expression, variables=(*expression.variables, *unused))
    own = called(expression, own)
    if not own:
        if not detaches(expression):
            return Readings(expression, expression)
        held = Readings(expression, with_held(expression))
        return Readings(expression, written_out(expression, ()), slope=held)
    check_calls(own)
    both = next((mine.name for mine in own if mine.name in names), None)
    if both:
        raise CaseError(f"`{both}` is a variable of the point, and a function of your own", hint="rename one of them")
    for mine in own:
        if mine.gradients:
            from derivcheck.truth.chained_gradients import check_chained  # few functions have gradients of their own

            check_chained(mine)
    slope = None
    if is_slope_apart(expression, own):
        slope = Readings(expression, with_held(expression, own))
    return Readings(expression, written_out(expression, own), own, slope)
