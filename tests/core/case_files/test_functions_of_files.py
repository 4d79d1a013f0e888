"""Functions that case files declare: their code runs only where it may, and then in any expression of the file."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import own_functions
import pytest
from typer.testing import CliRunner

from derivcheck.case_files import Unreadable, read_cases
from derivcheck.errors import DerivcheckError
from derivcheck.model import Case, Checklist, Severity, Status
from derivcheck.numbers import DType
from derivcheck.reporting.outcomes.expect import judge
from derivcheck.running.chunk_checking import check_safely
from derivcheck.settings import Command, resolve
from derivcheck.settings.project import read as read_project
from derivcheck.settings.trusted_projects import set_trust
from derivcheck_cli.app import app

SQ = '[functions.sq]\ntorch = "own_functions.py:SQ"\nformula = "i**2"\n'
CHAINED = '[[case]]\nname = "chained"\nexpr = "3*sq(x) + 1"\nat = { x = 2 }\n'
OTHER = '[[case]]\nexpr = "x**2"\nat = { x = 2 }\n'

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a TOML file beside a copy of the tests' own functions, and return its path."""

    def write_file(*texts: str) -> str:
        shutil.copy(own_functions.__file__, tmp_path)
        path = tmp_path / "mine.toml"
        path.write_text("\n".join(texts))
        return str(path)

    return write_file


def read(path: str) -> list[Case]:
    """The cases of a file whose code may run, all of them sound."""
    items = list(read_cases(path, allow_code=True))
    assert [] == [item.error.render() for item in items if isinstance(item, Unreadable)]
    return [item for item in items if isinstance(item, Case)]


def errors(path: str, *, allow_code: bool = True) -> list[str]:
    """What cannot be read of a file, without its folder."""
    found = [item for item in read_cases(path, allow_code=allow_code) if isinstance(item, Unreadable)]
    return [item.error.render().replace(str(Path(path).parent), "").lstrip("/") for item in found]


