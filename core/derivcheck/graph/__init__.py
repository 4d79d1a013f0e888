"""A formula as nodes of which equal ones are one: folding, inlining, building."""
