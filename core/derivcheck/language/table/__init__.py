"""The function table: every function and constant of the expression language, and all that is known about them.

A function is named here and nowhere else. What a room must know of it is a column (see `row`).
"""

from __future__ import annotations

from derivcheck.language.table.lookup import (
    CHOICE,
    CONDITIONAL,
    CONDITIONS,
    CONSTANTS,
    FUNCTIONS,
    OWN,
    SHAPED_FUNCTIONS,
    by_sympy_head,
    constant,
    function,
    function_of_shapes,
    is_of_shapes,
    speak_of_shapes,
    suggest,
)
from derivcheck.language.table.row import Constant, Function, Option, Sort

__all__ = [
    "CHOICE",
    "CONDITIONAL",
    "CONDITIONS",
    "CONSTANTS",
    "FUNCTIONS",
    "OWN",
    "SHAPED_FUNCTIONS",
    "Constant",
    "Function",
    "Option",
    "Sort",
    "by_sympy_head",
    "constant",
    "function",
    "function_of_shapes",
    "is_of_shapes",
    "speak_of_shapes",
    "suggest",
]
