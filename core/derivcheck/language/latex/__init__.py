"""LaTeX: a formula as it is typeset, read into a text of the expression language."""
