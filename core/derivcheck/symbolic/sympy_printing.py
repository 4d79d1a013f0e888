"""A SymPy object as a text in SymPy's order and in the words of the expression language: it can be typed again."""

from __future__ import annotations

from typing import Any

from mpmath import libmp
from sympy.printing.str import StrPrinter

from derivcheck.language import table
from derivcheck.language.printing import to_text
from derivcheck.symbolic.sympy_language import write


def printed(item: Any) -> str:
    """The text of a SymPy object.

    Example:
        >>> import sympy
        >>> x = sympy.Symbol("x", real=True)
        >>> printed(sympy.Heaviside(x) - sympy.Abs(x)), printed(sympy.Piecewise((1, sympy.Ne(x, 0)), (2, True)))
        ('-abs(x) + heaviside(x)', 'where(x != 0, 1, 2)')
    """
    return str(_Printer().doprint(item))


_FLOAT_BITS = 53


class _Printer(StrPrinter):  # type: ignore[misc] # SymPy has no annotations
    """SymPy's own printer, but for decimals, for conditions, and for the names of functions."""

    def _print_Float(self, item: Any) -> str:
        """The shortest decimal that stands for the number, as Python prints its own."""
        value = float(item)
        if item._prec == _FLOAT_BITS and item == value:
            return repr(value)
        return str(libmp.to_str(item._mpf_, libmp.repr_dps(item._prec)))

    def _print_Function(self, item: Any) -> str:
        return self._call(item.func.__name__, item.args)

    def _print_Heaviside(self, item: Any) -> str:
        return self._call("Heaviside", item.pargs)

    def _print_LatticeOp(self, item: Any) -> str:
        return self._call(item.func.__name__, sorted(item.args, key=str))

    def _print_Mod(self, item: Any) -> str:
        return self._call("Mod", item.args)

    def _print_Piecewise(self, item: Any) -> str:
        whole = "nan"
        for value, condition in reversed(item.args):
            always = condition == True  # noqa: E712 - SymPy's true, which is not Python's
            whole = self._print(value) if always else self._named("where", (condition, value), whole)
        return whole

    def _print_Boolean(self, item: Any) -> str:
        return to_text(write(item, {}))

    _print_Relational = _print_And = _print_Or = _print_Not = _print_Boolean

    def _call(self, head: str, args: Any) -> str:
        row = table.by_sympy_head(head)
        return self._named(head if row is None else row.name, args)

    def _named(self, name: str, args: Any, *rest: str) -> str:
        return f"{name}({', '.join([*map(self._print, args), *rest])})"
