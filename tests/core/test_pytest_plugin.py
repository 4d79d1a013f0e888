"""The pytest plug-in, in pytest runs of its own."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import own_functions
import pytest
from results import tensor

import derivcheck
from derivcheck import Status
from derivcheck.running import chunk_checking

GOOD = """
[[case]]
name = "good"
expr = "x**2"
at = { x = 2 }
derivative = { x = "2*x" }
"""
BAD = """
[[case]]
name = "bad"
expr = "x**3"
at = [{ x = 1.7 }, { x = 0 }]
derivative = { x = "3.0027*x**2" }
"""
NAMELESS = """
[[case]]
expr = "sin(x)"
at = { x = 1 }
"""
WARNS = """
[[case]]
name = "warns"
expr = "log(x)"
at = { x = -1 }
"""
CONVENTION = '[[case]]\nname = "kink"\nexpr = "abs(x)"\nat = {{ x = {x} }}\nexpect = "convention"\nwhy = "a kink"\n'

FUNCTION = '\n[functions.sq]\ntorch = "own_functions.py:SQ"\nformula = "i**2"\n'
CHAINED = '\n[[case]]\nname = "chained"\nexpr = "3*sq(x) + 1"\nat = { x = 2 }\n'

Run = Callable[..., pytest.RunResult]


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Load what the runs need: one in this process forgets its modules at its end, and torch and Arb load only once."""
    for expr in ("x**3", "sin(x)", "log(x)", "abs(x)", "sqrt(x)"):
        for x in (-1, 0, "1.7"):
            repr(derivcheck.check(expr, at={"x": x}, derivative={"x": "3.0027*x**2"}))


def write(pytester: pytest.Pytester, name: str, *cases: str) -> None:
    """Write a case file with these cases into the test's folder."""
    file = pytester.path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(cases), encoding="utf-8")


def test_an_item_a_case_and_the_table_as_failure_text(pytester: pytest.Pytester, run: Run) -> None:
    """Cases are named by name, or by file and line; a failure shows the table, its reasons, and no traceback."""
    write(pytester, "sub/derivcheck_a.toml", GOOD, BAD, NAMELESS)
    result = run("-v")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "sub/derivcheck_a.toml::good PASSED*",
            "sub/derivcheck_a.toml::bad FAILED*",
            "sub/derivcheck_a.toml::line 14 PASSED*",
            "sub/derivcheck_a.toml:8: x[*][*]3",
            "f(x) = x[*][*]3 * at x = 1.7*",
            "  claim df/dx *3.0027*wrong-formula",
            "    the claim gives 8.67780*",
            "FAILED sub/derivcheck_a.toml::bad - wrong-formula: the claim gives*",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "at x = 0" not in result.stdout.str(), "a point that passes is not shown"


