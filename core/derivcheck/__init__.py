"""derivcheck: a referee between a formula and a gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derivcheck.api import OwnCode as OwnCode
    from derivcheck.api import assert_derivatives as assert_derivatives
    from derivcheck.api import check as check
    from derivcheck.api import check_function as check_function
    from derivcheck.explain_api import explain as explain
    from derivcheck.gradchecking.gradcheck import gradcheck as gradcheck
    from derivcheck.gradchecking.gradcheck import gradgradcheck as gradgradcheck
    from derivcheck.hunt_api import hunt as hunt
    from derivcheck.model import Result as Result
    from derivcheck.model import Status as Status
    from derivcheck.reporting.explained_results import Explained as Explained
    from derivcheck.reporting.hunted_results import Hunted as Hunted
    from derivcheck.reporting.results import Results as Results

__version__ = "1.0.0"
"""The version, of which this is the one source: the wheel's metadata and `derivcheck --version` are made from it."""

__all__ = [
    "Explained",
    "Hunted",
    "OwnCode",
    "Result",
    "Results",
    "Status",
    "assert_derivatives",
    "check",
    "check_function",
    "explain",
    "gradcheck",
    "gradgradcheck",
    "hunt",
]

_HOMES = {
    "Explained": "derivcheck.reporting.explained_results",
    "Hunted": "derivcheck.reporting.hunted_results",
    "OwnCode": "derivcheck.api",
    "assert_derivatives": "derivcheck.api",
    "check": "derivcheck.api",
    "check_function": "derivcheck.api",
    "explain": "derivcheck.explain_api",
    "gradcheck": "derivcheck.gradchecking.gradcheck",
    "gradgradcheck": "derivcheck.gradchecking.gradcheck",
    "hunt": "derivcheck.hunt_api",
    "Result": "derivcheck.model",
    "Results": "derivcheck.reporting.results",
    "Status": "derivcheck.model",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for only then: importing derivcheck loads neither torch nor SymPy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Few of those who import derivcheck get here without a heavy library; the others have no use for it.
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The front door, and not the rooms behind it."""
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])
