"""Normal forms of terms: whether two of them are the same but for the order of sums and products."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from derivcheck.explaining.rewriting.named_functions import ADD, DIV, EXP, MUL, NEG, POSITIVE, POW, POWERS, SUMS
from derivcheck.model.expression import CALL, NUMBER, NodeKind

_ONE, _MINUS_ONE, _HALF = Fraction(1), Fraction(-1), Fraction(1, 2)
_MOST_POWER = 64


class Form(NamedTuple):
    """A normal form: a rational factor, and the number of what it multiplies; equal forms are equal functions."""

    factor: Fraction
    core: int


class NormalForms:
    """The cores of the forms of one search, each once.

    A core is a sum of forms, a product of powers, or a call that is neither. The rules are those of real arithmetic
    where it is defined: sqrt(x)**2 has the form of x. What comes of that is verified by whoever uses it.
    """

    ONE = 0
    """The core of a plain number."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {"one": self.ONE}
        self._sums: dict[int, Mapping[int, Fraction]] = {}
        self._products: dict[int, Mapping[int, Fraction]] = {}
        self._exponentials: dict[int, Form] = {}
        self._wrapped: dict[int, Form] = {}

    def of(self, kind: NodeKind, name: str, args: Sequence[Form], value: Fraction | None) -> Form:
        """The form of a node whose arguments have these forms."""
        if kind is NUMBER:
            assert value is not None
            return Form(value, self.ONE)
        if kind is not CALL:
            return Form(_ONE, self._number((kind, name)))
        if name in SUMS:
            return self._sum(args[0], args[1], _ONE if name == ADD else _MINUS_ONE)
        if name == NEG:
            return self._scaled(args[0], _MINUS_ONE)
        if name == POSITIVE:
            return args[0]
        if name == MUL:
            return self._product(args[0], args[1])
        if name == DIV:
            return self._product(args[0], self._power(args[1], _MINUS_ONE))
        if name in POWERS:
            return self._power(args[0], POWERS[name])
        if name == POW and args[1].core == self.ONE and abs(args[1].factor) <= _MOST_POWER:
            return self._power(args[0], args[1].factor)
        if name == EXP:
            return self._exponential(args[0])
        return Form(_ONE, self._number((name, *args)))

    # --- the parts -----------------------------------------------------------------------------------------------

    def _number(self, key: Hashable) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def _exponential(self, form: Form) -> Form:
        core = self._number((EXP, form))
        self._exponentials[core] = form
        return Form(_ONE, core)

    def _terms(self, form: Form) -> dict[int, Fraction]:
        inner = self._sums.get(form.core)
        if inner is None:
            return {form.core: form.factor}
        return {core: factor * form.factor for core, factor in inner.items()}

    def _sum(self, left: Form, right: Form, sign: Fraction) -> Form:
        found = self._terms(left)
        for core, factor in self._terms(right).items():
            found[core] = found.get(core, Fraction(0)) + sign * factor
        return self._of_terms(found)

    def _of_terms(self, terms: Mapping[int, Fraction]) -> Form:
        kept = {core: factor for core, factor in terms.items() if factor}
        if not kept:
            return Form(Fraction(0), self.ONE)
        if len(kept) == 1:
            core, factor = next(iter(kept.items()))
            return Form(factor, core)
        made = self._number(("sum", frozenset(kept.items())))
        self._sums[made] = kept
        return Form(_ONE, made)

    def _scaled(self, form: Form, factor: Fraction) -> Form:
        if form.core in self._sums:
            return self._of_terms({core: own * factor for core, own in self._terms(form).items()})
        return Form(form.factor * factor, form.core)

    def _powers(self, core: int) -> dict[int, Fraction]:
        if core == self.ONE:
            return {}
        return dict(self._products.get(core, {core: _ONE}))

    def _product(self, left: Form, right: Form) -> Form:
        found = self._powers(left.core)
        for core, exponent in self._powers(right.core).items():
            found[core] = found.get(core, Fraction(0)) + exponent
        return self._of_powers(left.factor * right.factor, found)

    def _of_powers(self, factor: Fraction, powers: Mapping[int, Fraction]) -> Form:
        kept: dict[int, Fraction] = {}
        again: list[Form] = []
        for own, power in powers.items():
            if not power:
                continue
            core, exponent = own, power
            if own in self._exponentials and power != 1:
                core, exponent = self._exponential(self._scaled(self._exponentials[own], power)).core, _ONE
            if core in self._wrapped and exponent.denominator == 1 and self._wrapped[core].factor:
                again.append(self._power(self._wrapped[core], exponent))
                continue
            kept[core] = kept.get(core, Fraction(0)) + exponent
        if not factor:
            return Form(factor, self.ONE)
        made = self._made_of(factor, kept)
        for form in again:
            made = self._product(made, form)
        return made

    def _made_of(self, factor: Fraction, kept: dict[int, Fraction]) -> Form:
        if not kept:
            return Form(factor, self.ONE)
        if len(kept) == 1 and next(iter(kept.values())) == 1:
            return self._scaled(Form(_ONE, next(iter(kept))), factor)
        core = self._number(("product", frozenset(kept.items())))
        self._products[core] = kept
        return Form(factor, core)

    def _power(self, form: Form, exponent: Fraction) -> Form:
        if exponent.denominator == 1 and (form.factor or exponent > 0):
            powers = {core: own * exponent for core, own in self._powers(form.core).items()}
            return self._of_powers(form.factor**exponent.numerator, powers)
        base = form.core
        if form.factor != 1 or base in self._products or base == self.ONE:
            base = self._number(("whole", form))
            self._wrapped[base] = form
        return self._of_powers(_ONE, {base: exponent})
