"""Tests of the columns in which the steps of a ball program are."""

from fractions import Fraction

from flint import arb

from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.instructions import Code, Traits
from derivcheck.language.parse import parse

PROGRAM = compile_balls(parse("where(x < 2, x*y, sin(x)) + 1/3 + pi", {"x", "y"}))


def test_instructions_are_the_columns_again() -> None:
    """Steps of none, one, two and three arguments come back as they are: arguments, literals, traits, dependence."""
    code = Code.of(2, PROGRAM.code)
    assert PROGRAM.code == code
    assert [(), (0, 2), (0, 1), (0,)] == [step.args for step in code[:4]]
    assert (3, 4, 5) == code.arguments(6) == code[4].args
    assert [step.args for step in code] == [code.arguments(slot) for slot in range(2, 2 + len(code))]
    assert ("where", True, 0b11) == (code[4].function, code.takes_outside(6), code.depends[6])
    assert [code.literals.get(slot) for slot in range(2, 2 + len(code))] == [step.literal for step in code]
    assert hash(PROGRAM.code) == hash(code)


def test_steps_can_be_appended_to_a_copy_alone() -> None:
    """A program that goes on leaves the one that it goes on from as it was, Instructions that were made included."""
    before, made = len(PROGRAM.code), PROGRAM.code.instructions
    further = PROGRAM.code.continued()
    slot = further.append(lambda x: -x, (0,), Traits("neg"), 7, 0b1)
    assert (before, before + 1) == (len(PROGRAM.code), len(further))
    assert ("neg", (0,), 7, 0b1) == (
        further[-1].function,
        further.arguments(slot),
        further[-1].node,
        further[-1].depends,
    )
    assert made == PROGRAM.code.instructions == further.instructions[:-1]


def test_whole_numbers_are_there_before_anything_is_run() -> None:
    """The 2 of x < 2 is one ball whatever the precision; 1/3 is computed each time."""
    blank = PROGRAM.code.blank([arb(1), arb(3)])
    numbers = {slot: blank[slot] for slot in PROGRAM.code.literals if isinstance(blank[slot], arb)}
    assert {Fraction(2)} == {PROGRAM.code.literals[slot] for slot in numbers} - {Fraction(1), Fraction(3)}
    assert all(number.is_exact() for number in numbers.values())
    assert Fraction(1, 3) in {value for slot, value in PROGRAM.code.literals.items() if slot not in numbers}
