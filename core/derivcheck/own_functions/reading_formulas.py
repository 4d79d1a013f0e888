"""The formula of a user's own function where nobody has stated one: read from its forward pass, as a text."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES, DeviceInfo
from derivcheck.autograd.shaped_gradients import tensor_of
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.balls.estimates import Estimates
from derivcheck.errors import DerivcheckError, UnsupportedError
from derivcheck.graph.inlining import at_point
from derivcheck.inputs.named_files import folder_of
from derivcheck.inputs.shaped_points import read_shaped_point
from derivcheck.language.integer_variables import integer_variables, label_variables, mask_variables
from derivcheck.language.parse import parse
from derivcheck.model import Case, Mode
from derivcheck.model.shaped_values import ShapedPoint, exact_elements
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.comparison import describe_error
from derivcheck.own_functions.checks.copies import NOTE
from derivcheck.own_functions.given import Posed
from derivcheck.tracing.wording.reading import Written, write_out

_MOST_WHOLE = 5
"""Of so many arguments that hold whole numbers each may be one of integers; of more only all of them, or none."""


@dataclass(frozen=True, slots=True)
class ReadFormula:
    """What a forward pass computes.

    Attributes:
        text: the formula; None where the language has no text for it, or where it holds at the point alone: then what
            is true is recorded at each point anew.
        integers: the arguments that the function takes as integers.
        has_a_dimension: whether it takes single numbers in the shape (1,) only.
        notes: what is to be said of it.
        left_out: the places of the outputs that hold integers, or nothing, and are no part of a formula.
        copies: whether it is called with copies, since it writes into its arguments.
    """

    text: str | None
    integers: frozenset[str] = frozenset()
    has_a_dimension: bool = False
    notes: tuple[str, ...] = ()
    left_out: frozenset[int] = frozenset()
    copies: bool = False


def read_formula(case: Case, posed: Posed, device: DeviceInfo, dtype: DType) -> ReadFormula:
    """Run the forward pass once at the first point, and read its formula.

    Which arguments are integers is found by trying: numbers first, for a function that takes these is differentiated
    by them. Where these give no text, labels and masks among the integers may. A function that raises whatever it is
    given is left for the first item of the check list to tell.

    Args:
        case: the check list.
        posed: how the function is called.
        device: where it runs.
        dtype: the format.

    Raises:
        UnsupportedError: for an operation that cannot be read.
        DerivcheckError: for a point that is none.
    """
    setting = TorchSetting(device.name, dtype, Mode.REVERSE)
    first: ReadFormula | None = None
    for attempt in _attempts(case, posed, dtype):
        if first is not None and not attempt.integers:
            continue  # numbers are taken already
        try:
            written = attempt.write(posed, setting)
        except (Exception, SystemExit, GeneratorExit) as error:
            if first is None and attempt.is_taken(posed, setting):  # then it is not the function that raised
                why = error.message if isinstance(error, DerivcheckError) else describe_error(error)
                hint = "say what it computes: --formula EXPR"
                raise UnsupportedError(f"the forward pass cannot be read as a formula: {why}", hint=hint) from error
        else:
            found = _told(attempt, written)
            if first is None and (found.text is not None or attempt.integers):
                return found
            if found.text is not None and attempt.integers <= _integers_in(found.text):
                return found
            first = first or found
    return first or ReadFormula(None)


def _integers_in(text: str) -> frozenset[str]:
    """The variables of a formula that are integers, labels or masks."""
    tree = parse(text)
    return integer_variables(tree) | label_variables(tree) | mask_variables(tree)


def _told(attempt: _Attempt, written: Written) -> ReadFormula:
    integers = attempt.integers | written.integers
    is_good = written.holds_elsewhere
    notes = []
    if not is_good and written.text is None:
        unknown = f" for `{written.unknown}`" if written.unknown else " for it"
        notes.append(f"no formula is shown: the language has none{unknown}; the forward pass is recorded at each point")
    if not is_good and written.constants:
        notes.append(f"taken for constants of the run: {'; '.join(written.constants)}")
    elif written.branches:
        notes.append("the code branches on numbers: what the forward pass computes is recorded at each point")
    if attempt.copies:
        notes.append(NOTE)
    text = written.text if is_good else None
    left_out = frozenset(attempt.left_out)
    return ReadFormula(text, integers, attempt.has_a_dimension, tuple(notes), left_out, attempt.copies)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One way to call the function.

    Attributes:
        point: the first point, the integers being such.
        integers: the arguments that are taken as integers although they may be numbers.
        has_a_dimension: whether single numbers have the shape (1,).
        copies: whether it is given copies, since it writes into what it is given.
        left_out: the places of the outputs that hold integers, or nothing, once it has been called.
    """

    point: ShapedPoint
    integers: frozenset[str]
    has_a_dimension: bool
    copies: bool
    left_out: set[int] = field(default_factory=set)

    def write(self, posed: Posed, setting: TorchSetting) -> Written:
        """Call the function, and write what it computes."""
        estimates = Estimates(at_point(exact_elements(self.point)))
        with warnings.catch_warnings(action="ignore"), torch.random.fork_rng(devices=[]):
            return write_out(self._call(posed, setting), self._inputs(posed, setting), estimates)

    def is_taken(self, posed: Posed, setting: TorchSetting) -> bool:
        """Whether the function takes what it is given."""
        try:
            with warnings.catch_warnings(action="ignore"), torch.random.fork_rng(devices=[]):
                self._call(posed, setting)(*self._inputs(posed, setting).values())
        except (Exception, SystemExit, GeneratorExit):
            return False
        return True

    def _call(self, posed: Posed, setting: TorchSetting) -> Callable[..., Any]:
        placed = posed.function.on(TORCH_DTYPES[setting.dtype], setting.device)

        def run(*tensors: Tensor) -> Any:
            given: Sequence[Tensor] = [one.clone() for one in tensors] if self.copies else tensors
            return self._numbers_in(placed.run(*given))

        return run

    def _inputs(self, posed: Posed, setting: TorchSetting) -> dict[str, Tensor]:
        return {name: _leaf(tensor_of(self.point[name], setting)) for name in posed.args}

    def _numbers_in(self, result: object) -> object:
        """The result without outputs that hold integers, or nothing."""
        if not isinstance(result, tuple | list):
            return result
        self.left_out.clear()
        self.left_out.update(at for at, one in enumerate(result) if one is None or _holds_integers(one))
        return [one for at, one in enumerate(result) if at not in self.left_out]


