"""What a user types, read into the model's types: points, assignments, the fields of a case."""
