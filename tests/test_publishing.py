"""What a release needs besides the wheel: one version everywhere, and files for those who cite, report and install.

`python tests/test_publishing.py` writes `derivcheck.__version__` into every file that names it.
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from trove_classifiers import classifiers

from derivcheck import __version__
from derivcheck.settings import rows

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = ROOT / "tests" / "schemas"
FORMS = sorted(file for file in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if file.name != "config.yml")

VERSIONS = {
    "CITATION.cff": r"(?m)(?<=^version: )\S+$",
    "docs/ci.md": r"(?:(?<=derivcheck@v)|(?<=`v)|(?<=rev: v))\d+\.\d+\.\d+\w*",
}
"""Where the version stands in files that are not made by a program, as patterns."""


def text(name: str) -> str:
    """A file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", VERSIONS)
def test_the_version_is_the_packages_everywhere(name: str) -> None:
    """The files agree with the one place that says which it is."""
    assert {__version__} == set(re.findall(VERSIONS[name], text(name)))


def test_no_version_is_written_into_the_project() -> None:
    """The wheel has it from the package."""
    settings = tomllib.loads(text("pyproject.toml"))
    assert settings["project"]["dynamic"] == ["version"]
    assert settings["tool"]["hatch"]["version"] == {"path": "core/derivcheck/__init__.py"}


def test_the_changelog_knows_the_version() -> None:
    """Either it has been released, or the section of what is not says that it will be this one."""
    changelog = text("CHANGELOG.md")
    unreleased = changelog.partition("## [Unreleased]")[2].partition("\n## [")[0]
    assert f"This will be {__version__}" in unreleased or re.search(
        rf"^## \[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE
    )


def test_the_readme_says_at_once_how_to_install() -> None:
    """Its third line."""
    assert text("README.md").splitlines()[2].startswith("`pip install derivcheck`")


def test_the_classifiers_exist() -> None:
    """An index refuses a package with one that it does not know."""
    project = tomllib.loads(text("pyproject.toml"))["project"]
    assert [] == sorted(set(project["classifiers"]) - classifiers)
    assert sorted(project["keywords"]) == project["keywords"]


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("citation-1.2.0", ROOT / "CITATION.cff"),
        ("github-action", ROOT / "action.yml"),
        *(("github-issue-forms", form) for form in FORMS),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else value,
)
def test_files_for_others_are_as_they_want_them(schema: str, file: Path) -> None:
    """Each is valid by its published schema, for which the dates of a citation are texts."""
    loader = yaml.BaseLoader if file.suffix == ".cff" else yaml.SafeLoader
    document = yaml.load(file.read_text(encoding="utf-8"), loader)
    jsonschema.validate(document, json.loads((SCHEMAS / f"{schema}.json").read_text("utf-8")))


def fields(form: Path) -> dict[str, Any]:
    """The questions of a form, by their ids."""
    body = yaml.safe_load(form.read_text(encoding="utf-8"))["body"]
    return {field["id"]: field for field in body if "id" in field}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_every_form_asks_for_the_command(form: Path) -> None:
    """It has to be given, and the example has options that exist; a report names the versions, too."""
    asked = fields(form)
    assert asked["command"]["validations"] == {"required": True}
    assert form.stem == "wish" or "derivcheck --version" in asked["versions"]["attributes"]["description"]
    example = asked["command"]["attributes"]["placeholder"]
    assert example.startswith("derivcheck ")
    assert set(re.findall(r"--[a-z-]+", example)) <= {"--at", "--wrt", *(row.option for row in rows())}


def test_one_page_says_how_to_report_a_hole() -> None:
    """SECURITY.md, where people look, leads there."""
    assert "(docs/security.md#how-to-report-a-hole)" in text("SECURITY.md")
    assert "\n## How to report a hole\n" in text("docs/security.md")


def test_the_release_is_a_program() -> None:
    """`make release` runs it, and bash understands it."""
    assert "\t.ci/release\n" in text("Makefile")
    subprocess.run(["bash", "-n", ROOT / ".ci" / "release"], check=True)


def update() -> None:
    """Write the version into every file that names it."""
    for name, pattern in VERSIONS.items():
        (ROOT / name).write_text(re.sub(pattern, __version__, text(name)), encoding="utf-8")


if __name__ == "__main__":
    update()