def _holds_integers(output: object) -> bool:
    return isinstance(output, Tensor) and not output.is_floating_point() and not output.is_complex()


def _leaf(tensor: Tensor) -> Tensor:
    return tensor.requires_grad_() if tensor.is_floating_point() else tensor


def _attempts(case: Case, posed: Posed, dtype: DType) -> Iterator[_Attempt]:
    """The ways to call a function, in the order in which they are tried."""
    texts = posed.points[0]
    every = _point(case, texts, dtype, frozenset())
    whole = [name for name, value in every.items() if not value.is_integer and _is_whole(value)]
    sizes = range(len(whole) + 1) if len(whole) <= _MOST_WHOLE else (0, len(whole))
    sets = chain.from_iterable(combinations(reversed(whole), size) for size in sizes)
    wide = posed.with_a_dimension().points[0]
    for chosen in sets:
        integers = frozenset(chosen)
        for has_a_dimension in (False, True) if wide != texts and not integers else (False,):
            try:
                point = _point(case, wide if has_a_dimension else texts, dtype, integers)
            except DerivcheckError:
                continue
            for copies in (False, True):
                yield _Attempt(point, integers, has_a_dimension, copies)


def _point(case: Case, texts: Mapping[str, str], dtype: DType, integers: frozenset[str]) -> ShapedPoint:
    return read_shaped_point(texts, dtype, seed=case.seed, integers=integers, folder=folder_of(case.location))


def _is_whole(value: Any) -> bool:
    return all(element.exact.denominator == 1 for element in value.elements)
