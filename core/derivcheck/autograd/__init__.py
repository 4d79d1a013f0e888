"""The autograd reading: an Expression, or a function of the user's own, run and differentiated by torch."""
