"""The ball reading: an Expression enclosed in Arb's ball arithmetic."""
