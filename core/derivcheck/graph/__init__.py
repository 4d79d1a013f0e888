"""A formula as nodes of which equal ones are one: folding, expansion, reachability, inlining, building."""
