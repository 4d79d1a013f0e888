"""Existing test suites made exact: what `pytest --exact-gradcheck` does with the calls of torch's gradcheck."""
