"""Where reports go: whole or not at all, and refused before the run where they cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from derivcheck.errors import OutputFileError
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.settings import Report
from derivcheck_cli.boundary import INTERRUPTED
from derivcheck_cli.render.destination import ReportFile
from derivcheck_cli.render.reports import reports
from derivcheck_cli.screen import Screen


def test_a_report_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    """Until then the old one stands, and after that nothing else does."""
    old = tmp_path / "r.xml"
    old.write_text("old", encoding="utf-8")
    old.chmod(0o640)
    file = ReportFile(str(old))
    file.write("new")
    assert "old" == old.read_text(encoding="utf-8")
    file.publish()
    assert ("new", 0o640, ["r.xml"]) == (
        old.read_text(encoding="utf-8"),
        old.stat().st_mode & 0o777,
        os.listdir(tmp_path),
    )


def test_a_discarded_report_leaves_no_trace(tmp_path: Path) -> None:
    """Nor does a second call do harm."""
    file = ReportFile(str(tmp_path / "r.xml"))
    file.write("half")
    file.discard()
    file.discard()
    assert [] == os.listdir(tmp_path)


def test_a_link_is_followed(tmp_path: Path) -> None:
    """It still leads to the report afterwards."""
    link = tmp_path / "latest.xml"
    link.symlink_to(tmp_path / "r.xml")
    file = ReportFile(str(link))
    file.write("new")
    file.publish()
    assert link.is_symlink()
    assert "new" == (tmp_path / "r.xml").read_text(encoding="utf-8")


def test_half_a_surrogate_pair_is_written_as_an_escape(tmp_path: Path) -> None:
    """JSON may bring one in, and UTF-8 has none."""
    file = ReportFile(str(tmp_path / "r"))
    file.write("a\ud800")
    file.publish()
    assert b"a\\ud800" == (tmp_path / "r").read_bytes()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "a report needs the name of a file"),
        ("-", "a report needs the name of a file"),
        ("folder", "this is a folder, not a file"),
        ("new/", "this is a folder, not a file"),
        ("file/r.xml", "its folder cannot be made: "),
        ("file/deep/r.xml", "its folder cannot be made: "),
        ("x" * 300, "cannot be written: File name too long"),
    ],
)
def test_what_cannot_be_written_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, message: str
) -> None:
    """Before anything is run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputFileError) as caught:
        ReportFile(path)
    assert caught.value.message.startswith(message)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_an_error_and_no_bug() -> None:
    """Whenever the system notices it."""
    file = ReportFile("/dev/full")
    with pytest.raises(OutputFileError, match="No space left"):
        file.write("x" * 100_000)
    file.discard()


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="this system has no /dev/stdout")
@pytest.mark.parametrize("redirected", [True, False])
def test_stdout_may_be_a_pipe_or_a_file(tmp_path: Path, redirected: bool) -> None:
    """What was written to it before stays."""
    program = "from derivcheck_cli.render.destination import ReportFile as R\nprint('first', flush=True)\n"
    program += "r = R('/dev/stdout')\nr.write('report')\nr.publish()"
    out = tmp_path / "out"
    with out.open("wb") as stream:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=stream if redirected else subprocess.PIPE, timeout=60, check=True
        )
    assert b"first\nreport" == (out.read_bytes() if redirected else done.stdout)


def test_two_reports_in_one_file_are_refused(tmp_path: Path) -> None:
    """And so is one in the place of a case file, which stays what it was."""
    case_file = tmp_path / "a.toml"
    case_file.write_text("cases", encoding="utf-8")
    twice = {Report.JUNIT: str(tmp_path / "r"), Report.SARIF: f"{tmp_path}/./r"}
    with pytest.raises(OutputFileError, match="the file of another report"), reports(twice, Screen()):
        pass
    lost = {Report.HTML: str(case_file)}
    with (
        pytest.raises(OutputFileError, match="a file that the run reads"),
        reports(lost, Screen(), inputs=[str(case_file)]),
    ):
        pass
    assert ("cases", ["a.toml"]) == (case_file.read_text(encoding="utf-8"), os.listdir(tmp_path))


def test_an_interrupted_run_replaces_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Half of the cases would pass for all of them."""
    path = tmp_path / "r.xml"
    old = '<testsuites name="derivcheck"/>'
    path.write_text(old, encoding="utf-8")
    with reports({Report.JUNIT: str(path)}, Screen()) as written:
        written.publish(INTERRUPTED)
    assert (old, ["r.xml"]) == (path.read_text(encoding="utf-8"), os.listdir(tmp_path))
    assert "interrupted: not written, since the run is not complete" in capsys.readouterr().err


@pytest.mark.parametrize("report", Report)
def test_a_report_replaces_one_of_its_kind_and_nothing_else(tmp_path: Path, report: Report) -> None:
    """A thesis, a shell's profile, a report of another kind stay; an empty file was nobody's work."""
    path = tmp_path / "r"
    with reports({report: str(path)}, Screen()) as written:
        for renderer in written.renderers:
            renderer.start()
            renderer.finish(Summary(), ExitCode.PASS)
        written.publish(0)
    ours = path.read_bytes()
    others = [b"a thesis", b"export PATH=/bin\n", *(b"<!doctype html>", b"<?xml version='1.0'?>", b"# Title\n")]
    for text in others:
        path.write_bytes(text)
        with pytest.raises(OutputFileError, match="and is left as it is"), reports({report: str(path)}, Screen()):
            pass
        assert text == path.read_bytes()
    for text in (ours, b""):
        path.write_bytes(text)
        with reports({report: str(path)}, Screen()) as written:
            assert [str(path)] == [file.path for file in written.files]
    assert ["r"] == os.listdir(tmp_path)
    path.write_bytes(b"a thesis")
    with reports({report: str(path)}, Screen(), replace=True) as written:
        written.publish(0)
    assert path.read_bytes() == b""
