"""The check of a case whose values have shapes, at one point."""
