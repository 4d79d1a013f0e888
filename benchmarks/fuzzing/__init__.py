"""The differential fuzz: random expressions, and an evaluator in mpmath that shares nothing with derivcheck."""
