"""Functions of the user's own in a TOML file: constants, what is held, declared gradients, domains.

Covers also: posing_fields.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensor_functions_posing as functions

from derivcheck.case_files import read_cases
from derivcheck.case_files.unreadable import Unreadable
from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, Status
from derivcheck.model.constants import NamedType
from derivcheck.own_functions.checking import check_list

FILE = Path(functions.__file__)


def read(folder: Path, text: str) -> list[Case | Unreadable]:
    """The cases of a file beside the functions."""
    path = folder / "cases.toml"
    (folder / "mine.py").write_text(FILE.read_text(encoding="utf-8"), encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    return list(read_cases(str(path), allow_code=True))


def test_every_key_arrives(tmp_path: Path) -> None:
    """In the declaration, and in the case of its check list."""
    (case,) = read(
        tmp_path,
        """
[functions.mine]
torch = "mine.py:reduced"
formula = "sum((x - target)^2*n)"
args = ["x", "target"]
const = { n = 3, eps = 1e-5, reduction = "sum", weight = "None", dims = [0, -1], dtype = "torch.float32", flag = true }
held = "target"
gradient = { x = "g*2*(x - target)" }
linear = true
domain = "x > 0"
seed = 5
at = { x = [1, 2], target = "randn(2)" }
only = ["forward"]
""",
    )
    assert isinstance(case, Case)
    (own,) = case.functions
    due = {"n": 3, "eps": 1e-5, "reduction": "sum", "weight": None, "dims": (0, -1)}
    assert {**due, "dtype": NamedType("float32"), "flag": True} == dict(own.constants)
    assert (("target",), 5, ("x", "target")) == (case.const, case.seed, own.params)
    assert ((("x", "g*2*(x - target)"),), True, "x > 0") == (own.gradients, own.is_linear, own.domain)


def test_a_check_list_calls_by_names_unless_args_are_given(tmp_path: Path) -> None:
    """Power takes n first, and the formula names x first."""
    text = '[functions.mine]\ntorch = "mine.py:{}"\nformula = "x**n"\nconst = {{ n = 3 }}\n{}\nonly = "backward"\n'
    for name, status in (("Power", Status.MATCH), ("WrongPower", Status.MISMATCH)):
        for at in ("at = { x = 2 }", 'at = { x = 2 }\nargs = ["n", "x"]', "at = { x = [1, 2] }"):
            (case,) = read(tmp_path, text.format(name, at))
            assert isinstance(case, Case)
            assert [status] == [result.status for result in check_list(case)]


def test_an_expression_calls_a_function_with_its_constants(tmp_path: Path) -> None:
    """They are bound in the declaration; the call gives the tensors alone."""
    text = """
[functions.cube]
torch = "mine.py:{}"
formula = "x**n"
args = ["n", "x"]
const = "n=3"
[[case]]
expr = "cube(2*y) + y"
at = {{ y = 1.5 }}
"""
    for name, status in (("Power", Status.MATCH), ("WrongPower", Status.MISMATCH)):
        (case,) = read(tmp_path, text.format(name))
        assert isinstance(case, Case)
        assert status is max((result.status for result in check_case(case)), key=lambda found: found.rank)


def test_the_file_of_a_point_lies_beside_the_case_file(tmp_path: Path) -> None:
    """`@x.npy` from a folder that is not the working directory."""
    np.save(tmp_path / "x.npy", np.array([1.0, 2.0, 4.0]))
    text = '[functions.mine]\ntorch = "mine.py:moments"\nformula = "mean(x), mean(x^2)"\nat = { x = "@x.npy" }\n'
    (case,) = read(tmp_path, text + 'only = "forward,backward"\n')
    assert isinstance(case, Case)
    assert [Status.MATCH] * 2 == [result.status for result in check_list(case)]


@pytest.mark.parametrize(
    ("line", "message", "number"),
    [
        ("const = { n = { m = 3 } }", "a table, and should be a number", 4),
        ('const = { n = "null" }', "`null` is None in Python", 4),
        ('const = { n = "3 4" }', "no value of a constant", 4),
        ("const = 3", "should be a string", 4),
        ("gradient = 3", "should be a table", 4),
        ('gradient = { z = "g" }', "a gradient by `z` is declared", 4),
        ('gradient = { x = "g*(" }', "never closed", 4),
        ('linear = "no"', "should be true or false", 4),
        ("linear = false", "no gradient is declared", 4),
        ('domain = "x > 0"', "domain is about the check list, which needs points", 4),
        ("seed = -1", "seed", 4),
    ],
)
def test_what_is_wrong_has_its_line(tmp_path: Path, line: str, message: str, number: int) -> None:
    """File, line and key."""
    (read_case,) = read(tmp_path, f'[functions.mine]\ntorch = "mine.py:Power"\nformula = "x**2"\n{line}\n')
    assert isinstance(read_case, Unreadable)
    assert message in read_case.error.render()
    assert read_case.error.location is not None
    assert number == read_case.error.location.line
