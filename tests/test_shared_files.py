"""share/: the manual pages and the completions of shells, which a wheel puts beside `bin`, are those of the commands.

After a change of an option or of a help text, `python tests/test_shared_files.py` writes them anew.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from man_pages import pages
from typer.completion import get_completion_script  # type: ignore[attr-defined] # as in derivcheck_cli

from derivcheck_cli.arguments import COMPLETES

SHARE = Path(__file__).resolve().parents[1] / "share"
COMPLETIONS = {
    "bash": "bash-completion/completions/derivcheck",
    "zsh": "zsh/site-functions/_derivcheck",
    "fish": "fish/vendor_completions.d/derivcheck.fish",
}
"""Where each shell looks for the completions of a command, below `share`."""

_FIRST_TIME = {"zsh": '\n[[ $zsh_eval_context[-1] == loadautofunc ]] && _derivcheck_completion "$@"'}
"""zsh reads the file when Tab is pressed for the first time, and expects an answer even then."""


def shared_files() -> Mapping[str, str]:
    """The texts of all files below share/, by their names."""
    scripts = {
        name: get_completion_script(prog_name="derivcheck", complete_var=COMPLETES, shell=shell)
        + f"{_FIRST_TIME.get(shell, '')}\n"
        for shell, name in COMPLETIONS.items()
    }
    return {**{f"man/man1/{name}": text for name, text in pages().items()}, **scripts}


def test_the_files_are_those_of_the_commands() -> None:
    """None is missing, none is left over, and each says what `--help` says."""
    there = {
        file.relative_to(SHARE).as_posix(): file.read_text(encoding="utf-8")
        for file in SHARE.rglob("*")
        if file.is_file()
    }
    assert shared_files() == there, "python tests/test_shared_files.py writes them anew"


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff that could read the pages")
def test_groff_understands_the_pages() -> None:
    """Without a warning, and it prints the options as they are typed."""
    pages = sorted((SHARE / "man" / "man1").glob("*.1"))
    command = ["groff", "-man", "-ww", "-Tutf8", "-P-cbou", *map(str, pages)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stderr == ""
    for text in ("--case-timeout SECONDS", "x**2 + 2*x + 1", 'echo "sin(x)/x @ x=1e-8" | derivcheck batch -', "…"):
        assert text in done.stdout


def ask(shell: str, *arguments: str) -> str:
    """What a shell prints that finds the derivcheck of this environment."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        [shell, *arguments], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    ).stdout


def test_bash_completes() -> None:
    """As it does on Tab: it calls the function that the script names."""
    script = (
        f". {SHARE / COMPLETIONS['bash']}; COMP_WORDS=(derivcheck batch --form); COMP_CWORD=2;"
        ' $(complete -p derivcheck | grep -o "_derivcheck[a-z_]*") derivcheck; echo "${COMPREPLY[*]}"'
    )
    assert ask("bash", "--norc", "-c", script) == "--format\n"


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish")
def test_fish_completes() -> None:
    """It offers the commands that begin so, with their help."""
    script = f'source {SHARE / COMPLETIONS["fish"]}; complete --do-complete "derivcheck ba"'
    assert ask("fish", "--no-config", "-c", script).startswith("batch\t")


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh")
def test_zsh_completes_the_first_time() -> None:
    """Its own completion finds the file, and answers to the first Tab."""
    folder = (SHARE / COMPLETIONS["zsh"]).parent
    typing = f"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1='ready> '; fpath=({folder} \\$fpath); autoload -U compinit; compinit -D -u"
zpty -w shell "bindkey '^I' complete-word"
zpty -w shell "print set-''up"
zpty -r shell text '*set-up*'
zpty -w -n shell $'derivcheck completion fi\\t'
zpty -r shell text '*completion fish*' && print completed
zpty -d shell
"""
    assert ask("zsh", "-f", "-c", typing) == "completed\n"


def update() -> None:
    """Write the files anew."""
    texts = shared_files()
    for file in SHARE.rglob("*"):
        if file.is_file() and file.relative_to(SHARE).as_posix() not in texts:
            file.unlink()
    for name, text in texts.items():
        (SHARE / name).parent.mkdir(parents=True, exist_ok=True)
        (SHARE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    update()
