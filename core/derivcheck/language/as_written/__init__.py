"""Reads formulas as people write them, `2x² sin x`: only where the plain language refuses them."""
