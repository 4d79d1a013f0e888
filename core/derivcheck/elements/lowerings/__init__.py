"""How functions of shapes are made of functions of numbers: a module for each kind of function."""
