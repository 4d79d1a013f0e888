"""The truth: what a value, a derivative and a claim are, with proven bounds."""
