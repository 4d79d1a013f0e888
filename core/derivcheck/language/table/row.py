"""The columns of the function table: what a row says of a function, and of a constant.

A row is data. Where a room needs code for a function, the row gives the *name* of that code, and the room looks it up
in a module of its own. So the table loads neither SymPy nor torch nor Arb, and the three readings share no code:

* `sympy`: an attribute of `sympy`, or `kernels.NAME` for one of `derivcheck.symbolic.sympy_kernels`;
* `torch`: a dotted attribute of `torch`, or `kernels.NAME` for one of `derivcheck.autograd.torch_kernels`;
* `ball`: a function of a module of `derivcheck.balls.kernels`;
* `complex_ball`: a method of `flint.acb`, the same function on its principal branch: for claims that are real, but by
  way of complex numbers.

A *primitive* has a SymPy and a ball reading of its own. A *composite* has a `definition` in the expression language.
Each reading takes its own kernel where the row names one, and the definition otherwise: torch ships a kernel of `silu`
and none of `sec`, Arb has a stable `sigmoid`. A row without both has no such reading (torch has no Airy function).

A definition is mathematics, not what torch computes (softplus has no threshold of 20), and true wherever it is defined.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum, auto

from derivcheck.model.light_records import record


class Sort(Enum):
    """What an argument or a result is."""

    REAL = auto()
    BOOL = auto()
    INTEGER = auto()
    """Integers that stay integers: an index, the labels of classes."""
    LABELS = auto()
    """The labels of classes where they are integers, else numbers: a probability for each class."""
    TENSORS = auto()
    """Several values in a list or a tuple, whose shapes may differ: those of cat([x, y])."""
    MASK = auto()
    """A condition, or numbers that are added: the mask of attention."""


@record
class Option:
    """An optional trailing argument with torch's default, such as `negative_slope` of `leaky_relu`.

    An option is a constant expression: it may not depend on a variable.
    """

    name: str
    default: str


@record
class Function:
    """One row of the function table.

    What is written first in a row:

    Attributes:
        group: the heading under which `derivcheck functions` lists it.
        signature: how the function is called, with its canonical name, its required arguments, `...` where further
            ones like the last may follow, and its options: `leaky_relu(x, negative_slope=0.01)`, `Max(x, y, ...)`.
        doc: one line of documentation.

    What is read from the signature:

    Attributes:
        name: the canonical name, which printing uses.
        params: names of the required arguments, in order.
        options: optional trailing arguments.
        variadic: whether further arguments like the last may follow.

    How it is written and read:

    Attributes:
        aliases: further names that mean the same.
        lacking: the functions that it is where one of its arguments is left out, or None: clamp_min without a max.
        by_count: the functions that it is with so many arguments: elliptic_e(z, m) is ellipeinc(z, m).
        variants: the functions that it is with a setting of torch's: floor_divide with `rounding_mode='floor'`.
        sympy, torch, ball, complex_ball: the readings' kernels (see the module), None where there is none.
        definition: a composite's definition over `params` and the options' names.
        constant_params: those of `params` that must not depend on a variable (the order `n` of `polygamma(n, x)`).
        held: those of `constant_params` in which a variable may stand, by which nothing is differentiated then: the
            order n of besselj(n, x).
        sorts: the arguments' sorts; all real if empty.
        result: the result's sort.
        plain_params: those of `params` in which a literal is taken as the plain number that it is, not as one that may
            be rounded: the exponent of x**3, which torch is given as Python's 3.
        torch_steps: what the torch reading computes, as an expression, where it takes several of torch's kernels.
        torch_domain: where torch's kernel has a number, a condition over `params`; None where that is the whole domain.

    Of a function of shapes, which torch alone computes as such; the other readings see what it is lowered to:
        lowering: the kernel of `derivcheck.elements.lowerings` that makes the elements of the result from those of the
            arguments; None for a function of numbers, which is taken element by element. Without one, a function of
            shapes has a `definition` by others of its kind.
        settings: those of `params` and options that are plain values and no part of the mathematics: a dim, a word.
        matrix_rule: the rule of `derivcheck.symbolic.matrix_rules` by which its derivative is written with matrices.
        is_shaped: whether it is a function of shapes: whether a module of such functions has its row.
        is_attribute: whether it is written behind a dot, without brackets: A.T.
        results: the names of the several values that it gives, as torch has them behind a dot: qr(A).Q is qr(A)[0].
        has_indices: the names under which torch gives indices beside the values, where a dim is given; the language
            gives the values alone. So sort(x)[0] is an element here, and all values in torch.

    What is true of it:

    Attributes:
        jumps: whether the function is discontinuous somewhere inside of its domain.
        kinks: whether it is continuous there, and its derivative is not: |x| at 0, Max(x, y) where both are the same.
        swings: those of `params` in which the function has no limit, or infinitely many poles or jumps, as they grow
            without bound: x of sin(x), of gamma(x), of floor(x); "1/y" for a parameter y that tends to 0. Where such an
            argument is unbounded near a point, difference quotients look at a few of infinitely many swings, and cannot
            tell whether a limit exists.
        selects: whether the result is one of its arguments or a fixed number, as their sizes or a condition decide: the
            derivatives are masks of 0 and 1.
        branch: whether the result may be known where an argument is not: where(True, x, y) is x, whatever y is.
        commutes: whether two arguments may change places: x + y = y + x.
        associates: whether two numbers in a chain may be taken together first: (x + y) + z = x + (y + z).
        of_itself: of a comparison, its result where both sides are the same number; None for anything else.
        scales: whether f(c*x, c*y) = c*f(x, y) for every c > 0, so that a common factor pi can be taken out.
        ends: the low and the high end of a monotonic function's domain, None for one at which it is not finite. That of
            a power holds for an exponent that is positive and no integer.
        wraps: whether the result is x less a whole multiple of y, which stays the same between two jumps.
        rounds: whether torch's kernel rounds its result, and puts it into memory of its own.
        one_rule: whether SymPy's rule for its derivative is the same for a literal as for any other argument that does
            not vary: that of x*y is, that of x**y is not, since x**3 has a shorter one.
        transparent: whether SymPy may see into a call on constants alone. It would work out any other such call,
            gamma(5) = 24 and factorial(10**9) too, which therefore is but a symbol to it.

    How other rooms compute it:

    Attributes:
        size: the kernel of `derivcheck.language.bounds` that says how large the result is where all arguments are
            rational constants; None where the result is not rational, or no number.
        exact: the kernel of `derivcheck.graph.folding` that gives the exact result where all arguments are rational.
        idle: the rule of `derivcheck.graph.building` that leaves out what a rule of differentiation cannot know to be
            idle, such as a term that is 0.
        at_infinity: the rule of `derivcheck.elements.infinite_elements` for an argument that is infinite.
        half_turns: the kernel of `derivcheck.balls.exact_steps` that gives the exact result for a multiple of pi/2.
        arb: the operation of Arb itself that does what `ball` does wherever its result is finite, as a template.
        ball_of: the maker of a kernel like `ball` for a last argument that is known beforehand.
        word: the rule of `derivcheck.double_words.word_sheet` that computes it on double words.
        line: the rule of `derivcheck.balls.ball_code` that writes a step by way of cheaper ones.
        pi_power: the rule of `derivcheck.balls.exact_steps` for rational multiples of powers of pi.
        digits: the rule of `derivcheck.rounding.same_floats` that takes the digits of a result from its arguments'.
        chain: what a long chain of it, x + y - z + …, is in `derivcheck.symbolic.sympy_language`, which collects it
            before SymPy sorts it; such a chain counts as one operation deep.
        linear: the rule of `derivcheck.balls.linearity` that says whether the result is linear where arguments are.
        tidy: the rule of `derivcheck.symbolic.tidying` by which products and sums are collected.
        mistakes: the mistakes in its derivative that `own_functions.tensors.alterations_of_numbers` knows.
        left_out: the rule of `own_functions.tensors.altered_formulas` that leaves it out, so that an argument remains.
        written_out: the rule of `own_functions.tensors.written_out` by which it becomes the steps that it is made of.
        algebra: what it is to `derivcheck.explaining.rewriting`: a sum, a quotient; or a power of its one argument, by
            the exponent, 1/2.

    How mathematics writes it:

    Attributes:
        sign: the sign before its one argument, or between its two: ∧, ≤.
        layout: the layout of `derivcheck.reporting.presentation.mathml` that is made of the arguments, such as a
            fraction. What has neither is written f(x, y).
    """

    group: str
    signature: str
    doc: str
    name: str = field(init=False)
    params: tuple[str, ...] = field(init=False)
    options: tuple[Option, ...] = field(init=False)
    variadic: bool = field(init=False)
    aliases: tuple[str, ...] = ()
    lacking: tuple[tuple[str, str], ...] = ()
    variants: tuple[tuple[str, str], ...] = ()
    by_count: tuple[tuple[int, str], ...] = ()
    sympy: str | None = None
    torch: str | None = None
    ball: str | None = None
    complex_ball: str | None = None
    definition: str | None = None
    constant_params: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    sorts: tuple[Sort, ...] = ()
    result: Sort = Sort.REAL
    plain_params: tuple[str, ...] = ()
    torch_steps: str | None = None
    torch_domain: str | None = None
    lowering: str | None = None
    settings: tuple[str, ...] = ()
    matrix_rule: str | None = None
    is_shaped: bool = False
    is_attribute: bool = False
    results: tuple[str, ...] = ()
    has_indices: tuple[str, ...] = ()
    jumps: bool = False
    kinks: bool = False
    swings: tuple[str, ...] = ()
    selects: bool = False
    branch: bool = False
    commutes: bool = False
    associates: bool = False
    of_itself: bool | None = None
    scales: bool = False
    ends: tuple[int | None, int | None] | None = None
    wraps: bool = False
    rounds: bool = False
    one_rule: bool = False
    transparent: bool = False
    size: str | None = None
    exact: str | None = None
    idle: str | None = None
    at_infinity: str | None = None
    half_turns: str | None = None
    arb: str | None = None
    ball_of: str | None = None
    word: str | None = None
    line: str | None = None
    pi_power: str | None = None
    digits: str | None = None
    chain: str | None = None
    linear: str | None = None
    tidy: str | None = None
    mistakes: str | None = None
    left_out: str | None = None
    written_out: str | None = None
    algebra: str | None = None
    sign: str | None = None
    layout: str | None = None

    def __post_init__(self) -> None:
        name, _, inside = self.signature.removesuffix(")").partition("(")
        args = [arg.partition("=") for arg in inside.split(", ") if arg]
        # a record is frozen for the type checker alone, so that these four are set like this
        put = object.__setattr__
        put(self, "name", name)
        put(self, "params", tuple([arg for arg, equals, _ in args if not equals and arg != "..."]))
        put(self, "options", tuple([Option(arg, default) for arg, equals, default in args if equals]))
        put(self, "variadic", ("...", "", "") in args)

    def sort_of(self, index: int) -> Sort:
        """The sort of the argument at `index`."""
        if not self.sorts:
            return Sort.REAL
        return self.sorts[min(index, len(self.sorts) - 1)]


@record
class Constant:
    """A named number.

    Attributes:
        name: the canonical name.
        doc: one line of documentation.
        number: the nearest float64; nan where it is no real number.
        sympy: SymPy's singleton, an attribute of `sympy`.
        ball: the ball kernel.
        aliases: further names that mean the same.
        sign: how mathematics writes it; None where it is the name.
        power_of_pi: the power of pi that it is, with which exact arithmetic computes.
        complex_number: the number, where it is complex.
    """

    name: str
    doc: str
    number: float
    sympy: str
    ball: str
    aliases: tuple[str, ...] = ()
    sign: str | None = None
    power_of_pi: int | None = None
    complex_number: complex | None = None
