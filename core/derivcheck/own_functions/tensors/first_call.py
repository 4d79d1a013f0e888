"""The first call of a function of tensors: whether it can be run, and returns what has the shapes of its formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor

from derivcheck.autograd.randomness import insist_on_repeatable
from derivcheck.errors import UserFunctionError
from derivcheck.model.shaped_values import Shape
from derivcheck.own_functions.checks.copies import NOTE, writes_to_leaf
from derivcheck.own_functions.tensors.comparison import describe_shapes
from derivcheck.own_functions.tensors.numbers_taken_out import refuse_numbers
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import given_places
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream


def look_at(subject: TensorSubject) -> tuple[TensorSubject, BaseException | None]:
    """Call a function for the first time.

    An exception at one of several points is left to the item `forward`.

    Returns:
        The function as it can be called, and why it cannot be, None where it can.

    Raises:
        ShapeError: for a formula that the shapes of a point do not fit; the function is not called then.
        UserFunctionError: for one that draws random numbers, which would fail every item for this one reason.
        UnsupportedError: for a forward pass that is its own formula, and cannot be read.
    """
    places = given_places(subject)
    for place in places:
        _ = place.value, place.slope
    subject = _leaving_out(subject, places)
    raised: list[BaseException] = []
    ran: list[Place] = []
    for place in given_places(subject):
        try:
            outputs = subject(subject.tensors(place.point))
        except (Exception, SystemExit, GeneratorExit) as error:
            raised.append(error)
            continue
        ran.append(place)
        difference = _describe_difference(place, outputs)
        if difference is not None:
            return subject, difference
    if not ran:
        return subject, raised[0]
    point = ran[0].point
    function = subject.function
    insist_on_repeatable(function.name, lambda: subject(subject.tensors(point)), is_training=function.is_training)
    subject = _copying(subject, ran[0])
    if subject.formulas.is_read and subject.formulas.value is None:
        refuse_numbers(subject)
    return subject, None


def look_at_backward(subject: TensorSubject) -> None:
    """Run its backward pass for the first time.

    Raises:
        UserFunctionError: for one that draws random numbers.
    """
    place = given_places(subject)[0]
    try:
        insist_on_repeatable(
            subject.function.name,
            lambda: list(place.pull_back(Upstream(DENSE[0])).values()),
            "another gradient",
            is_training=subject.function.is_training,
        )
    except UserFunctionError:
        raise
    except (Exception, SystemExit, GeneratorExit):
        return  # for the items to tell


def _copying(subject: TensorSubject, place: Place) -> TensorSubject:
    """The function, called with copies of its arguments where it writes into them, which torch allows for no leaf."""
    try:
        place.run()
    except (Exception, SystemExit, GeneratorExit) as error:
        if not writes_to_leaf(error):
            return subject
    else:
        return subject
    return replace(subject, copies=True, note="; ".join(filter(None, (subject.note, NOTE))), known={})


def _leaving_out(subject: TensorSubject, places: Sequence[Place]) -> TensorSubject:
    """The function without the outputs that hold indices, or nothing, where the formula has all the others alone."""
    try:
        found = subject.raw(subject.tensors(places[0].point))
    except (Exception, SystemExit, GeneratorExit):
        return subject
    if not isinstance(found, tuple | list) or len(found) <= len(places[0].outputs):
        return subject
    plain = [at for at, output in enumerate(found) if output is None or _holds_integers(output)]
    if len(found) - len(plain) != len(places[0].outputs):
        return subject
    outputs = f"output {plain[0]}" if len(plain) == 1 else f"the outputs {', '.join(map(str, plain))}"
    note = f"what holds integers, or nothing, and is not in the formula is left out: {outputs} of the result"
    return replace(subject, left_out=frozenset(plain), note="; ".join(filter(None, (subject.note, note))), known={})


def _holds_integers(output: object) -> bool:
    return isinstance(output, Tensor) and not output.is_floating_point() and not output.is_complex()


def _describe_difference(place: Place, outputs: Sequence[Tensor]) -> UserFunctionError | None:
    """What to say of outputs that are not those of the formula: another number of them, or other shapes."""
    found = [tuple(output.shape) for output in outputs]
    wanted = list(place.outputs)
    if found == wanted:
        return None
    text = f"{describe_shapes('the function returned', found)}, {describe_shapes('its formula has', wanted)}"
    hint = _hint_at_shapes(found, wanted)
    return UserFunctionError(f"{text}: {hint}" if hint else text, hint=hint)


def _hint_at_shapes(found: list[Shape], wanted: list[Shape]) -> str:
    """What may be meant."""
    if len(found) > 1 and len(wanted) == 1:
        return "a formula of several outputs is a tuple, (…, …)"
    if len(found) == 1 and len(wanted) > 1:
        return "the formula is a tuple, which stands for several outputs"
    pairs = [(one, other) for one, other in zip(found, wanted, strict=False) if one != other]
    if all(_squeezed(one) == _squeezed(other) for one, other in pairs):
        return "they differ by dims of size 1, as with keepdim=True and without"
    if all(one == other[::-1] for one, other in pairs):
        return "one is the other transposed"
    return ""


def _squeezed(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)
