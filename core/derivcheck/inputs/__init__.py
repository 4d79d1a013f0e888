"""Reads what a user types into the model's types: points, assignments, the fields of a case."""
