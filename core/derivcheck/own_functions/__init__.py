"""A user's own function: declared, run in a process of its own, held against the check list, diagnosed."""
