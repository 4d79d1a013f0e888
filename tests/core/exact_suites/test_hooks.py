"""Runs of pytest with exact gradchecks: a suite as one finds them, and every way to ask for it."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import derivcheck
from derivcheck.exact_suites import hooks
from derivcheck.gradchecking import gradcheck as ours

Run = Callable[..., pytest.RunResult]

SUITE = Path(__file__).parents[2] / "gradcheck_suite"

MISSED = {
    "test_suite_of_functions.py::test_gelu_missed",
    "test_suite_of_functions.py::test_gaussian_tail_missed",
    "test_suite_of_functions.py::test_gelu_by_a_class_missed",
    "test_suite_of_functions.py::test_the_module_of_torch_missed",
    "test_suite_of_modules.py::TestBlock::test_both_gelus_missed",
}
"""The tests of the suite that pass although their gradients are wrong."""

SLIGHTLY_WRONG = """
    import torch
    from torch.autograd import gradcheck

    class SlightlyWrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.sin()

        @staticmethod
        def backward(ctx, g):
            return g * ctx.saved_tensors[0].cos() * (1 + 1e-7)

    X = torch.tensor([0.5, -2.0], dtype=torch.float64, requires_grad=True)

    def test_right():
        assert gradcheck(torch.sin, X)

    def test_wrong():
        assert gradcheck(SlightlyWrong.apply, X)
"""


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Load what the runs need: one in this process forgets its modules at its end, and torch and Arb load only once."""
    x = torch.tensor([[0.5, -2.0]], dtype=torch.float64, requires_grad=True)
    every = {"check_forward_ad": True, "check_batched_grad": True}
    for function in (torch.nn.LayerNorm(2).double(), torch.nn.functional.gelu, torch.sigmoid, torch.special.ndtr):
        assert derivcheck.gradcheck(function, x, **every)
        assert derivcheck.gradgradcheck(function, x)
        assert torch.autograd.gradcheck(function, x, **every)
    assert hooks.ExactGradcheck(is_beside=False, is_strict=False)


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the suite."""
    monkeypatch.delitem(sys.modules, "layers", raising=False)  # a test before may have loaded a file of this name
    for name, copy in {
        "layers.py": "layers.py",
        "conftest.py": "conftest.py",
        "of_functions.py": "test_suite_of_functions.py",
        "of_modules.py": "test_suite_of_modules.py",
    }.items():
        shutil.copy(SUITE / name, pytester.path / copy)


def failed(result: pytest.RunResult) -> set[str]:
    """The names of the tests that failed, by pytest's summary."""
    return set(re.findall(r"^(?:SUB)?FAILED(?:\(.*\))? (\S+::\S+)", result.stdout.str(), re.MULTILINE))


def test_a_suite_runs_unchanged_and_fails_where_it_is_wrong(suite: None, run: Run) -> None:
    """However it imports gradcheck. What torch's finds is found, what it misses is found, and nothing else fails."""
    result = run("-rf", "--exact-gradcheck")
    assert MISSED == failed(result)
    result.stdout.fnmatch_lines(
        [
            "E*GradcheckError: Jacobian mismatch for output 0 with respect to input 0,",
            "E*gradcheck of Gelu *float64*",
            "*= exact gradcheck =*",
            "31 calls, 9 of them wrong: *match*mismatch, 1 not read, 2 refused as torch's own does",
            "what could not be read:",
            "  1 × aten::special_scaled_modified_bessel_k1",
        ]
    )
    assert "answers.py" not in result.stdout.str(), "a traceback has no frame of ours"


def test_beside_torchs_a_suite_passes_and_the_differences_are_told(suite: None, run: Run) -> None:
    """Of those that torch's gradcheck misses, and of no other."""
    before = torch.autograd.gradcheck.__code__
    result = run("--exact-gradcheck=beside", "test_suite_of_functions.py")
    result.assert_outcomes(passed=16, xfailed=1)
    told = result.stdout.str().partition("the outcome is not torch's:\n")[2]
    found = set(re.findall(r"^  (\S+::\S+): ", told, re.MULTILINE))
    assert {name for name in MISSED if name.startswith("test_suite_of_functions.py")} == found
    assert before is torch.autograd.gradcheck.__code__
    assert not torch.autograd.gradcheck.__dict__


@pytest.mark.usefixtures("entry_point")
def test_across_processes(pytester: pytest.Pytester) -> None:
    """The figures of the workers of pytest-xdist come together."""
    pytester.makepyfile(test_a=SLIGHTLY_WRONG, test_b=SLIGHTLY_WRONG)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--exact-gradcheck", "-n", "2", timeout=120)
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["4 calls, 2 of them wrong: 2 match, 2 mismatch"])


