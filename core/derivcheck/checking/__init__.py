"""The check: from a Case to its Results, at one point or at many."""
