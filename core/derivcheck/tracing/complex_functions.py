"""Functions of complex numbers, as formulas of their real and imaginary parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from derivcheck.elements.node_arrays import NodeArrays, Nodes
from derivcheck.tracing.pairs import ComplexNodes, Pair


class ComplexFunctions(ComplexNodes):
    """Makes pairs of nodes by the functions of complex numbers that torch has, each on its principal branch.

    On a cut of a branch the formulas jump, as the functions do. A number whose imaginary part is 0 whatever the point
    is a real one: it never leaves its side of a cut.
    """

    def __init__(self, make: NodeArrays) -> None:
        super().__init__(make)
        self._zero = make.number(0)

    def _formulas(self, x: Pair, real: str, imag: str) -> Pair:
        """Formulas of the real part x and the imaginary part y."""
        formula = self.make.formula
        return Pair(formula(real, x=x.real, y=x.imag), formula(imag, x=x.real, y=x.imag))

    def _choose(self, is_real: Callable[[Nodes], Nodes], is_complex: Callable[[Pair], Nodes], x: Pair) -> Nodes:
        """What one function gives of the numbers that are real whatever the point, and another one of the rest."""
        found = np.empty(x.shape, dtype=np.int64)
        reals = x.imag == self._zero
        if reals.any():
            found[reals] = is_real(x.real[reals])
        if not reals.all():
            found[~reals] = is_complex(x[~reals])
        return found

    def number(self, value: complex, shape: tuple[int, ...] = ()) -> Pair:
        """A plain number."""
        return Pair(self.make.full(shape, value.real), self.make.full(shape, value.imag))

    # --- parts -------------------------------------------------------------------------------------------------------

    def abs(self, x: Pair) -> Nodes:
        """The sizes."""
        formula = self.make.formula
        return self._choose(
            lambda real: self.make.call("abs", real), lambda z: formula("sqrt(x**2 + y**2)", x=z.real, y=z.imag), x
        )

    def angle(self, x: Pair) -> Nodes:
        """The angles, from -pi to pi."""
        formula = self.make.formula
        return self._choose(
            lambda real: formula("where(x < 0, pi, 0)", x=real), lambda z: self.make.call("atan2", z.imag, z.real), x
        )

    def sgn(self, x: Pair) -> Pair:
        """The numbers over their sizes; 0 of 0."""
        size = self.abs(x)
        is_0 = self.make.estimate(size) == 0
        found = self.over(x, size)
        return found.moved(lambda nodes: np.where(is_0, self._zero, nodes))

    def polar(self, size: Nodes, angle: Nodes) -> Pair:
        """Numbers by their sizes and angles."""
        formula = self.make.formula
        return Pair(formula("r*cos(t)", r=size, t=angle), formula("r*sin(t)", r=size, t=angle))

    # --- exponential and logarithm -----------------------------------------------------------------------------------

    def exp(self, x: Pair) -> Pair:
        """e**x."""
        return self._formulas(x, "exp(x)*cos(y)", "exp(x)*sin(y)")

    def log(self, x: Pair) -> Pair:
        """The principal logarithm."""
        return Pair(self.make.call("log", self.abs(x)), self.angle(x))

    def sqrt(self, x: Pair) -> Pair:
        """The principal root.

        Of z = x + iy with the size r it is s + iy/(2s) with s = sqrt((r + x)/2), and where x is negative, and s near 0,
        y/(2t) + it with t = sqrt((r - x)/2), of the sign of y. Which of them is taken is chosen at the point.
        """
        size, formula = self.abs(x), self.make.formula
        left = self.make.estimate(x.real) < 0
        signs = np.where(self.make.estimate(x.imag) < 0, self.make.number(-1), self.make.number(1))
        found = Pair(np.empty(x.shape, dtype=np.int64), np.empty(x.shape, dtype=np.int64))
        for sides, sign in ((~left, 1), (left, -1)):
            if sides.any():
                near = "sqrt((r + x)/2)" if sign > 0 else "s*sqrt((r - x)/2)"
                part = formula(near, r=size[sides], x=x.real[sides], **({} if sign > 0 else {"s": signs[sides]}))
                other = self._quotient(x.imag[sides], self.real("mul", self.make.number(2), part))
                found.real[sides], found.imag[sides] = (part, other) if sign > 0 else (other, part)
        return found

    def power(self, x: Pair, exponent: Pair) -> Pair:
        """x to a power: by products for a plain integer, by the root for 1/2, else by the logarithm."""
        known = self.make.known(exponent.real)
        if known is not None and self.make.known(exponent.imag) == 0:
            if known.denominator == 1 and abs(known) <= _MOST_BY_PRODUCTS:
                return self.integer_power(x, int(known))
            if known == _HALF:
                return self.sqrt(x)
        return self.exp(self.mul(exponent, self.log(x)))

    # --- the rest ----------------------------------------------------------------------------------------------------

    def reciprocal(self, x: Pair) -> Pair:
        """1/x."""
        return self.div(self.number(1, x.shape), x)

    def sin(self, x: Pair) -> Pair:
        """The sine."""
        return self._formulas(x, "sin(x)*cosh(y)", "cos(x)*sinh(y)")

    def cos(self, x: Pair) -> Pair:
        """The cosine."""
        return self._formulas(x, "cos(x)*cosh(y)", "-sin(x)*sinh(y)")

    def sinh(self, x: Pair) -> Pair:
        """The hyperbolic sine."""
        return self._formulas(x, "sinh(x)*cos(y)", "cosh(x)*sin(y)")

    def cosh(self, x: Pair) -> Pair:
        """The hyperbolic cosine."""
        return self._formulas(x, "cosh(x)*cos(y)", "sinh(x)*sin(y)")

    def tan(self, x: Pair) -> Pair:
        """The tangent."""
        return self.div(self.sin(x), self.cos(x))

    def tanh(self, x: Pair) -> Pair:
        """The hyperbolic tangent."""
        return self.div(self.sinh(x), self.cosh(x))

    def sigmoid(self, x: Pair) -> Pair:
        """1/(1 + e**-x)."""
        return self.reciprocal(self.add(self.number(1), self.exp(self.neg(x))))

    def silu(self, x: Pair) -> Pair:
        """x times its sigmoid."""
        return self.mul(x, self.sigmoid(x))

    def expm1(self, x: Pair) -> Pair:
        """e**x - 1."""
        return self.sub(self.exp(x), self.number(1))

    def log1p(self, x: Pair) -> Pair:
        """The logarithm of 1 + x."""
        return self.log(self.add(self.number(1), x))

    def exp2(self, x: Pair) -> Pair:
        """2**x."""
        return self.exp(self.scaled(x, self.make.formula("log(2)")))

    def log2(self, x: Pair) -> Pair:
        """The logarithm of base 2."""
        return self.over(self.log(x), self.make.formula("log(2)"))

    def log10(self, x: Pair) -> Pair:
        """The logarithm of base 10."""
        return self.over(self.log(x), self.make.formula("log(10)"))

    def rsqrt(self, x: Pair) -> Pair:
        """1 over the root."""
        return self.reciprocal(self.sqrt(x))

    def square(self, x: Pair) -> Pair:
        """x*x."""
        return self.mul(x, x)

    def asin(self, x: Pair) -> Pair:
        """-i log(ix + sqrt(1 - x**2))."""
        root = self.sqrt(self.sub(self.number(1), self.square(x)))
        return self.neg(self.times_i(self.log(self.add(self.times_i(x), root))))

    def acos(self, x: Pair) -> Pair:
        """pi/2 - asin x."""
        return self.sub(self.of(self.make.formula("pi/2")), self.asin(x))

    def atan(self, x: Pair) -> Pair:
        """i/2 (log(1 - ix) - log(1 + ix))."""
        one, turned = self.number(1), self.times_i(x)
        found = self.sub(self.log(self.sub(one, turned)), self.log(self.add(one, turned)))
        return self.over(self.times_i(found), self.make.number(2))

    def asinh(self, x: Pair) -> Pair:
        """log(x + sqrt(x**2 + 1))."""
        return self.log(self.add(x, self.sqrt(self.add(self.square(x), self.number(1)))))

    def acosh(self, x: Pair) -> Pair:
        """log(x + sqrt(x + 1) sqrt(x - 1))."""
        one = self.number(1)
        return self.log(self.add(x, self.mul(self.sqrt(self.add(x, one)), self.sqrt(self.sub(x, one)))))

    def atanh(self, x: Pair) -> Pair:
        """(log(1 + x) - log(1 - x))/2."""
        one = self.number(1)
        return self.over(self.sub(self.log(self.add(one, x)), self.log(self.sub(one, x))), self.make.number(2))


_MOST_BY_PRODUCTS = 64
"""The largest exponent of a power that is written out as products."""

_HALF = 0.5

FUNCTIONS: Mapping[str, Callable[[ComplexFunctions, Pair], Pair]] = {
    name: getattr(ComplexFunctions, name)
    for name in (
        *("neg", "sgn", "exp", "log", "sqrt", "rsqrt", "reciprocal", "square", "exp2", "expm1", "log2", "log10"),
        *("sin", "cos", "tan", "sinh", "cosh", "tanh", "sigmoid", "silu", "log1p"),
        *("asin", "acos", "atan", "asinh", "acosh", "atanh"),
    )
}
"""Those of one argument whose result is complex, by torch's names."""
