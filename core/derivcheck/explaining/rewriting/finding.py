"""Finding: other ways to write an expression of which torch returns more digits at a point, the best first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import isfinite
from time import thread_time

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.checking.prepare import Prepared, case_readings, prepare
from derivcheck.errors import DerivcheckError
from derivcheck.explaining.rewriting.candidates import candidates
from derivcheck.explaining.rewriting.guards import GUARDED
from derivcheck.explaining.rewriting.reading_rules import book
from derivcheck.explaining.rewriting.right_digits import Loss, has_slopes
from derivcheck.explaining.rewriting.rule import Rule
from derivcheck.explaining.rewriting.term_graph import Term, Terms
from derivcheck.explaining.rewriting.trial import Trial
from derivcheck.explaining.rewriting.trial_of_numbers import NumbersTrial
from derivcheck.explaining.rewriting.trial_of_tensors import TensorsTrial
from derivcheck.explaining.rewriting.writing import Writing
from derivcheck.inputs.coordinates import read_point
from derivcheck.inputs.shape_texts import is_shaped_point
from derivcheck.model import Case, Mode, OwnFunction, Wrt
from derivcheck.model.explanation import Digits, Rewrite
from derivcheck.numbers import DType

MOST_NODES = 400
"""The size of an expression beyond which no other ways of writing are looked for."""

MOST_STEPS = 3
"""How many rules may be used one after the other."""

MOST_SHOWN = 4
"""How many rewrites are shown at most."""

_MOST_TRIED = 200
"""How many ways of writing torch runs at most."""

_MOST_NODES_TRIED, _LEAST_TRIED = 6000, 40
"""How many nodes they have together at most; and how many ways of writing a long expression are tried all the same."""

_MOST_IN_VAIN = 60
"""How many more it runs, of those that go on from the first ones, where none of these has helped."""

_MOST_PARENTS = 12
"""From how many ways of writing the search goes on at most, while none has helped."""

_MOST_VERIFIED = 6
"""How many of them are verified at most."""

_RULE_COSTS = 3
"""How many digits a rule more has to gain."""

_ENOUGH = 0.05
"""If a way of writing loses no more than this part of what was lost, none of more rules is looked for."""

_MOST_SLOPES = 4
"""So many slopes of one derivative are told."""

_TIMES_ZERO = re.compile(r"(?<![\w.])0\*")
"""What nobody writes where there is another way."""

_SECONDS = 1.5
"""How long the search goes on at most, in seconds of the processor; what has been found by then is verified."""


def find_rewrites(
    expression: str,
    point: Mapping[str, str],
    dtype: DType = DType.FLOAT64,
    wrt: Sequence[Wrt] = (),
    *,
    order: int = 1,
    mode: Mode = Mode.REVERSE,
    device: str = "cpu",
    functions: tuple[OwnFunction, ...] = (),
    const: tuple[str, ...] = (),
    seed: int = 0,
) -> tuple[Rewrite, ...]:
    """Find other ways to write an expression of which torch returns more digits at a point.

    Each of them is the same function in exact arithmetic: at the point and at points nearby, its derivatives as well.
    None makes the value, or a derivative that is asked for, worse.

    Args:
        expression: the expression.
        point: the text of each variable's value.
        dtype: the format.
        wrt: the derivatives that count, each as its variables; (): each partial of this order.
        order: where `wrt` is empty, the order.
        mode: the engine; a compiler's numbers are those of the reverse mode here.
        device: where torch runs.
        functions: the user's own functions that the expression calls.
        const: the variables that are not differentiated by.
        seed: the seed of the point's random values.

    Returns:
        At most a handful, the best first; none where torch's numbers are right, or where no rule helps.

    Example:
        >>> for found in find_rewrites("log(1 + x)", {"x": "1e-10"}):
        ...     print(found.expression, round(found.value.before), round(found.value.after))
        log1p(x) 7 16
    """
    case = Case(
        expr=expression,
        at=(dict(point),),
        wrt=tuple(wrt),
        order=order,
        modes=(mode,),
        dtype=dtype,
        device=device,
        functions=functions,
        const=const,
        seed=seed,
    )
    return rewrites_of(case)


def rewrites_of(case: Case) -> tuple[Rewrite, ...]:
    """The same of a case, at its first point and in its first mode; none where the case cannot be read.

    Example:
        >>> rewrites_of(Case("1 - cos(x)", ({"x": "1e-9"},)))[0].expression
        '2*sin(x/2)**2'
    """
    try:
        prepared = prepare(case)
        trial = trial_of(prepared)
        if len(trial.expression) > MOST_NODES:
            return ()
        before = trial.loss(trial.expression.source)
        if before is None or before.is_right:
            return ()
        found = _Search(trial, before).run()
        return tuple([_rewrite(trial, before, one) for one in _verified(trial, found)])
    except DerivcheckError:
        return ()


def trial_of(prepared: Prepared) -> Trial:
    """The trial of a case at its first point."""
    texts = prepared.case.at[0]
    mode = prepared.case.modes[0]
    setting = TorchSetting(prepared.device.name, prepared.dtype, Mode.REVERSE if mode is Mode.COMPILE else mode)
    if is_shaped_point(texts) or case_readings(prepared.case, texts).is_shaped:
        return TensorsTrial(prepared, texts, setting)
    return NumbersTrial(prepared, read_point(texts, prepared.dtype), setting)


@dataclass(frozen=True, slots=True)
class _Way:
    """A way of writing.

    Attributes:
        root: the expression.
        text: the same as a text.
        rules: the rules that were used, in order.
        loss: what it loses.
        is_tame: whether the number of a guard that was set at last keeps the guarded branch finite.
    """

    root: Term
    text: str
    rules: tuple[Rule, ...]
    loss: Loss
    is_tame: bool = True

    @property
    def rank(self) -> tuple[float, bool, int, int]:
        """The best way has the least rank: few digits lost, where a rule more has to gain some, then a short text."""
        lost = round(self.loss.total) + _RULE_COSTS * len(self.rules)
        return lost, not self.is_tame, len(self.rules), self.root.size


class _Search:
    """A best-first search: the way of writing that loses least is rewritten next."""

    def __init__(self, trial: Trial, before: Loss) -> None:
        self.trial = trial
        self.before = before
        self.terms = Terms()
        read = self.terms.read(trial.expression)
        self.writing = Writing.of(trial.expression, read, self.terms)
        self.first = _Way(read[-1], trial.expression.source, (), before)

    def run(self) -> list[_Way]:
        """The ways of writing that help, the best first."""
        rules, end = book(), thread_time() + _SECONDS
        order = count()
        seen: set[str] = {self.first.text}
        waiting = [(self.first.rank, next(order), self.first)]
        found: list[_Way] = []
        tried, parents = 0, 0
        most = min(_MOST_TRIED, max(_LEAST_TRIED, _MOST_NODES_TRIED // len(self.trial.expression)))
        while waiting and tried < most and thread_time() < end:
            _, _, way = heappop(waiting)
            if len(way.rules) == MOST_STEPS or (way.rules and way.loss.is_right):
                continue
            if way.rules and any(other.loss.total <= _ENOUGH * self.before.total for other in found):
                break
            parents += 1
            if parents > _MOST_PARENTS and not found:
                break
            for candidate in candidates(way.root, self.terms, rules):
                text = self.writing.text(candidate.root)
                if text in seen or tried >= most:
                    continue
                seen.add(text)
                tried += 1
                loss = self.trial.loss(text)
                if loss is None:
                    continue
                is_tame = candidate.probe is None or self._is_finite(candidate.probe)
                new = _Way(candidate.root, text, (*way.rules, candidate.rule), loss, is_tame)
                heappush(waiting, (new.rank, next(order), new))
                if loss.helps(self.before) and self._is_meant(new.rules):
                    found.append(new)
            if not found:
                most = min(most, tried + _MOST_IN_VAIN) if way is self.first else most
        return sorted(found, key=lambda way: way.rank)

    def _is_finite(self, probe: Term) -> bool:
        """Whether a term and its derivatives are finite in torch, at the point."""
        found = self.trial.numbers(self.writing.text(probe))
        return found is not None and all(number is not None and isfinite(number) for row in found for number in row)

    def _is_meant(self, rules: Sequence[Rule]) -> bool:
        """Whether some rules are meant for what went wrong: those about ranges are where hardly a digit is right."""
        is_lost = any(lost >= self.trial.dtype.digits / 2 for _, lost in self.before.rows)
        return is_lost or not all(rule.for_range for rule in rules)


def _verified(trial: Trial, found: list[_Way]) -> list[_Way]:
    """The best ways of writing that are the same function; none that takes more rules than a better one."""
    shown: list[_Way] = []
    tried = 0
    for way in found:
        if any(_is_enough(other, way) for other in shown) or (shown and _TIMES_ZERO.search(way.text)):
            continue
        if len(shown) == MOST_SHOWN or tried == _MOST_VERIFIED:
            break
        tried += 1
        if trial.is_same(way.text) and trial.lasts(way.text):
            shown.append(way)
    return shown


def _is_enough(other: _Way, way: _Way) -> bool:
    """Whether a way of writing that is shown makes another one needless.

    It does if it takes fewer rules and loses no more, if it is right and the other is not, and if it comes from the
    same rules, as hypot(x, y) and hypot(y, x) do, or from a guard with another number.
    """
    is_no_worse = other.loss.total <= way.loss.total + 1
    if is_no_worse and len(other.rules) < len(way.rules):
        return True
    if other.loss.is_right and not way.loss.is_right:
        return True
    guards = [[rule.why for rule in one.rules if rule.why == GUARDED] for one in (way, other)]
    return other.rules == way.rules or (len(guards[0]) == len(way.rules) and guards[0] == guards[1])


def _rewrite(trial: Trial, before: Loss, way: _Way) -> Rewrite:
    """What is shown of a way of writing."""
    losses: dict[Wrt, tuple[float, float]] = {}
    for (wrt, mine), (_, after) in zip(before.rows, way.loss.rows, strict=True):
        known = losses.get(wrt, (0.0, 0.0))
        losses[wrt] = max(mine, known[0]), max(after, known[1])
    kinks = dict(_slopes(trial, way))
    digits = {
        wrt: Digits(_right(trial, mine), _right(trial, after))
        for wrt, (mine, after) in losses.items()
        if wrt not in kinks
    }
    chosen = [f"by {','.join(wrt)}: {numbers}" for wrt, numbers in kinks.items()]
    more = [f"torch then returns an accepted slope ({', '.join(chosen)})"] if chosen else []
    fewer = sum(before.missing) - sum(way.loss.missing)
    if fewer > 0 and not chosen and all(round(one.before, 1) == round(one.after, 1) for one in digits.values()):
        more.append(f"{fewer} of the numbers that were nan or infinite no longer are")
    return Rewrite(
        rule="; ".join(dict.fromkeys(_told(rule) for rule in way.rules)),
        expression=way.text,
        why="; ".join(dict.fromkeys([*(rule.why for rule in way.rules), *more])),
        source="; ".join(dict.fromkeys(rule.source for rule in way.rules)),
        value=digits[()],
        gradients=tuple((",".join(wrt), shown) for wrt, shown in digits.items() if wrt),
    )


def _told(rule: Rule) -> str:
    """A rule and where it holds: the condition is in the rule's letters, so it stands beside the rule."""
    return f"{rule.name}, where {rule.holds}" if rule.holds else rule.name


def _slopes(trial: Trial, way: _Way) -> Iterator[tuple[Wrt, str]]:
    """The derivatives that do not exist, with the slopes that torch takes for them: digits say nothing there."""
    for wrt, truths, found in zip(trial.wrts, trial.exact, trial.numbers(way.text) or (), strict=False):
        numbers = [f"{number:g}" for number in found if number is not None]
        if truths and all(map(has_slopes, truths)) and len(numbers) == len(truths):
            shown = (
                numbers[0]
                if len(set(numbers)) == 1
                else f"[{', '.join(numbers[:_MOST_SLOPES])}{', …' * (len(numbers) > _MOST_SLOPES)}]"
            )
            yield wrt, shown


def _right(trial: Trial, lost: float) -> float:
    return max(0.0, trial.dtype.digits - lost)
