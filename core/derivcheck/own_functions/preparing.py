"""What the user wrote about a function of their own, read: the function beside its formula, ready for the items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from derivcheck.model.constants import KeyedConstants, is_plain
from derivcheck.model.expression import Expression
from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.domains import Domain, implied_domain, read_domain, shaped
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.chosen import is_elementwise
from derivcheck.own_functions.formulas import check_formulas
from derivcheck.own_functions.given import Posed, pose
from derivcheck.own_functions.reading_formulas import read_formula
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
    if not case.at or not all(case.at):
        raise CaseError("there is no point to check the function at", hint="write --at x=2")
    check_formulas(own, frozenset(name for texts in case.at for name in texts))
    meant, posed = _pose(case, own, function, device, dtype)
    expr = case.expr if meant.formula is None else meant.formula
    plain = replace(case, expr=expr, dtype=dtype, device=device.name, functions=(_without_objects(meant, function),))
    if is_elementwise(replace(case, functions=(meant,))):
        if not posed.of_module:
            return _of_numbers(plain, meant, posed, device, dtype)
        posed = posed.with_a_dimension()

    def anew(changes: Mapping[str, object]) -> TensorSubject:
        unknown = next((name for name in changes if name not in dict(own.constants)), None)
        if unknown is not None:
            raise CaseError(f"`{unknown}` is an attribute of the module, which is as it was made")
        other = replace(own, constants=tuple((name, changes.get(name, value)) for name, value in own.constants))
        meant, posed = _pose(case, other, function, device, dtype)
        return _of_tensors(plain, meant, posed, device, dtype, anew)

    return _of_tensors(plain, meant, posed, device, dtype, anew)


def _pose(
    case: Case, own: OwnFunction, function: UserFunction, device: DeviceInfo, dtype: DType
) -> tuple[OwnFunction, Posed]:
    """How a function is called, and what is declared of it, with its constants and, if need be, the formula read."""
    placed = function.on(TORCH_DTYPES[dtype], device.name)
    posed = pose(case, own, function, placed)
    if own.formula is not None:
        return replace(own, constants=posed.constants), posed
    read = read_formula(case, posed, device, dtype)
    own = replace(own, formula=read.text, is_read=True)
    if read.text is not None:
        posed = pose(case, own, function, placed)
    notes = (*posed.notes, *read.notes)
    posed = replace(posed, integers=read.integers, notes=notes, left_out=read.left_out, copies=read.copies)
    own = replace(own, constants=posed.constants)
    return own, posed.with_a_dimension() if read.has_a_dimension else posed


def _without_objects(own: OwnFunction, function: UserFunction) -> OwnFunction:
    """The declaration without objects of the user's: a Result goes to other processes, and into files."""
    plain = tuple((name, value if is_plain(value) else type(value).__name__) for name, value in own.constants)
    return replace(own, code=own.code if isinstance(own.code, str) else function.name, constants=plain)


def _format(function: UserFunction) -> DType | None:
    """The format of a module's own numbers, which is the one to check it in unless another is asked for."""
    return next((dtype for dtype, found in TORCH_DTYPES.items() if found is function.format), None)


def _domain(
    own: OwnFunction, formula: Expression | None, args: tuple[str, ...], points: Sequence[ShapedPoint], dtype: DType
) -> Domain | None:
    """The domain that the user declares, in which all points given have to lie; else the one that the formula implies.

    None where there is neither, or a point given lies outside of what is only implied.
    """
    if own.domain is None:
        implied = None if formula is None else implied_domain(formula)
        return implied if implied is not None and all(implied.contains(point, dtype) for point in points) else None
    domain = read_domain(own.domain, args, own.constants)
    for point in points:
        domain.check(point, dtype)
    return domain


# --- functions of numbers --------------------------------------------------------------------------------------------


def _of_numbers(case: Case, own: OwnFunction, posed: Posed, device: DeviceInfo, dtype: DType) -> Subject:
    names = frozenset(posed.args)
    formulas = [own.stated, *([] if own.surrogate is None else [own.surrogate])]
    constants = KeyedConstants(own.constants) if own.constants else None
    value, slope = (readings(text, names, posed.args, constants=constants) for text in (formulas[0], formulas[-1]))
    points = tuple(read_point(texts, dtype) for texts in posed.points)
    domain = _domain(own, value.expression, posed.args, [shaped(point) for point in points], dtype)
    note = "; ".join(posed.notes)
    return Subject(posed.function, posed.args, value, slope, case, device, dtype, points, domain=domain, note=note)


# --- functions of tensors --------------------------------------------------------------------------------------------


def _of_tensors(
    case: Case,
    own: OwnFunction,
    posed: Posed,
    device: DeviceInfo,
    dtype: DType,
    anew: Callable[[Mapping[str, object]], TensorSubject],
) -> TensorSubject:
    formulas = _formulas(own, posed)
    points = tuple(_shaped_points(case, posed, formulas, dtype))
    domain = _domain(own, formulas.value, posed.args, points, dtype)
    note = "; ".join(posed.notes)
    subject = TensorSubject(posed.function, posed.args, formulas, case, device, dtype, points, posed.held, domain, note)
    subject = replace(subject, constants=posed.constants, pose=anew, left_out=posed.left_out, copies=posed.copies)
    notes = tuple(check_declarations(subject))
    return replace(subject, formulas=replace(formulas, notes=notes), known={}) if notes else subject


def _formulas(own: OwnFunction, posed: Posed) -> Formulas:
    names = frozenset(posed.args)
    value = slope = surrogate = None
    if own.formula is not None:
        value = slope = parse(own.formula, names, has_shapes=True, constants=own.constants)
    if own.surrogate is not None:
        slope = surrogate = parse(own.surrogate, names, has_shapes=True, constants=own.constants)
    gradients, upstreams = read_gradients(own, value, names)
    plain = None if value is None else written_out(value, ())
    if own.is_read and surrogate is None:  # what is detached was recorded so
        detached = slope if slope is not None and detaches(slope) else None
        return Formulas(plain, plain, gradients, upstreams, own.is_linear, detached=detached, is_read=True)
    assert slope is not None
    if not detaches(slope):
        return Formulas(plain, slope, gradients, upstreams, own.is_linear, is_read=own.is_read)
    held = with_held(slope)
    return Formulas(plain, held, gradients, upstreams, own.is_linear, detached=slope, is_read=own.is_read)


def _shaped_points(case: Case, posed: Posed, formulas: Formulas, dtype: DType) -> Iterator[ShapedPoint]:
    trees = formulas.all
    for texts in posed.points:
        yield read_shaped_point(
            texts,
            dtype,
            seed=case.seed,
            integers=posed.integers.union(*map(integer_variables, trees)),
            labels=frozenset().union(*map(label_variables, trees)),
            masks=frozenset() if formulas.value is None else mask_variables(formulas.value),
            folder=folder_of(case.location),
        )
