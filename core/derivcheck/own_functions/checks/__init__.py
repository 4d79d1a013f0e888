"""The check list for a user's own function: one table of items, one module a thought."""