def test_a_tensor_that_fails_shows_the_elements_that_fail(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With their addresses; the summary says how many there are."""
    rows = [tensor([Status.MISMATCH] * 7 + [Status.CONVENTION] * 5)]
    monkeypatch.setattr(chunk_checking, "check_safely", lambda case: [replace(row, case=case) for row in rows])
    write(pytester, "derivcheck_a.toml", BAD)
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "  df/dW    (4, 3) *4.5e+15 ulp at [[]0, 0]    ✗ 7 of 12 mismatch",
            "    also 5 convention",
            "    W[[]0, 1]  0.66666*  1.3333*  4.5e+15 ulp  ✗ mismatch",
            "    … and 2 more",
            "FAILED derivcheck_a.toml::bad - mismatch: 7 of 12 mismatch; W[[]0, 0]: torch's*",
        ]
    )


def test_json_lines(pytester: pytest.Pytester, run: Run) -> None:
    """JSON Lines by name; other names are not ours."""
    write(pytester, "derivcheck_b.jsonl", '{"name": "sq", "expr": "x**2", "at": {"x": 2}}\n')
    write(pytester, "other.toml", BAD)
    run().assert_outcomes(passed=1)


def test_expect_is_a_strict_xfail(pytester: pytest.Pytester, run: Run) -> None:
    """The expected status passes; any other fails and says so, a match included."""
    write(pytester, "derivcheck_holds.toml", CONVENTION.format(x=0))
    write(pytester, "derivcheck_heals.toml", CONVENTION.format(x=1))
    result = run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["expected convention, found match", "FAILED derivcheck_heals.toml::kink - expected convention, found match"]
    )
    result.stdout.fnmatch_lines(["*df/dx*match"])


def test_what_cannot_be_read_or_run_fails_with_its_place(pytester: pytest.Pytester, run: Run) -> None:
    """An unknown key, a formula that is none, a missing coordinate: items that fail; the others run."""
    write(
        pytester,
        "derivcheck_c.toml",
        GOOD,
        '[[case]]\nname = "key"\nexpr = "x"\nat = { x = 1 }\nexpct = "match"\n',
        '[[case]]\nname = "text"\nexpr = "1/2x"\nat = { x = 1 }\n',
        '[[case]]\nname = "point"\nexpr = "x*y"\nat = { x = 1 }\n',
        '[[case]]\nname = "toml\n',
    )
    result = run()
    result.assert_outcomes(passed=1, failed=4)
    result.stdout.fnmatch_lines(
        [
            "error: derivcheck_c.toml:11 (expct): *",
            "*hint: did you mean 'expect'[?]",
            "error: derivcheck_c.toml:12: *",
            "    1/2x",
            "*hint: write `1/(2[*]x)`, or `1/2[*]x`",
            "error: derivcheck_c.toml:16: *`y`*",
        ]
    )
    result.stdout.fnmatch_lines(["error: derivcheck_c.toml:21: this is not TOML*"])
    assert "Traceback" not in result.stdout.str()


def test_warnings_pass_and_are_shown_on_request(pytester: pytest.Pytester, run: Run) -> None:
    """A warning is a section of a test that passes."""
    write(pytester, "derivcheck_d.toml", WARNS)
    result = run("-rA")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*derivcheck*", "*df/dx*! undefined"])
    assert "undefined" not in run().stdout.str()


def test_select_stop_and_run_the_last_failure(pytester: pytest.Pytester, entry_point: Path) -> None:
    """-k, -x, a node id and --lf work as for any test."""
    write(pytester, "derivcheck_e.toml", BAD, GOOD, BAD)
    pytester.runpytest_inprocess("-k", "good").assert_outcomes(passed=1, deselected=2)
    pytester.runpytest_inprocess("-x").assert_outcomes(failed=1)
    pytester.runpytest_inprocess("derivcheck_e.toml::good").assert_outcomes(passed=1)
    pytester.runpytest_inprocess().assert_outcomes(passed=1, failed=2)
    pytester.runpytest_inprocess("--lf", "-v").stdout.fnmatch_lines(
        ["derivcheck_e.toml::bad FAILED*", "derivcheck_e.toml::bad (line 14) FAILED*"]
    )


def test_files_listed_by_the_project(pytester: pytest.Pytester, run: Run) -> None:
    """Patterns in pyproject.toml, also outside of testpaths, and each file once."""
    write(
        pytester,
        "pyproject.toml",
        '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n'
        '[tool.derivcheck]\nfiles = ["cases/*.toml", "tests/*.csv"]\n',
    )
    write(pytester, "cases/one.toml", GOOD)
    write(pytester, "cases/deep/no.toml", GOOD)
    write(pytester, "tests/two.csv", "name,expr,at\nroot,sqrt(x),x=2\n")
    result = run("-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["tests/two.csv::root PASSED*", "cases/one.toml::good PASSED*"])
    run("tests").assert_outcomes(passed=1)


@pytest.mark.parametrize("files", ['"cases.toml"', '["nothing/*.toml"]'])
def test_a_wrong_list_is_a_usage_error(pytester: pytest.Pytester, run: Run, files: str) -> None:
    """A list that names nothing would pass in silence."""
    write(pytester, "pyproject.toml", f"[tool.derivcheck]\nfiles = {files}\n")
    result = run()
    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines(["ERROR: pyproject.toml:2 (files): *"])


def test_the_projects_dtype_is_a_default_and_the_environments_an_order(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a strict project's warnings fail."""
    write(pytester, "pyproject.toml", '[tool.derivcheck]\ndtype = "float32"\nstrict = true\n')
    write(pytester, "derivcheck_s.toml", BAD, BAD.replace("at =", 'dtype = "float16"\nat ='), WARNS)
    result = run()
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["f(x) = *float32 · cpu*", "f(x) = *float16 · cpu*"])
    monkeypatch.setenv("DERIVCHECK_DTYPE", "bfloat16")
    assert 2 == str(run().stdout).count("x = 1.7   bfloat16")


