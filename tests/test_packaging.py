"""The distribution: what the wheel contains, and that it runs where nothing else is installed."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from email.message import Message
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from derivcheck import __version__

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {"derivcheck": ROOT / "core" / "derivcheck", "derivcheck_cli": ROOT / "cli" / "derivcheck_cli"}
SHARE = ROOT / "share"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A finished command, run without any PYTHON… variable of ours; its failure is the test's."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**inherited, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """The wheel."""
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    """The wheel's METADATA."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a virtual environment with the wheel and its declared dependencies, and nothing else.

    The dependencies are links to those of this environment: torch takes too long to install anew.
    """
    folder = tmp_path_factory.mktemp("empty") / "venv"
    venv.create(folder, with_pip=False)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).stdout.strip())
    for dependency in closure("derivcheck"):
        link(dependency, site)
    run(
        *(sys.executable, "-m", "pip", "--python", python),
        *("install", "--quiet", "--no-deps", "--no-index", wheel),
        cwd=folder,
    )
    return scripts


def closure(name: str) -> Iterator[Distribution]:
    """The distributions that the one of that name needs, itself left out; those of other platforms too."""
    seen, waiting = {name}, [name]
    while waiting:
        for text in distribution(waiting.pop()).requires or ():
            requirement = Requirement(text)
            key = re.sub(r"[-_.]+", "-", requirement.name).lower()
            if key in seen or (requirement.marker is not None and not requirement.marker.evaluate({"extra": ""})):
                continue
            seen.add(key)
            waiting.append(key)
            try:
                yield distribution(key)
            except PackageNotFoundError as missing:
                raise AssertionError(f"{text} is declared and not installed") from missing


def link(dependency: Distribution, site: Path) -> None:
    """Link a distribution's folders and modules into another site-packages."""
    home = Path(sysconfig.get_path("purelib"))
    tops = {file.parts[0] for file in dependency.files or () if file.parts[0] not in {"..", "__pycache__"}}
    for top in tops:
        if (home / top).exists() and not (site / top).exists():
            (site / top).symlink_to(home / top)


def test_the_wheel_contains_the_two_packages_and_what_is_shared(wheel: Path) -> None:
    """Every module of the source tree, with py.typed, and share/; tests, docs and benchmarks are not."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    sources = [
        f"{package}/{file.relative_to(folder).as_posix()}"
        for package, folder in PACKAGES.items()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ]
    shared = f"derivcheck-{__version__}.data/data"
    sources += [f"{shared}/{file.relative_to(ROOT).as_posix()}" for file in SHARE.rglob("*") if file.is_file()]
    assert sorted(names) == sorted(sources)
    assert {"derivcheck/py.typed", "derivcheck_cli/py.typed"} <= set(names)


def test_the_wheel_runs_on_every_platform(wheel: Path) -> None:
    """It is pure Python."""
    assert wheel.name == f"derivcheck-{__version__}-py3-none-any.whl"


def test_the_metadata_says_what_the_project_says(metadata: Message) -> None:
    """Name, version, Python, summary and dependencies are those of pyproject.toml; the readme is the description."""
    assert metadata["Name"] == "derivcheck"
    assert metadata["Version"] == __version__
    assert metadata["Requires-Python"] == PROJECT["requires-python"]
    assert metadata["Summary"] == PROJECT["description"]
    assert metadata["Description-Content-Type"] == "text/markdown"
    required = {Requirement(text).name for text in metadata.get_all("Requires-Dist", []) if "extra ==" not in text}
    assert required == {Requirement(text).name for text in PROJECT["dependencies"]}


def test_the_wheel_declares_its_entry_points(wheel: Path) -> None:
    """The command, and the plug-in that pytest finds by itself."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        declared = archive.read(name).decode()
    assert "[console_scripts]\nderivcheck = derivcheck_cli.start:main\n" in declared
    assert "[pytest11]\nderivcheck = derivcheck.pytest_plugin\n" in declared


def test_the_licence_is_there(wheel: Path, metadata: Message) -> None:
    """The wheel names the MIT licence and carries its text."""
    assert metadata["License-Expression"] == "MIT"
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/licenses/LICENSE"))
        assert archive.read(name) == (ROOT / "LICENSE").read_bytes()


def test_the_source_distribution_can_be_worked_on(built: Path) -> None:
    """It contains what git tracks, and so what the tests and the docs need; in one that is unpacked, the same again."""
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers() if not member.isdir()}
    assert {"Makefile", "action.yml", "tests/test_packaging.py", ".ci/run", "share/man/man1/derivcheck.1"} <= names
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        tracked = {name for name in listed.stdout.split("\0") if (ROOT / name).is_file()}
        assert tracked - names == set()


def test_the_installed_wheel_runs_the_first_command(installed: Path, tmp_path: Path) -> None:
    """The README's first check, in an environment that has the wheel and its dependencies alone."""
    command = (installed / "derivcheck", "x**2 + 2*x + 1", "--at", "x=2")
    done = run(*command, cwd=tmp_path, NO_COLOR="1", COLUMNS="100")
    assert done.stdout.count("✓ match") == 2
    assert "2*x + 2" in done.stdout
    assert done.stderr == ""


def test_it_is_the_wheel_that_runs(installed: Path, tmp_path: Path) -> None:
    """Both packages come from the new environment, which has neither the source tree nor the tools of developers."""
    program = """
import importlib.metadata, importlib.util, sys
import derivcheck, derivcheck_cli
print(derivcheck.__file__, derivcheck_cli.__file__, sep="\\n")
print(importlib.metadata.version("derivcheck"))
print([name for name in ("jsonschema", "pytest", "hypothesis", "mypy", "hatchling") if importlib.util.find_spec(name)])
"""
    printed = run(installed / "python", "-c", program, cwd=tmp_path).stdout.splitlines()
    home = installed.parent.resolve()
    assert [home in Path(file).resolve().parents for file in printed[:2]] == [True, True]
    assert printed[2:] == [__version__, "[]"]


def test_the_manual_and_the_completions_are_where_programs_look(installed: Path) -> None:
    """Beside the bin folder, as man, bash, zsh and fish expect it."""
    share = installed.parent / "share"
    assert (share / "man" / "man1" / "derivcheck.1").read_bytes() == (SHARE / "man/man1/derivcheck.1").read_bytes()
    for name in ("bash-completion/completions/derivcheck", "zsh/site-functions/_derivcheck"):
        assert (share / name).read_bytes() == (SHARE / name).read_bytes()
