"""The command line for tests, in this process."""

from __future__ import annotations

from typing import Any

from typer.testing import CliRunner

from derivcheck_cli.app import app


def run(*args: str, code: int = 0, stdin: str | None = None, env: dict[str, str] | None = None) -> Any:
    """Run the command line, look at its exit code, and return what it wrote."""
    result = CliRunner().invoke(app, args, input=stdin, env=env)
    assert code == result.exit_code, result.output
    return result