def run(*args: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `derivcheck batch`."""
    result = CliRunner().invoke(app, ["batch", *args])
    return result.exit_code, result.stdout, result.stderr


def test_code_does_not_run_unless_it_may(write: Write) -> None:
    """The file is one error, with its line and what to do, and not even what needs no code is checked."""
    path = write(OTHER, SQ, CHAINED)
    (item,) = read_cases(path)
    assert isinstance(item, Unreadable)
    assert 5 == item.location.line
    code, out, err = run(path, "--no-allow-code")
    assert 2 == code
    assert "1 case: 1 error" in out
    assert "mine.toml:5: [functions.sq] runs the code of own_functions.py:SQ, which has not been allowed" in err
    assert "--allow-code" in err
    assert "allow-code = true" in err


def test_expressions_call_it_where_it_may(write: Write) -> None:
    """SQ is wrong in a chain; the declaration may stand anywhere in the file."""
    path = write(OTHER, CHAINED, SQ)
    code, out, _ = run(path, "--allow-code", "--format", "json")
    assert 1 == code
    rows = {(row["case"], row["what"]): row for row in json.loads(out)["results"]}
    assert "match" == rows["chained", "value"]["status"]
    assert ("mismatch", "6*x", 4.0) == tuple(
        rows["chained", "derivative"][key] for key in ("status", "formula", "autograd")
    )


def test_a_case_carries_what_a_worker_needs(write: Write) -> None:
    """It survives pickling and knows the code's place absolutely, wherever the worker is at home."""
    _, case = read(write(OTHER, SQ, CHAINED))
    again: Case = pickle.loads(pickle.dumps(case))
    assert case == again
    (own,) = again.functions
    assert Path(str(own.code).rpartition(":")[0]).is_absolute()
    assert [Status.MATCH, Status.MISMATCH] == [result.status for result in check_safely(again)]


def test_with_points_it_is_a_case_its_check_list(write: Write) -> None:
    """An item a Result, the expectation about the worst of them, the skipped ones aside; defaults give the format."""
    text = SQ.replace("sq", "mine") + 'at = { i = 2 }\nonly = ["forward", "upstream", "compile"]\n'
    expecting = text + 'expect = "mismatch"\nwhy = "ignores grad_output"\n'
    (case,) = read(write('[defaults]\ndtype = "float32"\n', expecting))
    assert ("mine", "i**2", Checklist(only=("forward", "upstream", "compile")), DType.FLOAT32) == (
        case.name,
        case.expr,
        case.checklist,
        case.dtype,
    )
    results = list(check_safely(replace(case, checklist=Checklist(("forward", "upstream", "arguments")))))
    assert ["forward", "upstream", "arguments"] == [result.item for result in results]
    assert {"ignores grad_output"} == {result.diagnosis for result in results} - {None}
    assert Severity.PASS is judge(results[0].case, results).severity
    right = '[functions.sq]\ntorch = "own_functions.py:Mended"\nformula = "i**2"\nat = { i = 2 }\n'
    right += 'only = ["forward", "arguments"]\nexpect = "match"\n'
    code, out, _ = run(write(right), "--allow-code", "--strict")
    assert (0, True) == (code, "1 case: 1 pass (1 as expected)" in out)


def test_a_failing_list_is_shown_as_one(write: Write) -> None:
    """With the items that fail, their reasons, and the name of the mistake."""
    code, out, _ = run(write(SQ + 'at = { i = 2 }\nonly = "forward,upstream"\n'), "--allow-code")
    assert 1 == code
    assert "✗ mismatch  sq" in out
    assert "upstream    ✗ mismatch" in out
    assert "diagnosis: ignores grad_output" in out


def test_a_list_without_a_formula(write: Write) -> None:
    """It is read from the forward pass; an expression cannot call such a function."""
    text = '[functions.sq]\ntorch = "own_functions.py:SQ"\nat = { i = 2 }\nonly = "forward,upstream"\n'
    code, out, _ = run(write(text), "--allow-code")
    assert 1 == code
    assert "  formula (read from the forward pass): i**2" in out
    assert "diagnosis: ignores grad_output" in out
    code, out, err = run(write(text, '[[case]]\nexpr = "sq(x)"\nat = { x = 2 }\n'), "--allow-code")
    assert 2 == code
    assert "no function is called `sq`" in err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('torch = "own_functions.py:SQ"', "mine.toml:1: the function has no formula"),
        ('formula = "i**2"', "mine.toml:1: the function has no torch"),
        ('torch = "SQ"\nformula = "i"', "mine.toml:2 (torch): 'SQ' does not name a function"),
        ('torch = "no.py:SQ"\nformula = "i"', "mine.toml:2 (torch): there is no file no.py beside the case file"),
        ('torch = "own_functions.py:SQ"\nformula = "i**"', "mine.toml:3 (formula): the expression ends"),
        ('torch = "own_functions.py:SQ"\nformula = "a*i"\nargs = ["i"]', "mine.toml:3 (formula): the arguments of"),
        ('torch = "own_functions.py:SQ"\nformula = "i"\nsurrogat = "i"', "mine.toml:4 (surrogat): unknown key"),
        ('torch = "own_functions.py:SQ"\nformula = "i"\nonly = "forward"', "mine.toml:4 (only): only is about the"),
        ('torch = "own_functions.py:SQ"\nformula = "i"\nat = {i=1}\nexpect = "mismatch"', "must say why"),
    ],
)
def test_a_wrong_declaration_says_where(write: Write, text: str, told: str) -> None:
    """File, line, key, and what to write; the file's other cases still run."""
    path = write(f"[functions.sq]\n{text}\n", OTHER)
    (error,) = errors(path)
    assert told in error
    assert 1 == len([item for item in read_cases(path, allow_code=True) if isinstance(item, Case)])


def test_names_that_are_taken(write: Write) -> None:
    """Those of the table, those of the file, and those of a case's variables."""
    assert "`swish` is a function" in errors(write(SQ.replace("sq", "swish", 1)))[0]
    assert "`sq` is declared twice" in errors(write(SQ, SQ))[0]
    assert "`sq` is declared twice" in errors(write(SQ, OTHER, SQ))[0]
    clash = CHAINED.replace("x = 2", "x = 2, sq = 3")
    (case,) = read(write(SQ, clash))
    (result,) = check_safely(case)
    assert "`sq` is a variable of the point, and a function of your own" == result.verdict.reason


