"""The formula that torch code computes, written in the expression language."""
