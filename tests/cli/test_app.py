"""The commands from end to end, with the real check."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from results import row
from typer.testing import CliRunner

from derivcheck.language.table import FUNCTIONS
from derivcheck.model import Case, Result
from derivcheck_cli.app import app
from derivcheck_cli.commands import batch, check, devices, functions
from derivcheck_cli.commands.completion import COMPLETES, SHELLS

PYTHON = [sys.executable, "-m", "derivcheck_cli"]


def run(*args: str, code: int = 0, stdin: str | None = None) -> Any:
    """Run the command line and look at its exit code."""
    result = CliRunner().invoke(app, args, input=stdin)
    assert code == result.exit_code, result.output
    return result


def test_the_first_command_of_the_readme() -> None:
    """The example that the project started from, to the letter."""
    wanted = """\
f(x) = x**2 + 2*x + 1   at x = 2   float64 · cpu · reverse
           formula    symbolic    autograd    error    status
  f        —          9           9.0         0 ulp    ✓ match
  df/dx    2*x + 2    6           6.0         0 ulp    ✓ match
"""
    assert wanted == run("x**2 + 2*x + 1", "--at", "x=2").stdout


def test_a_wrong_claim_fails() -> None:
    """Exit code 1, and the row says why."""
    result = run("-x**2", "--at", "x=1", "--claim", "-3*x", code=1)
    assert "✗ wrong-formula" in result.stdout
    assert "claim df/dx" in result.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["x**", "--at", "x=1"], "error: the expression ends where an operand is due\n    x**\n       ^\n"),
        (["x*y", "--at", "x=1"], "error: the point has no value for `y`"),
        (["x", "--at", "x=1,y=2"], "error: the expression has no variable `y`"),
        (["x", "--at", "x=1", "--device", "cuda:99"], "error: there is no device `cuda:99` here; there is `cpu`"),
        (["batch", "-", "--device", "cuda:99"], "error: there is no device `cuda:99` here; there is `cpu`"),
    ],
)
def test_a_users_error_is_one_message_on_stderr(args: list[str], message: str) -> None:
    """Exit code 2, and nothing on stdout."""
    result = run(*args, code=2)
    assert result.stderr.startswith(message)
    assert ("", 1) == (result.stdout, result.stderr.count("error:"))


def test_json_is_strict_and_whole() -> None:
    """An error is a row as well, and its message is on stderr too."""
    sound, broken = run("log(x)", "--at", "x=-1", "--format", "json"), run("x+", "--format", "json", code=2)
    documents = [json.loads(result.stdout, parse_constant=pytest.fail) for result in (sound, broken)]
    assert [1, 1] == [document["schema"] for document in documents]
    assert ["nan", -1.0] == [item["autograd"] for item in documents[0]["results"]]
    assert ["error"] == [item["status"] for item in documents[1]["results"]]
    assert {"cases": 1, "results": 1, "by_status": {"error": 1}, "exit_code": 2} == documents[1]["summary"]
    assert broken.stderr.startswith("error: ")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A sound file, one with broken cases, and one with a failing case."""
    texts = {
        "good.toml": '[[case]]\nname = "square"\nexpr = "x**2"\nat = { x = 0.1 }\n',
        "mixed.jsonl": '{"expr": "x", "at": {"x": 1}}\n{"exp": 1}\n{"expr": "x+", "at": {}}\n',
        "lies.csv": 'name,expr,at,derivative.x\nlie,x**2,"x=1;x=2",3*x\ntrue,x**2,x=1,2*x\n',
        "known.toml": '[[case]]\nexpr = "x"\nat = { x = 1 }\nderivative = { x = 2 }\n'
        'expect = "wrong-formula"\nwhy = "a lie"\n',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return {name.partition(".")[0]: str(tmp_path / name) for name in texts}


def test_a_batch_is_silent_about_what_passes(files: dict[str, str]) -> None:
    """But for the tally."""
    assert "1 case: 1 pass\n  ✓ match  2\n" == run("batch", files["good"]).stdout


def test_a_batch_goes_on_after_what_is_broken(files: dict[str, str]) -> None:
    """An absent file, a wrong key and a wrong expression are an error each; every other case is run."""
    result = run("batch", "absent.toml", files["mixed"], files["good"], code=2)
    assert [
        "error: absent.toml: there is no such file",
        f"error: {files['mixed']}:2 (exp): unknown key 'exp'",
        f"error: {files['mixed']}:3: the expression ends where an operand is due",
    ] == [line.replace(" (expr)", "") for line in result.stderr.splitlines() if line.startswith("error:")]
    assert result.stdout.startswith("4 cases: 2 pass, 2 error, and 1 file in error\n")


def test_a_failing_case_is_shown(files: dict[str, str]) -> None:
    """With its name, its place, its point and the row that fails, and no other row."""
    result = run("batch", files["lies"], code=1)
    lines = result.stdout.splitlines()
    assert f"✗ wrong-formula  lie  ({files['lies']}:2)" == lines[0]
    assert ["at x = 1", "at x = 2"] == [part for line in lines for part in line.split("   ") if part.startswith("at ")]
    assert "✓" not in "".join(lines[:-4])
    assert "2 cases: 1 pass, 1 fail" in lines


def test_what_is_expected_passes(files: dict[str, str]) -> None:
    """And is counted."""
    assert run("batch", files["known"]).stdout.startswith("1 case: 1 pass (1 as expected)\n")


def test_verbose_shows_what_passes_and_quiet_nothing_but_the_tally(files: dict[str, str]) -> None:
    """-v and -q."""
    loud = run("batch", "-v", files["good"]).stdout
    assert f"✓ match  square  ({files['good']}:1)" in loud
    assert "x = 0.1 → 0.10000000000000001 (float64)" in loud
    assert "2 cases: 1 pass, 1 fail" == run("batch", "-q", files["lies"], code=1).stdout.splitlines()[0]


def test_the_command_line_wins_over_the_file(files: dict[str, str]) -> None:
    """For dtype and mode."""
    lines = run(
        "batch", files["good"], "--dtype", "float32", "--mode", "forward", "--format", "jsonl"
    ).stdout.splitlines()
    assert {("float32", "forward")} == {(item["dtype"], item["mode"]) for item in map(json.loads, lines)}


def test_patterns_are_expanded_and_results_are_streamed_as_lines(files: dict[str, str]) -> None:
    """A pattern in quotes, and a line a result."""
    pattern = str(Path(files["good"]).parent / "*.toml")
    lines = run("batch", pattern, "--format", "jsonl").stdout.splitlines()
    assert ["square", "square", f"{files['known']}:1"] == [json.loads(line)["case"] for line in lines][:3]


def test_standard_input_is_a_file() -> None:
    """A line a case, or JSON Lines."""
    assert "1 case: 1 pass" in run("batch", "-", stdin="x**2 @ x=3\n").stdout
    assert "1 case: 1 pass" in run("batch", "-", stdin='{"expr": "x**2", "at": {"x": 3}}\n').stdout


def test_nothing_to_check_is_exit_5() -> None:
    """An empty file is no pass."""
    assert "error: nothing to check" in run("batch", "-", stdin="", code=5).stderr


def test_strict_and_exit_zero() -> None:
    """log(-1) warns, a lie fails."""
    run("log(x)", "--at", "x=-1")
    run("log(x)", "--at", "x=-1", "--strict", code=3)
    run("log(x)", "--at", "x=-1", "--strict", "--exit-zero")
    run("x", "--at", "x=1", "--claim", "2", "--exit-zero")


def test_a_bug_in_one_case_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an error row, a message that asks for a report, exit code 4, and a traceback only with -v."""

    def check_points(case: Case) -> list[Result]:
        if case.expr == "boom":
            raise ZeroDivisionError("tensor of lies")
        return [row(case=case)]

    monkeypatch.setattr("derivcheck.running.work.check_points", check_points)
    terse, verbose = (
        run("batch", "-", "--jobs", "0", *options, stdin="x\nboom\ny\n", code=4) for options in ([], ["-v"])
    )
    assert "3 cases: 2 pass, 1 error" in terse.stdout
    assert "internal error: <stdin>:2: " in terse.stderr
    assert "tensor of lies" in terse.stderr
    assert "please report it" in terse.stderr
    assert "Traceback" not in terse.output
    assert "Traceback" in verbose.stderr


def test_a_bug_outside_of_the_cases_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 4, without a traceback."""
    monkeypatch.setattr("derivcheck_cli.commands.check.merge_assignments", lambda _: 1 / 0)
    result = run("x", code=4)
    assert result.stderr.startswith("error: internal error: ZeroDivisionError: division by zero\n")
    assert "Traceback" not in result.output


def test_ctrl_c_ends_with_what_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    """The document is closed, how far the run came is said, and the exit code is SIGINT's."""

    def check_points(case: Case) -> list[Result]:
        if case.expr == "y":
            raise KeyboardInterrupt
        return [row(case=case)]

    monkeypatch.setattr("derivcheck.running.work.check_points", check_points)
    result = run("batch", "-", "--jobs", "0", "--format", "json", stdin="x\ny\nz\n", code=130)
    summary = json.loads(result.stdout)["summary"]
    assert ("interrupted after 1 case\n", 1, True) == (result.stderr, summary["results"], summary["interrupted"])


def test_an_interrupted_run_says_how_far_it_came(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of how many cases, and how it is gone on with, where its results were kept."""

    def check_points(case: Case) -> list[Result]:
        if case.expr == "y":
            raise KeyboardInterrupt
        return [row(case=case)]

    monkeypatch.setattr("derivcheck.running.work.check_points", check_points)
    file, kept = tmp_path / "many.txt", tmp_path / "kept.jsonl"
    file.write_text("# a comment\n" + "x @ x=1\n" * 1200 + "\ny @ y=1\n" * 800)
    result = run("batch", str(file), "--jobs", "0", code=130)
    assert "interrupted after 1,200 of 2,000 cases\n" == result.stderr
    assert result.stdout.startswith("1,200 cases: 1,200 pass (interrupted)\n")
    result = run("batch", str(file), "--jobs", "0", "--output", str(kept), code=130)
    told = "interrupted after 1,200 of 2,000 cases; the same command with --resume goes on from there\n"
    assert told == result.stderr
    monkeypatch.setattr("derivcheck.checking.one_point.check_case", check_points)
    assert "interrupted\n" == run("y", "--at", "y=1", code=130).stderr


def test_a_name_that_two_cases_have_is_warned_about(tmp_path: Path) -> None:
    """With both lines; of many the first three. Files may have names in common."""
    (tmp_path / "a.jsonl").write_text('{"name": "n", "expr": "x", "at": {"x": 1}}\n' * 6)
    (tmp_path / "b.toml").write_text('[[case]]\nname = "n"\nexpr = "x"\nat = { x = 1 }\n')
    result = run("batch", str(tmp_path / "a.jsonl"), str(tmp_path / "b.toml"), "--jobs", "0")
    told = result.stderr.splitlines()
    assert (
        f"warning: {tmp_path / 'a.jsonl'}:2: the case on line 1 is called 'n', too: give each a name of its own"
        == (told[0])
    )
    assert ["warning: more names are given twice"] == told[3:]


HELP = ["batch", "check", "function", "functions", "report", "schema", "devices", "completion", "help", "trust"]


@pytest.mark.parametrize("command", HELP)
def test_help_of_a_command_in_a_word(command: str) -> None:
    """`derivcheck help batch` is `derivcheck batch --help`, which has none of Typer's marks of types."""
    assert not [mark for mark in ("{", "<str>", "<list") if mark in run(command, "--help").stdout]
    assert run(command, "--help").stdout == run("help", command).stdout


def test_help_in_a_word_and_as_an_expression() -> None:
    """`derivcheck help` is `--help`; a variable of that name is checked by `check`."""
    assert run("--help").stdout == run("help").stdout
    assert "df/dhelp" in run("check", "help", "--at", "help=2").stdout
    assert "error: unknown command 'btch'\n  hint: did you mean 'batch'?\n" == run("help", "btch", code=2).stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_prints_a_script(shell: str) -> None:
    """For each shell; another one is an error."""
    script = run("completion", shell).stdout
    assert "derivcheck" in script
    assert COMPLETES in script
    assert "unknown shell 'tcsh'" in run("completion", "tcsh", code=2).stderr


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("derivcheck ba", ["batch"]),
        ("derivcheck batch --form", ["--format"]),
        ("derivcheck batch --format ", ["text", "json", "jsonl", "github"]),
        ("derivcheck batch --mode reverse,fu", ["reverse,func"]),
        ("derivcheck -x**2 --dt", ["--dtype"]),
        ("derivcheck x*y --at x=1 --dtype b", ["bfloat16"]),
        ("derivcheck help func", ["function", "functions"]),
        ("derivcheck completion z", ["zsh"]),
    ],
)
def test_a_shell_completes_commands_options_and_values(words: str, found: list[str]) -> None:
    """As bash asks for it, and neither torch, SymPy nor Arb is loaded for it."""
    code = (
        "import sys; sys.argv = ['derivcheck']\n"
        "from derivcheck_cli.start import main\n"
        "try: main()\n"
        "except SystemExit: print(sorted({'torch', 'sympy', 'flint'} & set(sys.modules)))"
    )
    typed = words.split(" ")
    environ = {**os.environ, COMPLETES: "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(typed) - 1)}
    told = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True).stdout
    assert [*found, "[]"] == told.split()