@pytest.mark.parametrize(
    ("name", "told"),
    [("nothing", "has no `nothing`"), ("a_number", "is a int, no function"), ("NeedsArguments", "a class")],
)
def test_code_that_is_not_there_is_an_error_of_the_case(write: Write, name: str, told: str) -> None:
    """With a list as in an expression."""
    text = SQ.replace("SQ", name)
    for case in [*read(write(text, CHAINED)), *read(write(text + "at = { i = 2 }\n"))]:
        (result,) = check_safely(case)
        assert Status.ERROR is result.status
        assert told in (result.verdict.reason or "")


def test_a_file_that_changes_is_run_again(write: Write) -> None:
    """Whoever mends it in a session that stays open sees the mended one."""
    path = write(SQ, CHAINED)
    (case,) = read(path)
    assert Status.MISMATCH is list(check_safely(case))[1].status
    file = Path(path).with_name("own_functions.py")
    file.write_text(file.read_text().replace("return 2 * i", "return grad_output * 2 * i"))
    assert Status.MATCH is list(check_safely(case))[1].status


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("[tool.derivcheck]\nallow-code = true\n", True),
        ("[tool.derivcheck]\nfiles = []\n", False),
        ("[tool.other]\n", False),
    ],
)
def test_a_project_may_allow_it(
    tmp_path: Path, text: str, allowed: bool, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The nearest pyproject.toml with settings says so, for its folders too, once its user trusts it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    (tmp_path / "pyproject.toml").write_text(text)
    (tmp_path / "below").mkdir()
    assert not resolve(Command.BATCH, environ={}, folder=tmp_path / "below").settings.allow_code
    assert allowed == resolve(Command.PYTEST, environ={}, folder=tmp_path / "below").settings.allow_code
    if (project := read_project(tmp_path / "pyproject.toml")) is not None:
        set_trust(project, trusted=True)
    assert allowed == resolve(Command.BATCH, environ={}, folder=tmp_path / "below").settings.allow_code


def test_a_project_that_says_neither(tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """`allow-code = "yes"` is an error of the file, and no permission."""
    path: Any = write(SQ, CHAINED)
    (tmp_path / "pyproject.toml").write_text('[tool.derivcheck]\nallow-code = "yes"\n')
    with pytest.raises(DerivcheckError, match="true or false"):
        resolve(Command.BATCH, environ={}, folder=tmp_path)
    monkeypatch.chdir(tmp_path)
    code, out, err = run(path)
    assert (2, "") == (code, out)
    assert "(allow-code): this is a string, and should be true or false" in err


HOSTILE = {
    "spins": "stopped after 1 s without an end",
    "dies": "its process died of exit code 7",
    "segfaults": "its process died of SIGSEGV",
    "eats": "stopped: it takes more memory than 300 MB",
    "interrupts": "its process died of exit code 130",
}


def test_functions_that_end_their_process_cost_no_other_case(write: Write) -> None:
    """Each is an error with its reason; the cases around them are right."""
    texts = [f'[functions.{name}]\ntorch = "own_functions.py:{name}"\nformula = "x**2"\n' for name in HOSTILE]
    texts.append(OTHER)
    for name in HOSTILE:
        texts += [f'[[case]]\nname = "{name}"\nexpr = "2*{name}(x)"\nat = {{ x = 2 }}\n']
    limits = ["--case-timeout", "1", "--case-memory", "300MB", "--jobs", "2"]
    code, out, err = run(write(*texts), "--allow-code", "--format", "json", *limits)
    assert 2 == code
    told = {row["case"]: row for row in json.loads(out)["results"] if row["status"] == "error"}
    assert HOSTILE == {name: told[name]["reason"] for name in HOSTILE}
    right = [row["status"] for row in json.loads(out)["results"] if row["case"] not in HOSTILE]
    assert ["match"] * 2 == right
    assert "hint: look at `dies`: code of your own that ends its process" in err