def test_across_processes(pytester: pytest.Pytester, entry_point: Path) -> None:
    """pytest-xdist runs the cases in workers, and the table comes back."""
    write(
        pytester,
        "pyproject.toml",
        '[tool.pytest.ini_options]\ntestpaths = ["t"]\n[tool.derivcheck]\nfiles = ["c.toml"]',
    )
    write(pytester, "t/derivcheck_f.toml", GOOD, BAD)
    write(pytester, "c.toml", GOOD)
    result = pytester.runpytest_subprocess("-n", "2", timeout=120)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["  claim df/dx *3.0027*wrong-formula"])


def test_code_runs_where_the_project_allows_it(pytester: pytest.Pytester, run: Run) -> None:
    """Otherwise the file is one item that fails, with what to do; a check list is a test like any other case."""
    shutil.copy(own_functions.__file__, pytester.path)
    write(pytester, "derivcheck_g.toml", FUNCTION, 'at = { i = 2 }\nonly = ["forward", "upstream"]\n', CHAINED)
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["error: derivcheck_g.toml:2: [[]functions.sq] runs the code of *", "*allow-code = true*"]
    )
    write(pytester, "pyproject.toml", "[tool.derivcheck]\nallow-code = true\n")
    result = run("-v")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "derivcheck_g.toml::sq FAILED*",
            "derivcheck_g.toml::chained FAILED*",
            "  upstream *mismatch",
            "diagnosis: ignores grad_output",
            "  df/dx *6[*]x *12 *4.0 *mismatch",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    write(pytester, "pyproject.toml", "[tool.derivcheck]\nallow-code = 3\n")
    assert pytest.ExitCode.USAGE_ERROR == run().ret


def test_it_can_be_turned_off(pytester: pytest.Pytester, run: Run) -> None:
    """-p no:derivcheck leaves case files alone."""
    write(pytester, "derivcheck_g.toml", BAD)
    assert pytest.ExitCode.NO_TESTS_COLLECTED == run("-p", "no:derivcheck").ret


@pytest.mark.parametrize(
    ("arguments", "cases", "free"),
    [
        ([], (), {"torch", "sympy", "flint", "rich", "derivcheck.model", "derivcheck.exact_suites"}),
        (["--collect-only"], (GOOD, BAD), {"torch", "sympy", "flint", "rich"}),
        (["--collect-only", "--exact-gradcheck"], (), {"torch", "sympy", "flint", "rich"}),
        (["--exact-gradcheck"], (), {"sympy", "flint", "rich"}),
        ([], (GOOD,), {"rich", "derivcheck_cli"}),
    ],
    ids=["no case file", "collected only", "exact, collected only", "exact, without a gradcheck", "run"],
)
def test_nothing_is_loaded_before_it_is_needed(
    pytester: pytest.Pytester, entry_point: Path, arguments: list[str], cases: tuple[str, ...], free: set[str]
) -> None:
    """A project without a case file does not wait for torch, and no collection does."""
    write(pytester, "test_own.py", "def test_own(): pass\n")
    if cases:
        write(pytester, "derivcheck_h.toml", *cases)
    program = (
        f"import sys, pytest; pytest.main({arguments}); "
        f"print('plug-in', 'derivcheck.pytest_plugin' in sys.modules, sorted({free} & set(sys.modules)))"
    )
    result = pytester.run(sys.executable, "-c", program, timeout=120)
    result.stdout.fnmatch_lines(["plug-in True []"])


def test_a_failing_assertion_shows_the_test_and_no_frame_of_ours(pytester: pytest.Pytester, run: Run) -> None:
    """The line of the test, then the check list; of an error of ours, the line and the message."""
    pytester.makepyfile(
        """
        import torch, derivcheck

        def test_wrong():
            derivcheck.assert_derivatives(torch.square, "x**3", at={"x": 2}, only=["forward", "backward"])

        def test_unreadable():
            derivcheck.assert_derivatives(torch.square, "x**", at={"x": 2})
        """
    )
    result = run()
    text = result.stdout.str()
    assert "✗ mismatch" in text
    assert "the expression ends where an operand is due" in text
    assert "api.py" not in text
    assert "__tracebackhide__" not in text
    assert 2 == text.count(">       derivcheck.assert_derivatives(")


def test_slips_in_names_are_warnings(pytester: pytest.Pytester, run: Run) -> None:
    """A table that is called nearly as ours is, and a case whose name another one has."""
    pytester.makepyprojecttoml("[tool.derivchek]\nstrict = true")
    pytester.makefile(".toml", derivcheck_a=GOOD + GOOD)
    result = run()
    result.assert_outcomes(passed=2, warnings=2)
    text = result.stdout.str()
    assert "nothing reads [tool.derivchek]: did you mean [tool.derivcheck]?" in text
    assert "is called 'good', too" in text
