"""Other ways to write an expression, of which torch returns more digits: one table of rules, matching, verifying."""
