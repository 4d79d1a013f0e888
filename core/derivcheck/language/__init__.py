"""The expression language: its words, its table of functions, and the parser from a text to an Expression."""
