"""What case files say of a user's own function besides its formula: constants, declared gradients, flags."""

from __future__ import annotations

from derivcheck.case_files.fields import NumberText, read_text, wrong_type
from derivcheck.errors import CaseError
from derivcheck.inputs.assignments import variable_name
from derivcheck.inputs.plain_constants import TypedConstants, read_typed_constants, read_value


def read_constants(value: object) -> TypedConstants:
    """Read `const`: a table of constants; or names of held tensors, and constants, as the command line takes them.

    A string in the table is read as the command line reads it: "None", "torch.float32" and "1/3" are what they are
    there, and "'None'" is a string. A list is a tuple, as functions take it for dims and sizes.

    Raises:
        CaseError: for anything else.

    Example:
        >>> read_constants({"n": NumberText("3"), "bias": "None", "dims": [NumberText("0"), NumberText("1")]}).constants
        (('n', 3), ('bias', None), ('dims', (0, 1)))
        >>> read_constants(["mask", "n=3"])
        TypedConstants(constants=(('n', 3),), held=('mask',))
    """
    if not isinstance(value, dict):
        texts = [read_text(text) for text in (value if isinstance(value, list) else [value])]
        return read_typed_constants(texts)
    constants: dict[str, object] = {}
    for key, item in value.items():
        name = variable_name(key)
        if name in constants:
            raise CaseError(f"the constant `{name}` is given twice")
        constants[name] = _constant(item)
    return TypedConstants(tuple(constants.items()), ())


def _constant(value: object) -> object:
    if isinstance(value, NumberText):
        return read_value(value.removeprefix("+"))
    if isinstance(value, str):
        return read_value(read_text(value))
    if isinstance(value, list):
        return tuple(map(_constant, value))
    if value is None or isinstance(value, bool):
        return value
    raise wrong_type(value, "a number, a string, true, false, or a list of these")


def read_gradients(value: object) -> tuple[tuple[str, str], ...]:
    """Read `gradient`: for each argument what the backward pass is meant to return.

    Raises:
        CaseError: for anything but a table of strings.

    Example:
        >>> read_gradients({"x": "g*(abs(x) <= 1)"})
        (('x', 'g*(abs(x) <= 1)'),)
    """
    if not isinstance(value, dict):
        raise wrong_type(value, 'a table such as { x = "g*(abs(x) <= 1)" }')
    return tuple((variable_name(name), str(_formula(text))) for name, text in value.items())


def _formula(value: object) -> str:
    return str(value) if isinstance(value, NumberText) else read_text(value)


def read_truth(value: object) -> bool:
    """Read true or false; CaseError for anything else."""
    if not isinstance(value, bool):
        raise wrong_type(value, "true or false")
    return value
