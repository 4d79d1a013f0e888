"""The item about constants: with other values of those that the formula names, it says what should come out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derivcheck.errors import DerivcheckError
from derivcheck.model.constants import Constants
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.dims import shapes_of
from derivcheck.own_functions.tensors.elsewhere import Excuse, Outcome, compare_elsewhere, excuses_constants, told
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import is_smooth
from derivcheck.own_functions.tensors.resized import is_inside, tried, try_shapes
from derivcheck.own_functions.tensors.subject import TensorSubject

_REDUCTIONS = ("mean", "sum", "none")
"""The words for what becomes of the elements of a loss."""

_DIMS = ("dim", "dims", "axis", "axes")
"""What a constant is called that is a dim, or ends with: `norm_dim`."""

_MOST = 12
"""So many other values are tried, of all constants together."""

_MEANT = "the formula seems not to be meant for it"


def check_constants(subject: TensorSubject) -> Iterator[Comparison]:
    """Values and gradients with other constants: each that the formula names gets other values, one after the other."""
    nothing = "there are no constants that the formula names and the function takes"
    yield from told(_compare_all(subject), nothing)


def pose_others(subject: TensorSubject) -> Iterator[tuple[str, object, TensorSubject]]:
    """The subject with other values of its constants: the constant's name, the value, and the subject."""
    changes = [(name, value) for name, given in subject.constants for value in _others(subject, name, given)]
    for name, value in changes[:_MOST]:
        other = _posed(subject, name, value)
        if other is not None:
            yield name, value, other


def _compare_all(subject: TensorSubject) -> Iterator[Outcome]:
    for name, value, other in pose_others(subject):
        yield from _compare(subject, other, name, value)


def _posed(subject: TensorSubject, name: str, value: object) -> TensorSubject | None:
    """The subject with another value of a constant; None where that is none.

    Only where both the formula names the constant and the function takes it do they speak of the same.
    """
    if subject.pose is None:
        return None
    try:
        other = subject.pose({name: value})
    except DerivcheckError:
        return None
    is_named = subject.formulas.is_read or other.formulas.all != subject.formulas.all
    is_taken = other.function.binding != subject.function.binding
    return other if is_named and is_taken else None


def _compare(subject: TensorSubject, other: TensorSubject, name: str, value: object) -> Iterator[Outcome]:
    how = f"{name} = {value!r}"
    place = Place(other, other.points[0], how)
    try:
        is_good = is_inside(place) and is_smooth(place)
    except Exception:  # NumPy's errors as well: a constant that nobody gave must not end the list
        return
    shapes = shapes_of(other.points[0])
    found = tried(place) if is_good else try_shapes(other, shapes, how)
    if found is not None:
        excuse = Excuse(None if isinstance(value, float) and not excuses_constants(subject) else _MEANT, _MEANT)
        yield from compare_elsewhere(found, lambda: try_shapes(other, shapes, how, draw=1), excuse)


# --- other values -----------------------------------------------------------------------------------------------------


def _others(subject: TensorSubject, name: str, given: object) -> list[object]:
    """Other values of a constant."""
    if isinstance(given, bool):
        return [not given]
    if isinstance(given, str):
        return [word for word in _REDUCTIONS if word != given] if given in _REDUCTIONS else []
    if isinstance(given, int):
        whole = _dims(subject, given) if name.lower().rpartition("_")[2] in _DIMS else [given - 1, given + 1]
        return [
            value
            for value in whole
            if name.lower().rpartition("_")[2] in _DIMS or _keeps_order(subject, name, given, value)
        ]
    if isinstance(given, float):
        return [value for value in _numbers(given) if _keeps_order(subject, name, given, value)]
    return []


def _dims(subject: TensorSubject, given: int) -> list[int]:
    """Each dim that the argument with the most dims has, counted from the front and from the end."""
    most = max(len(shape) for shape in shapes_of(subject.points[0]).values())
    return [dim for dim in range(-most, most) if dim != given]


def _numbers(given: float) -> Sequence[float]:
    """A number half as large, one larger, and 0 for what may be left out, such as the smoothing of labels."""
    larger = (1 + given) / 2 if 0.5 < given < 1 else 2 * given
    return [given / 2, larger, *([0.0] if 0 < given < 1 else [])]


def _keeps_order(subject: TensorSubject, name: str, given: float, value: float) -> bool:
    """Whether a number stays on its side of 0 and of 1, and of each other constant: a lower bound below the upper one.

    Both may come to lie at 0.
    """
    return all(
        ((given < bound) == (value < bound) and (given > bound) == (value > bound)) or value == bound == 0
        for bound in (0, 1, *_numeric(subject.constants, name))
    )


def _numeric(constants: Constants, name: str) -> list[float]:
    return [
        value
        for other, value in constants
        if other != name and isinstance(value, int | float) and not isinstance(value, bool)
    ]
