"""Formulas as scalar graphs with many roots: one for each element of a value."""
