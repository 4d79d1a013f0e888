"""`derivcheck function` with all that a function can be posed with, as users type it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tensor_functions_posing as own
from typer.testing import CliRunner

from derivcheck.own_functions.checking import check_list
from derivcheck_cli.app import app

FILE = str(Path(own.__file__))
X = "x=[[0.375, -1.25, 0.875], [1.5, -0.5, 0.25]]"
ONLY = ("--only", "forward,backward")


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Run the lists here: a child takes longer to start than they take. One test of the file goes through a child."""
    if request.function is not test_a_layer_norm_in_one_line:
        monkeypatch.setattr("derivcheck.own_functions.in_child.check_in_child", lambda case, **_: check_list(case))


def run(*args: str) -> tuple[int, str]:
    """The exit code, and what is written."""
    result = CliRunner().invoke(app, ["function", *args, *ONLY])
    return result.exit_code, result.output


@pytest.mark.usefixtures("warm")
def test_a_layer_norm_in_one_line() -> None:
    """Constants and order; the first line shows them."""
    at = f"{X}; gamma=[1.5, -0.75, 0.5]; beta=zeros(3)"
    layer = ("--formula", own.LAYER_NORM, "--at", at, "--const", "eps=1e-5", "--args", "x,gamma,beta,eps")
    code, text = run(f"{FILE}:LayerNorm", *layer)
    assert (0, True) == (code, "with eps = 1e-05" in text)
    assert 1 == run(f"{FILE}:ForgetsEps", *layer)[0]


def test_json_says_how_a_function_was_posed() -> None:
    """The key `function`, with what was given and nothing else."""
    clip = ("--formula", "x", "--gradient", "x: clamp(g, -1, 1)", "--nonlinear", "--domain", "x > 0")
    code, text = run(f"{FILE}:Clip", *clip, "--at", "x=[1, 2]", "--format", "json")
    rows = json.loads(text)["results"]
    assert 0 == code
    posed = {"gradient": {"x": "clamp(g, -1, 1)"}, "linear": False, "domain": "x > 0"}
    assert [posed, posed] == [row["function"] for row in rows]


def test_a_module_holds_what_the_formula_names() -> None:
    """Its parameters, its buffer and its eps; another weight by the point."""
    assert 0 == run(f"{FILE}:RMSNorm", "--formula", own.RMS_NORM, "--at", X)[0]
    assert 0 == run(f"{FILE}:RMSNorm", "--formula", own.RMS_NORM, "--at", f"{X}; weight=[1, 2, 3]")[0]
    code, text = run(f"{FILE}:RMSNorm", "--formula", own.RMS_NORM.replace("shift", "shift + gain"), "--at", X)
    assert 2 == code
    assert "gain\n" in text  # the caret's line
    assert "^^^^" in text


def test_a_number_is_checked_with_a_constant_and_at_several_points() -> None:
    """`--at` in several pieces: those that give the same are points, the others belong to each."""
    power = (f"{FILE}:Power", "--formula", "k*x**n", "--const", "n=3")
    assert 0 == run(f"{FILE}:Power", "--formula", "x**n", "--const", "n=3", "--at", "x=2; x=-1.5")[0]
    code, text = run(*power, "--at", "x=2; x=-1.5", "--at", "k=1")
    assert (2, True) == (code, "the function has no argument `k`" in text)
    code, text = run(*power, "--at", "x=2", "--at", "x=3,k=1")
    assert (2, True) == (code, "the points give different variables: x and x, k" in text)


def test_a_name_alone_is_held_and_words_are_words() -> None:
    """The target has no gradient asked of it."""
    formula = "v = (x - target)^2; sum(v) if reduction == 'sum' else mean(v)"
    at = ("--at", "x=[1, 2]; target=[0.5, 3]")
    code, text = run(f"{FILE}:reduced", "--formula", formula, *at, "--const", "reduction=sum, target")
    assert (0, True) == (code, "with reduction = 'sum'   target held" in text)


def test_points_in_files_and_seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the working directory; another seed gives other numbers."""
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", np.array([[1.0, 2.0], [3.0, -4.0]]))
    assert 0 == run(f"{FILE}:moments", "--formula", "mean(x), mean(x^2)", "--at", "x=@x.npy")[0]
    told = [
        run(f"{FILE}:moments", "--formula", "mean(x), mean(x)", "--at", "x=randn(3)", "--seed", seed)[1]
        for seed in "01"
    ]
    assert told[0] != told[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--at", "x=2"), "the function takes `n`, which nobody gave"),
        (("--at", "x=2", "--const", "n=true"), "`true` is True in Python"),
        (("--at", "x=2", "--const", "n=3", "--gradient", "g"), "does not say by which argument"),
        (("--at", "x=2", "--const", "n=3", "--gradient", "x: 3*g*("), "a bracket is opened and never closed"),
        (("--at", "x=2", "--const", "n=3", "--gradient", "y: g"), "a gradient by `y` is declared"),
        (("--at", "x=2", "--const", "n=3", "--nonlinear"), "no gradient is declared that could be nonlinear"),
        (("--at", "x=2", "--const", "n=3", "--domain", "x"), "a condition compares"),
        (("--at", "x=2", "--const", "n=3", "--args", "x,m"), "nothing is given for the argument `m`"),
        ((), "there is no point to check the function at"),
    ],
)
def test_wrong_usage_is_one_error(options: tuple[str, ...], message: str) -> None:
    """Exit code 2, and what to do."""
    code, text = run(f"{FILE}:Power", "--formula", "x**n", *options)
    assert (2, True) == (code, message in text), text
    assert "hint:" in text or "^" in text


def test_the_help_fits_eighty_columns() -> None:
    """Every line of it."""
    text = CliRunner().invoke(app, ["function", "--help"], env={"COLUMNS": "80"}).output
    assert all(len(line) <= 80 for line in text.splitlines()), max(text.splitlines(), key=len)


def test_a_call_that_does_not_fit_says_how_it_was_called() -> None:
    """torch.pow shows no arguments, and has no `n`."""
    code, text = run("torch:pow", "--formula", "x**n", "--at", "x=2", "--const", "n=3")
    assert 2 == code
    assert "called with (x, n=3): --args names its arguments" in " ".join(text.split())
    assert 0 == run("torch:pow", "--formula", "x**n", "--at", "x=2", "--const", "n=3", "--args", "x,n")[0]


def test_a_formula_may_name_a_modules_attribute_where_no_variable_may_stand(tmp_path: Path) -> None:
    """Only whoever has loaded the module can read it; what is no formula has its caret even so."""
    (tmp_path / "mine.py").write_text("import torch\n\n\ndef make():\n    return torch.nn.LayerNorm(3)\n")
    layer = (f"{tmp_path / 'mine.py'}:make", "--at", "x=randn(2, 3)", "--formula")
    assert 0 == run(*layer, "layer_norm(x, normalized_shape, weight, bias, eps)")[0]
    code, text = run(*layer, "layer_norm(x, normalized_shape, weight, bias, eps")
    assert (2, True, True) == (code, "a bracket is opened and never closed" in text, "^" in text)