@pytest.mark.parametrize("columns", ["0", "1", "5", "50", "80"])
def test_every_width_has_sensible_text(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    """A status is whole, and an error is told, whatever COLUMNS says."""
    monkeypatch.setenv("COLUMNS", columns)
    text = run("u*v*w + (u*v)**2", "--at", "u=2,v=1.3,w=0.1", "--claim", "7", code=1).stdout
    lines = text.splitlines()
    assert max(map(len, lines)) <= max(30, int(columns)) or columns == "0"
    assert 4 == sum("✓ match" in line for line in lines)
    assert 1 == sum("✗ wrong-formula" in line for line in lines)
    assert "6.8900000000000004735" in "".join(text.split())
    assert run("x+", code=2).stderr.startswith("error: the expression ends where an operand is due\n    x+\n      ^\n")


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    """`| head -1`, in a process of its own."""
    (tmp_path / "many.txt").write_text("x @ x=1\n" * 2000)
    arguments = [*PYTHON, "batch", str(tmp_path / "many.txt"), "--format", "jsonl"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b'{"schema": 1, "case"')
        process.stdout.close()
        assert (b"", 141) == (process.stderr.read(), process.wait(60))


@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], ["check", "--help"], ["batch", "--help"], ["functions"], []]
)
def test_what_needs_no_check_loads_neither_torch_nor_sympy(args: list[str]) -> None:
    """It answers at once."""
    program = f"""
import sys
from derivcheck_cli.app import app
try:
    app({args!r})
except SystemExit:
    print(sorted({{"torch", "sympy", "flint", "numpy"}} & sys.modules.keys()), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "[]" == done.stderr.splitlines()[-1]


def test_the_version_is_the_packages() -> None:
    """One place says which it is."""
    assert f"derivcheck {version('derivcheck')}\n" == run("--version").stdout


@pytest.mark.parametrize("command", [check, batch, devices, functions])
def test_the_help_of_each_command_shows_an_example(command: Any) -> None:
    """One that can be copied."""
    name = command.__name__.rpartition(".")[2]
    examples = [line.strip() for line in command.EXAMPLES.splitlines() if "derivcheck" in line]
    assert examples
    assert all(line in run(name, "--help").stdout for line in examples)


def test_the_functions_are_searchable() -> None:
    """By name, alias, meaning and group; every row is there without a pattern."""
    everything = run("functions").stdout
    assert all(function.signature in everything for function in FUNCTIONS)
    assert "sigmoid(x)" in run("functions", "EXPIT").stdout
    assert "pi" not in run("functions", "expit").stdout.split()
    assert "hint: did you mean tanh?" in run("functions", "tanhh", code=2).stderr


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_functions_fit_the_screen(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """As far as their names do, beside which the meaning has 24 columns at least; none of them is cut."""
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("functions").stdout.splitlines()
    names = max(len(function.signature) for function in FUNCTIONS)
    assert max(map(len, lines)) <= max(width, 2 + names + 2 + 24)
    text = " ".join(" ".join(lines).split())
    assert all(alias in text for function in FUNCTIONS for alias in function.aliases)


def test_the_devices_are_listed() -> None:
    """The CPU is always there."""
    assert any(line.split()[0] == "cpu" and "bfloat16" in line for line in run("devices").stdout.splitlines())
