"""The pytest plug-in: each case of a case file is a test, and its table is the text of its failure."""

from __future__ import annotations

import os
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# Whatever else is needed is imported where a case file is read or a case is run: a project without any pays nothing.
if TYPE_CHECKING:
    from derivcheck.case_files import Unreadable
    from derivcheck.model import Case, Result
    from derivcheck.reporting.outcomes.expect import Outcome
    from derivcheck.settings import Resolved

PATTERNS = ("derivcheck_*.toml", "derivcheck_*.jsonl")
"""The names of the case files that are collected wherever pytest looks."""

MAX_POINTS = 5
"""How many points of a case a failure shows."""

_SPEAKS_OF_US = re.compile(r"derivcheck|\[\s*tool\s*\.\s*[\"']?deri")
"""Matches a pyproject.toml that may have settings of ours, even with a typing error in their name."""

_LISTED = pytest.StashKey[frozenset[Path]]()
_SETTINGS = pytest.StashKey["Resolved | None"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and settings of exact gradchecks."""
    group = parser.getgroup("derivcheck", "exact gradchecks")
    # Each way to say it is an option of its own. One with an optional value would take the folder of tests for it in
    # `pytest --exact-gradcheck tests`.
    for option, value, told in (
        ("--exact-gradcheck", "true", "answer each call of torch's gradcheck and gradgradcheck exactly"),
        ("--exact-gradcheck=beside", "beside", "run torch's own as well, and say where the outcomes differ"),
        ("--no-exact-gradcheck", "false", "leave torch's gradcheck alone, whatever the project's settings say"),
    ):
        group.addoption(option, dest="exact_gradcheck", action="store_const", const=value, help=told)
    strict = "fail where a call cannot be read, in place of running torch's own gradcheck"
    group.addoption("--exact-gradcheck-strict", action="store_true", default=None, help=strict)
    # Of a TOML file, true is a bool, which pytest hands on as it is since it can be told what types a setting has.
    either: Any = bool | str if pytest.version_tuple >= (9, 2) else "string"
    told = "make gradchecks exact: true, false, or beside (as --exact-gradcheck=beside)"
    parser.addini("exact_gradcheck", told, type=either, default="false")
    parser.addini("exact_gradcheck_strict", "as --exact-gradcheck-strict", type="bool", default=False)


def _make_gradchecks_exact(config: pytest.Config) -> None:
    """Register the mark of exact gradchecks, which tests have whether or not they are asked for, and then the hooks."""
    mark = "exact_gradcheck(False): leave the gradchecks of this test to torch, also with --exact-gradcheck"
    config.addinivalue_line("markers", mark)
    option = config.getoption("exact_gradcheck")
    if option is None and config.getoption("exact_gradcheck_strict"):
        option = "true"
    asked = str(option or config.getini("exact_gradcheck")).strip().casefold()
    if asked in _NO:
        return
    if asked not in _YES | {"beside"}:
        raise pytest.UsageError(f"exact_gradcheck is true, false or beside, and not {asked!r}")
    # Loaded late: a project that does not ask for it has no use for it.
    from derivcheck.exact_suites.hooks import ExactGradcheck

    is_strict = config.getoption("exact_gradcheck_strict") or config.getini("exact_gradcheck_strict")
    hooks = ExactGradcheck(is_beside=asked == "beside", is_strict=bool(is_strict))
    config.pluginmanager.register(hooks, "derivcheck-exact-gradcheck")


_YES = frozenset({"1", "yes", "true", "on"})
_NO = frozenset({"0", "no", "false", "off", ""})
"""What pytest takes for a truth value in its settings."""


def pytest_configure(config: pytest.Config) -> None:
    """Read the project's settings, and find the files that it lists; those outside of `testpaths` are collected too."""
    _make_gradchecks_exact(config)
    resolved = _settings(config.rootpath)
    listed = _list_files(resolved) if resolved else []
    if resolved and resolved.near_miss:
        config.issue_config_time_warning(pytest.PytestConfigWarning(resolved.near_miss), stacklevel=2)
    config.stash[_SETTINGS] = resolved
    config.stash[_LISTED] = frozenset(listed)
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        roots = [(config.rootpath / argument).resolve() for argument in config.args]
        outside = (file for file in listed if not any(root in (file, *file.parents) for root in roots))
        config.args.extend(map(str, outside))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CaseFile | None:
    """Collect case files."""
    named = any(fnmatch(file_path.name, pattern) for pattern in PATTERNS)
    if named or file_path.resolve() in parent.config.stash[_LISTED]:
        return CaseFile.from_parent(parent, path=file_path)
    return None


class CaseFile(pytest.File):
    """A case file, with an item for each case."""

    def collect(self) -> Iterator[CaseItem]:
        """The cases in the order of the file; one that cannot be read is an item that fails."""
        # Loaded late: pytest loads this plug-in in projects without any case file.
        from derivcheck.case_files import Names, read_cases

        seen: Counter[str] = Counter()
        names = Names()
        shown = _short_path(self.path, self.config.rootpath)
        resolved = self.config.stash[_SETTINGS]
        overrides = resolved.case_overrides if resolved else {}
        for read in read_cases(
            str(self.path),
            defaults=resolved.case_defaults if resolved else {},
            allow_code=resolved is not None and resolved.settings.allow_code,
        ):
            location = replace(read.location, file=shown)
            error = getattr(read, "error", None)
            if error is not None and error.location is not None:
                error.location = replace(error.location, file=shown)
            case = replace(read, location=location, **({} if error else overrides))
            line = f"line {location.line or 1}"
            name = case.name or line
            seen[name] += 1
            if (warning := names.warn_of(read)) is not None:
                self.warn(pytest.PytestWarning(warning))
            if seen[name] > 1:  # --lf needs an id for each
                name = f"{name} ({line})"
            yield CaseItem.from_parent(self, name=_one_line(name), case=case)


@dataclass(frozen=True, slots=True)
class _Crash:
    """The line of a failure in pytest's summary."""

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class _Failure:
    """A failure as pytest shows it: a text, and a line for the summary."""

    text: str
    reprcrash: _Crash

    def __str__(self) -> str:
        return self.text

    def toterminal(self, writer: Any) -> None:
        """Write the text."""
        writer.line(self.text)


class CaseFailedError(Exception):
    """A case that fails, with the text that says why and a line that sums it up."""

    def __init__(self, text: str, summary: str) -> None:
        super().__init__(summary)
        self.text = text
        self.summary = summary


class CaseItem(pytest.Item):
    """A case."""

    def __init__(self, *, case: Case | Unreadable, **rest: Any) -> None:
        super().__init__(**rest)
        self.case = case

    def runtest(self) -> None:
        """Check the case.

        Raises:
            CaseFailedError: where it fails or cannot be run, its expectation taken into account.
        """
        # Loaded late: they load torch, SymPy and Arb, which collecting does not need.
        from derivcheck.model import Case, Severity
        from derivcheck.reporting.outcomes.expect import judge
        from derivcheck.running.chunk_checking import check_safely

        with warnings.catch_warnings():  # what torch says of its own modules, which its engines import when first asked
            warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"torch\.")
            results = list(check_safely(self.case)) if isinstance(self.case, Case) else [self.case.result()]
        outcome = judge(results[0].case, results)
        resolved = self.config.stash[_SETTINGS]
        if outcome.severity is Severity.WARN and not (resolved and resolved.settings.strict):
            self.add_report_section("call", "derivcheck", _text(outcome, results))
        elif outcome.severity is not Severity.PASS:
            raise CaseFailedError(_text(outcome, results), _summary(outcome, results))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The table with its reasons, in place of a traceback."""
        if isinstance(excinfo.value, CaseFailedError):
            return _Failure(excinfo.value.text, _Crash(excinfo.value.summary))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """File, line from 0, and name."""
        line = self.case.location.line
        return self.path, line - 1 if line else None, self.name


def _settings(root: Path) -> Resolved | None:
    """Read the settings of project and environment; None where neither mentions derivcheck."""
    try:
        is_told = _SPEAKS_OF_US.search((root / "pyproject.toml").read_text(encoding="utf-8")) is not None
    except (OSError, ValueError):
        is_told = False  # pytest has said what is wrong with it, or there is none
    if not is_told and not any(name.startswith("DERIVCHECK_") for name in os.environ):
        return None
    # Loaded late: most projects have no settings of ours.
    from derivcheck.errors import DerivcheckError
    from derivcheck.settings import Command, resolve

    try:
        return resolve(Command.PYTEST, folder=root)
    except DerivcheckError as error:
        raise pytest.UsageError(error.render()) from None


def _list_files(resolved: Resolved) -> list[Path]:
    """The files that the settings list."""
    # Loaded late: most projects list no case files.
    from derivcheck.case_files import STDIN, expand

    place = resolved.origins["files"].place if "files" in resolved.origins else ""
    listed: list[Path] = []
    for pattern in resolved.settings.files:
        found = [Path(name).resolve() for name in expand([pattern]) if pattern != STDIN and Path(name).is_file()]
        if not found:
            raise pytest.UsageError(f"{place} (files): no file matches {pattern!r}")
        listed += found
    return list(dict.fromkeys(listed))


def _short_path(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _one_line(name: str) -> str:
    # Loaded late, as all that only a case needs.
    from derivcheck.system.harmless import one_line

    return one_line(name)


def _text(outcome: Outcome, results: list[Result]) -> str:
    # Loaded late: only a failing case needs them.
    from derivcheck.model import Severity
    from derivcheck.reporting.presentation.plain_text import by_point, report
    from derivcheck.system.harmless import harmless

    points = list(by_point(results))
    if outcome.message is None:  # with an expectation, any row may be what is unexpected
        points = [rows for rows in points if any(row.status.severity is not Severity.PASS for row in rows)]
    lines = [f"{outcome.case.location}: {_one_line(outcome.case.expr)}"] if outcome.case.expr else []
    lines += [_one_line(outcome.message)] if outcome.message else []
    return harmless("\n".join([*lines, report([row for rows in points for row in rows], at_most=MAX_POINTS)]))


def _summary(outcome: Outcome, results: list[Result]) -> str:
    # Loaded late: only a failing case needs it.
    from derivcheck.reporting.presentation.cells import brief_reason_text

    worst = max(results, key=lambda row: row.status.rank)
    told = brief_reason_text(worst) if worst.shape else worst.verdict.reason
    reason = (told or outcome.status.meaning).splitlines()[0]
    return _one_line(outcome.message or f"{outcome.status}: {reason}")
