"""A hostile checkout: what somebody may put into a repository to get at whoever runs derivcheck in it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = "from derivcheck_cli.start import main\n\nif __name__ == '__main__':\n    main()\n"
"""What the installed `derivcheck` script does, in a folder of its own as that is."""

_LIBRARIES = "torch sympy flint mpmath numpy pebble psutil typer click rich pygments distributed dask triton networkx"
_OPTIONAL = (
    "jax tensorflow onnx matplotlib pandas scipy IPython gmpy2 sage expecttest optree sitecustomize usercustomize"
)
_OURS = "derivcheck derivcheck_cli core cli"


@dataclass(frozen=True, slots=True)
class Checkout:
    """The folder of a hostile checkout, and the file in which planted code says that it ran.

    Attributes:
        folder: the checkout, where commands are run.
        outside: a folder beside it, which nothing may change.
        ran: the file to which each planted module adds its name.
    """

    folder: Path
    outside: Path
    ran: Path

    @property
    def command(self) -> list[str]:
        """The command line of derivcheck, as its installed script runs it."""
        return [sys.executable, str(self.outside / "bin" / "derivcheck")]

    def planted(self) -> str:
        """The names of the planted modules that ran."""
        return self.ran.read_text() if self.ran.exists() else ""


def make(root: Path) -> Checkout:
    """Make a checkout with nothing in it, and the folder beside it."""
    checkout = Checkout(root / "checkout", root / "outside", root / "outside" / "ran.txt")
    (checkout.outside / "bin").mkdir(parents=True)
    (checkout.outside / "bin" / "derivcheck").write_text(LAUNCHER)
    checkout.folder.mkdir()
    return checkout


def plant(checkout: Checkout, loaded: set[str]) -> list[str]:
    """Plant a module of every name that a run may import, as a file or a package, and return the names.

    Args:
        checkout: where.
        loaded: the names of the modules that a process has once everything is imported.
    """
    names = {name.partition(".")[0] for name in loaded} | set(sys.stdlib_module_names)
    names |= {*_LIBRARIES.split(), *_OPTIONAL.split(), *_OURS.split()}
    planted = sorted(name for name in names if name.isidentifier() and name != "__main__")
    for number, name in enumerate(planted):
        code = f"open({str(checkout.ran)!r}, 'a').write({name!r} + '\\n')\n"
        if number % 2:
            (checkout.folder / f"{name}.py").write_text(code)
        else:
            (checkout.folder / name).mkdir()
            (checkout.folder / name / "__init__.py").write_text(code)
    return planted
