"""The symbolic reading: an Expression differentiated with SymPy's rules."""
