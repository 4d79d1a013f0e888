"""What CI systems are told: docs/ci.md, action.yml and the pre-commit hook, run as far as goes without a network."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_readme import blocks

from derivcheck.settings import Command, rows

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
YAML = [yaml.safe_load(block) for block in blocks(PAGE, "yaml")]
CASE = '[[case]]\nname = "square"\nexpr = "x**2"\nat = {{ x = 3 }}\nderivative = {{ x = "{claim}*x" }}\n'
NETWORK = (
    'for last; do :; done; case "$*" in *venv*) exit 0 ;; *pip*) echo "pip $last" ;; *) exec {python} "$@" ;; esac'
)
"""A Python that installs nothing, and is Python for everything else."""


def options() -> set[str]:
    """The options of `derivcheck batch`."""
    table = [row for row in rows(Command.BATCH) if row.in_option]
    return {row.option for row in table} | {row.short for row in table if row.short}


def strings(value: Any) -> Iterator[str]:
    """All the texts of a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def invocations() -> Iterator[str]:
    """Every `derivcheck batch …` of the page, the action and the hook, and the options that are given apart from it."""
    page = "\n".join([*(text for document in YAML for text in strings(document)), *blocks(PAGE, "bash"), PAGE])
    scripts = [page, *strings(ACTION)]
    for script in scripts:
        yield from re.findall(r"(?:derivcheck batch)[^`|;\n]*", script)
    yield from (step["with"]["args"] for document in YAML for step in steps(document) if "args" in step.get("with", {}))
    yield from (
        " ".join(hook["args"]) for document in YAML for repo in document.get("repos", ()) for hook in repo["hooks"]
    )


def steps(document: Any) -> list[dict[str, Any]]:
    """The steps of a workflow's jobs."""
    return [step for job in document.get("jobs", {}).values() for step in job["steps"]]


@pytest.mark.parametrize("text", sorted(set(invocations())))
def test_every_option_exists(text: str) -> None:
    """In the command that it is given to."""
    given = {word.partition("=")[0] for word in re.findall(r"(?<!\S)--?[a-z][a-z-]*", text)}
    assert given <= options()


def test_every_variable_exists() -> None:
    """DERIVCHECK_…, in the page and in the action."""
    named = set(re.findall(r"DERIVCHECK_\w+", PAGE + str(ACTION)))
    assert named
    assert named <= {row.variable for row in rows()}


@pytest.fixture
def project(tmp_path: Path, warm_commands: Path) -> Path:
    """A project as the page describes it, with a Python that installs nothing, and a derivcheck that is there."""
    (tmp_path / "pyproject.toml").write_text(blocks(PAGE, "toml")[0])
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "all.toml").write_text(CASE.format(claim=2))
    for name in ("baseline", "baseline-float64", "baseline-float32"):
        (tmp_path / f"{name}.toml").write_text("version = 1\n")
    for folder in (tmp_path / "bin", tmp_path / ".venv-derivcheck" / "bin"):
        folder.mkdir(parents=True)
        (folder / "python").write_text(f"#!/bin/bash\n{NETWORK.format(python=sys.executable)}\n")
        (folder / "python").chmod(0o755)
        (folder / "derivcheck").symlink_to(warm_commands / "derivcheck")
    return tmp_path


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a step as CI systems do, with the real derivcheck."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with GitHub's expressions filled in."""
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: values[found[1]], text)


def test_the_workflow_without_the_action_runs(project: Path) -> None:
    """A job of its matrix: installs derivcheck, and checks its part with its format and baseline."""
    (workflow,) = [document for document in YAML if any("run" in step for step in steps(document))]
    (job,) = workflow["jobs"].values()
    values = {"matrix.dtype": job["strategy"]["matrix"]["dtype"][1], "matrix.part": "1"}
    environment = {name: filled(value, values) for name, value in job["env"].items()}
    install, check = [
        shell(filled(step["run"], values), project, **environment) for step in job["steps"] if "run" in step
    ]
    assert "pip derivcheck\n" == install.stdout
    assert 0 == check.returncode, check.stderr
    assert "1 case: 1 pass" in check.stdout


