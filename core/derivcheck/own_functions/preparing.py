"""What the user wrote about a function of their own, read: the function beside its formula, ready for the items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derivcheck.autograd.devices import TORCH_DTYPES, DeviceInfo, choose_dtype, resolve
from derivcheck.autograd.user_functions import UserFunction
from derivcheck.errors import CaseError
from derivcheck.graph.inlining import detaches, with_held, written_out
from derivcheck.inputs.coordinates import read_point
from derivcheck.inputs.named_files import folder_of
from derivcheck.inputs.shaped_points import read_shaped_point
from derivcheck.language.integer_variables import integer_variables, label_variables, mask_variables
from derivcheck.language.parse import parse
from derivcheck.model import Case, OwnFunction
from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.domains import Domain, read_domain, shaped
from derivcheck.own_functions.checks.subject import Subject, order_arguments
from derivcheck.own_functions.chosen import is_elementwise
from derivcheck.own_functions.reading_gradients import read_gradients
from derivcheck.own_functions.tensors.declarations import check_declarations
from derivcheck.own_functions.tensors.subject import Formulas, TensorSubject
from derivcheck.readings import readings


def prepare(case: Case, function: UserFunction) -> Subject | TensorSubject:
    """Read everything that the user wrote about a function.

    Args:
        case: the check list; the function that it declares has the formula and the surrogate.
        function: its code, loaded.

    Returns:
        The function beside its formula.

    Raises:
        DerivcheckError: for a formula, point, dtype, device or argument that is none.
    """
    (own,) = case.functions
    device = resolve(case.device)
    dtype = choose_dtype(device, case.dtype or _format(function))
    # A Result goes to other processes, and into files of whoever pickles it: no object of the user's goes along.
    named = case.functions if isinstance(own.code, str) else ()
    plain = replace(case, dtype=dtype, device=device.name, functions=named)
    if not case.at or not all(case.at):
        raise CaseError("there is no point to check the function at", hint="write --at x=2")
    if is_elementwise(case):
        return _of_numbers(plain, own, function, device, dtype)
    return _of_tensors(plain, own, function, device, dtype)


def _format(function: UserFunction) -> DType | None:
    """The format of a module's own numbers, which is the one to check it in unless another is asked for."""
    return next((dtype for dtype, found in TORCH_DTYPES.items() if found is function.format), None)


def _in_order(variables: tuple[str, ...], parameters: tuple[str, ...]) -> tuple[str, ...]:
    """The formula's variables as the function names its first arguments, where these are the same names."""
    first = parameters[: len(variables)]
    return first if set(first) == set(variables) else variables


def _domain(own: OwnFunction, args: tuple[str, ...], points: Sequence[ShapedPoint], dtype: DType) -> Domain | None:
    """The domain that the user declares, in which all points given have to lie; None where nobody has said."""
    if own.domain is None:
        return None
    domain = read_domain(own.domain, args, own.constants)
    for point in points:
        domain.check(point, dtype)
    return domain


# --- functions of numbers --------------------------------------------------------------------------------------------


def _of_numbers(case: Case, own: OwnFunction, function: UserFunction, device: DeviceInfo, dtype: DType) -> Subject:
    names = frozenset(name for texts in case.at for name in texts)
    formulas = [own.formula, *([] if own.surrogate is None else [own.surrogate])]
    variables = dict.fromkeys(name for text in formulas for name in readings(text, names).expression.variables)
    args = order_arguments(case, _in_order(tuple(variables), function.parameters), own.params)
    value, slope = (readings(text, names, args) for text in (formulas[0], formulas[-1]))
    points = tuple(read_point(texts, dtype) for texts in case.at)
    domain = _domain(own, args, [shaped(point) for point in points], dtype)
    return Subject(function, args, value, slope, case, device, dtype, points, domain=domain)


# --- functions of tensors --------------------------------------------------------------------------------------------


def _of_tensors(
    case: Case, own: OwnFunction, function: UserFunction, device: DeviceInfo, dtype: DType
) -> TensorSubject:
    names = frozenset(name for texts in case.at for name in texts)
    formulas = _formulas(own, names)
    read = (formulas.value, formulas.slope, *formulas.gradients.values())
    variables = tuple(dict.fromkeys(name for tree in read for name in tree.variables if name in names))
    args = order_arguments(case, _in_order(variables, function.parameters), own.params)
    points = tuple(_shaped_points(case, formulas, dtype))
    domain = _domain(own, args, points, dtype)
    held = frozenset(case.const)
    subject = TensorSubject(function, args, formulas, case, device, dtype, points, held, domain)
    notes = tuple(check_declarations(subject))
    return replace(subject, formulas=replace(formulas, notes=notes), known={}) if notes else subject


def _formulas(own: OwnFunction, names: frozenset[str]) -> Formulas:
    value = slope = parse(own.formula, names, has_shapes=True, constants=own.constants)
    if own.surrogate is not None:
        slope = parse(own.surrogate, names, has_shapes=True, constants=own.constants)
    gradients, upstreams = read_gradients(own, value, names)
    if detaches(slope):
        slope = with_held(slope)
    return Formulas(written_out(value, ()), slope, gradients, upstreams, own.is_linear)


def _shaped_points(case: Case, formulas: Formulas, dtype: DType) -> Iterator[ShapedPoint]:
    trees = (formulas.value, formulas.slope, *formulas.gradients.values())
    for texts in case.at:
        yield read_shaped_point(
            texts,
            dtype,
            seed=case.seed,
            integers=frozenset().union(*map(integer_variables, trees)),
            labels=frozenset().union(*map(label_variables, trees)),
            masks=mask_variables(formulas.value),
            folder=folder_of(case.location),
        )
