"""The table of rules: ways to write something that are the same in exact arithmetic, and better in floating point.

A rule is data: a pattern, a replacement, the condition under which they are equal, why it helps, and its source. A test
walks the table: each rule fires and helps at its example, and both of its sides are equal where its condition holds.
"""

from __future__ import annotations

from derivcheck.explaining.rewriting import (
    algebraic_rules,
    exponential_rules,
    logarithm_rules,
    probability_rules,
    tensor_rules,
    trigonometric_rules,
)
from derivcheck.explaining.rewriting.rule import Rule

RULES: tuple[Rule, ...] = (
    *exponential_rules.RULES,
    *logarithm_rules.RULES,
    *trigonometric_rules.RULES,
    *probability_rules.RULES,
    *tensor_rules.RULES,
    *algebraic_rules.RULES,
)
"""All rules that have a pattern; those of earlier modules are tried first."""