@pytest.mark.parametrize(
    ("file", "text", "arguments", "is_exact"),
    [
        ("pytest.ini", "[pytest]\nexact_gradcheck = true\n", [], True),
        ("pytest.ini", "[pytest]\nexact_gradcheck = True\n", ["--no-exact-gradcheck"], False),
        ("pytest.ini", "[pytest]\nexact_gradcheck = true\n", ["--exact-gradcheck=beside"], False),
        ("pytest.ini", "[pytest]\nexact_gradcheck = beside\n", ["--exact-gradcheck"], True),
        ("pytest.ini", "[pytest]\nexact_gradcheck = false\n", [], False),
        ("pytest.ini", "[pytest]\naddopts = --exact-gradcheck\n", [], True),
        ("pyproject.toml", "[tool.pytest.ini_options]\nexact_gradcheck = true\n", [], True),
        ("pyproject.toml", '[tool.pytest.ini_options]\nexact_gradcheck = "beside"\n', [], False),
        ("pyproject.toml", "[tool.pytest]\nexact_gradcheck = true\n", [], True),
        ("pyproject.toml", "", ["-o", "exact_gradcheck=1"], True),
        ("pyproject.toml", "", ["--exact-gradcheck-strict"], True),
        ("pyproject.toml", "", [], False),
    ],
)
def test_every_way_to_ask(
    pytester: pytest.Pytester, run: Run, file: str, text: str, arguments: list[str], *, is_exact: bool
) -> None:
    """An option wins over the settings; a folder behind the option is a folder."""
    (pytester.path / file).write_text(text)
    pytester.makepyfile(test_a=SLIGHTLY_WRONG)
    result = run(*arguments, ".")
    result.assert_outcomes(passed=2 - is_exact, failed=is_exact)


def test_a_setting_that_is_none(pytester: pytest.Pytester, run: Run) -> None:
    """A slip would leave a suite as it was, in silence."""
    pytester.makeini("[pytest]\nexact_gradcheck = besides\n")
    result = run()
    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines(["ERROR: exact_gradcheck is true, false or beside, and not 'besides'"])


@pytest.mark.parametrize("way", ["option", "setting"])
def test_what_cannot_be_read_fails_in_a_strict_run(pytester: pytest.Pytester, run: Run, way: str) -> None:
    """And passes by torch's own gradcheck in another one."""
    pytester.makepyfile(
        """
        import torch

        class Airy(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return torch.special.airy_ai(x)

            @staticmethod
            def backward(ctx, g):
                return g * 0.2591

        def test_airy():
            torch.autograd.gradcheck(Airy.apply, torch.zeros(1, dtype=torch.float64, requires_grad=True), atol=1)
        """
    )
    run("--exact-gradcheck").assert_outcomes(passed=1)
    if way == "setting":
        pytester.makeini("[pytest]\nexact_gradcheck = true\nexact_gradcheck_strict = true\n")
    result = run(*["--exact-gradcheck-strict"] * (way == "option"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*GradcheckError: derivcheck: the operation `aten::special_airy_ai` cannot be read"])


def test_how_much_is_said(pytester: pytest.Pytester, run: Run) -> None:
    """One line with -q, everything with -v, nothing without a terminal's reporter or when tests are only collected."""
    pytester.makepyfile(test_a=SLIGHTLY_WRONG)
    run("-q", "--exact-gradcheck").stdout.re_match_lines(
        [r"exact gradcheck: 2 calls, 1 of them wrong: 1 match, 1 mismatch; \d+\.\d\d s"]
    )
    run("-v", "--exact-gradcheck").stdout.fnmatch_lines(
        ["no plain match:", "  test_a.py::test_wrong: mismatch", "    backward by input[[]*"]
    )
    assert "exact gradcheck" not in run("--collect-only", "--exact-gradcheck").stdout.str()
    result = run("-p", "no:terminal", "--exact-gradcheck")
    assert pytest.ExitCode.TESTS_FAILED == result.ret


def test_a_failure_of_ours_is_told_with_its_traceback(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, and the suite goes on with torch's own."""

    def examine(*_: object, **__: object) -> None:
        raise IndexError("a bug")

    monkeypatch.setattr(ours, "examine", examine)
    pytester.makepyfile(test_a=SLIGHTLY_WRONG)
    result = run("--exact-gradcheck")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "2 calls: 2 in which derivcheck failed",
            "derivcheck failed (2 times), torch's own gradcheck answered. Please report this:",
            "  IndexError: a bug",
        ]
    )


@pytest.mark.usefixtures("entry_point")
def test_a_worker_that_crashes_is_named(pytester: pytest.Pytester) -> None:
    """What it had counted is lost with it."""
    pytester.makepyfile(test_a="import os\n\ndef test_ends():\n    os._exit(1)\n")
    arguments = ("-p", "no:cacheprovider", "--exact-gradcheck", "-n", "1", "--max-worker-restart=0")
    result = pytester.runpytest_subprocess(*arguments, timeout=120)
    result.stdout.fnmatch_lines(["no call of gradcheck", "gw0 ended without its figures"])


def test_a_mark_leaves_a_test_to_torchs_own(pytester: pytest.Pytester, run: Run) -> None:
    """Such as that of a solver which stops early; strict marks know it, whether or not gradchecks are exact."""
    marked = SLIGHTLY_WRONG.replace("def test_wrong", "@pytest.mark.exact_gradcheck(False)\n    def test_wrong")
    pytester.makepyfile(test_a=marked.replace("import torch\n", "import pytest\n    import torch\n", 1))
    result = run("--exact-gradcheck", "--strict-markers")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["2 calls: 1 match, 1 left to torch's own"])
    run("--strict-markers").assert_outcomes(passed=2)