def test_the_gitlab_job_runs(project: Path) -> None:
    """The second of four parts has no case, and passes; the first has it."""
    (job,) = [document["derivcheck"] for document in YAML if "derivcheck" in document]
    assert {"junit": "derivcheck.xml"} == job["artifacts"]["reports"]
    for index, tally in (("1", "1 case: 1 pass"), ("2", "0 cases: nothing to check (1 in other shards)")):
        done = shell("\n".join(job["script"]), project, CI_NODE_INDEX=index, CI_NODE_TOTAL=str(job["parallel"]))
        assert 0 == done.returncode, done.stderr
        assert tally in done.stdout


@pytest.mark.parametrize(
    ("claim", "code", "told"), [(2, 0, "every gradient is right"), (3, 1, "wrong-formula  square")]
)
def test_the_plain_shell_runs(project: Path, claim: int, code: int, told: str) -> None:
    """It passes, or shows what fails and fails itself."""
    (project / "cases" / "all.toml").write_text(CASE.format(claim=claim))
    (script,) = blocks(PAGE, "bash")
    done = shell(script, project)
    assert (code, True) == (done.returncode, told in done.stdout), done.stdout + done.stderr


@pytest.mark.parametrize(("claim", "code"), [(2, 0), (3, 1)])
def test_the_action_runs(project: Path, claim: int, code: int) -> None:
    """Installing is stubbed; the check is real, and its exit code is an output."""
    (project / "cases" / "all.toml").write_text(CASE.format(claim=claim))
    (given,) = [step["with"] for document in YAML for step in steps(document) if "OWNER" in step.get("uses", "")]
    inputs = {f"inputs.{name}": spec.get("default", "") for name, spec in ACTION["inputs"].items()}
    inputs |= {f"inputs.{name}": text for name, text in given.items()} | {"github.action_path": str(ROOT)}
    assert {f"inputs.{name}" for name in given} <= set(inputs)
    output = project / "output"
    done = [
        shell(
            step["run"],
            project,
            GITHUB_OUTPUT=str(output),
            **{name: filled(text, inputs) for name, text in step["env"].items()},
        )
        for step in ACTION["runs"]["steps"]
        if "run" in step
    ]
    assert [0, code] == [step.returncode for step in done], done[1].stderr
    assert f"pip {ROOT}\n" == done[0].stdout
    assert f"exit-code={code}\n" == output.read_text()


def test_the_actions_inputs_never_become_part_of_a_script() -> None:
    """They come in through variables: a file name such as `$(rm -rf .)` is a file name."""
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert scripts
    assert not any("${{" in script for script in scripts)
    assert not any(re.search(r"\beval\b", script) for script in scripts)


def test_options_of_the_action_are_split_as_a_shell_would(project: Path) -> None:
    """Quotes hold, and nothing is run."""
    (check,) = [step["run"] for step in ACTION["runs"]["steps"] if step.get("id") == "check"]
    environment = {"DERIVCHECK_FILES": "", "SARIF": "", "GITHUB_OUTPUT": str(project / "output")}
    done = shell(check, project, ARGS='-k \'square and not "log(x)"\' --select "$(touch ran)"', **environment)
    assert not (project / "ran").exists()
    assert 2 == done.returncode
    assert 0 == shell(check, project, ARGS="-k 'square and not \"log(x)\"' -q", **environment).returncode


def test_the_hook_checks_the_files_that_it_is_given(project: Path) -> None:
    """Its pattern is that of pytest's plug-in, and the example's is the page's."""
    (hook,) = HOOKS
    assert re.search(hook["files"], "sub/derivcheck_a.toml")
    assert not re.search(hook["files"], "sub/derivcheck_a.py")
    (example,) = [hook for document in YAML for repo in document.get("repos", ()) for hook in repo["hooks"]]
    assert hook["id"] == example["id"]
    assert re.search(example["files"], "cases/all.toml")
    done = shell(f"{hook['entry']} {shlex.join(example['args'])} cases/all.toml", project)
    assert 0 == done.returncode, done.stderr
