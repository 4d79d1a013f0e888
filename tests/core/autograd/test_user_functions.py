"""Finding a user's own function by its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import own_functions
import pytest
import torch

from derivcheck.api import OwnCode, check
from derivcheck.autograd.user_functions import as_user_function, load
from derivcheck.errors import UserFunctionError

FILE = str(Path(own_functions.__file__))


def test_a_function_of_a_file_is_applied() -> None:
    """A Function is called by its apply."""
    loaded = load(f"{FILE}:SQ")
    assert 4.0 == loaded([torch.tensor(2.0)]).item()
    assert loaded.written is not None
    assert "SQ" == loaded.written.__name__


@pytest.mark.parametrize("name", ["scale", "Scale", "make_scale"])
def test_a_module_a_class_of_modules_and_a_factory(name: str) -> None:
    """Each of them ends as a module, whose parameters follow the format."""
    loaded = load(f"{FILE}:{name}")
    assert loaded.module is not None
    assert torch.float64 is loaded.on(torch.float64, "cpu")([torch.tensor(2.0, dtype=torch.float64)]).dtype
    assert torch.float32 is next(loaded.module.parameters()).dtype


def test_a_dotted_module() -> None:
    """What is installed is found by its dotted name."""
    assert 0.0 == load("torch.nn.functional:silu")([torch.tensor(0.0)]).item()


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("SQ", "does not name a function"),
        ("nowhere.py:SQ", "there is no file nowhere.py"),
        ("no_such_package.mine:f", "there is no module no_such_package.mine"),
        (f"{FILE}:SX", "did you mean"),
        (f"{FILE}:a_number", "a int, no function"),
        (f"{FILE}:NeedsArguments", "cannot be made without arguments"),
    ],
)
def test_what_cannot_be_loaded_says_why(target: str, told: str) -> None:
    """Every failure is an error of ours that ends with what to do."""
    with pytest.raises(UserFunctionError, match=told) as caught:
        load(target)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["1/0", "raise SystemExit(3)", "def f(:"])
def test_a_file_that_raises(tmp_path: Path, text: str) -> None:
    """What the file raises, an exit included, is quoted."""
    file = tmp_path / "broken.py"
    file.write_text(text)
    with pytest.raises(UserFunctionError, match="raised"):
        load(f"{file}:f")


def test_what_is_no_tensor_is_refused() -> None:
    """A tuple and an array are told apart from a tensor."""
    x = torch.tensor(1.0)
    with pytest.raises(UserFunctionError, match=r"a tuple, not a tensor"):
        as_user_function(own_functions.pair)([x])
    with pytest.raises(UserFunctionError, match=r"numpy.ndarray, not a tensor"):
        as_user_function(own_functions.as_numpy)([torch.ones(2)])
    with pytest.raises(UserFunctionError, match=r"\(3,\) for inputs of the shape \(\)"):
        as_user_function(own_functions.wrong_shape)([x])


def test_the_arguments_that_are_no_tensors_are_known_by_their_annotation() -> None:
    """`n: int`, as a type or, where annotations are postponed, as a text."""
    assert {"n": "int"} == load(f"{FILE}:Power").signature.plain
    assert {} == load(f"{FILE}:Product").signature.plain

    def scaled(x, factor: float, name: str = ""):  # type: ignore[no-untyped-def]
        return factor * x if name else x

    assert {"factor": "float", "name": "str"} == as_user_function(scaled).signature.plain


@pytest.mark.parametrize(("shape", "returned"), [((), ()), ((1,), (1,)), ((3,), (3,)), ((2, 3), (2, 3))])
def test_what_takes_no_0d_tensors_is_lifted(shape: tuple[int, ...], returned: tuple[int, ...]) -> None:
    """Single numbers go through in the shape (1,), and come back without a dimension; batches are left alone."""
    lifted = replace(load(f"{FILE}:at_least_a_vector"), lifts=True)
    assert returned == lifted([torch.zeros(shape)]).shape
    assert returned == lifted.on(torch.float64, "cpu")([torch.zeros(shape)]).shape


@pytest.mark.parametrize(
    ("shapes", "common"),
    [([(), (3,)], (3,)), ([(2, 1), (1, 3)], (2, 3)), ([(1,), (2, 3)], (2, 3)), ([(0,), (1,)], (0,)), ([(4,)], (4,))],
)
def test_arguments_are_broadcast_as_torch_does(shapes: list[tuple[int, ...]], common: tuple[int, ...]) -> None:
    """The result has the common shape; nothing of torch.fx is imported to find it."""
    added = as_user_function(lambda *xs: sum(xs[1:], xs[0]))
    assert common == added([torch.zeros(shape) for shape in shapes]).shape
    assert torch.broadcast_shapes(*shapes) == common
    wrong = as_user_function(lambda *xs: torch.zeros(7, *common) + 0 * xs[0].sum())
    with pytest.raises(UserFunctionError, match="the function returned the shape"):
        wrong([torch.zeros(shape) for shape in shapes])


def test_random_numbers_in_an_expression_are_an_error() -> None:
    """Rounding cannot explain them, though its measure would: the function is not the same twice."""
    functions: dict[str, OwnCode] = {"noisy": {"torch": own_functions.noisy, "formula": "sin(x)"}}
    found = check("3*noisy(x)**2", at={"x": 1}, functions=functions)
    assert "error" == found.status.label
    assert "it draws from torch" in str(found)
