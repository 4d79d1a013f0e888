"""The ball kernels: every function of the table as a proven enclosure in Arb's ball arithmetic.

A kernel takes and returns `flint.arb` at the precision of `flint.ctx`, which it never changes; conditions are `bool`,
or None where the balls do not decide. The result encloses the image of every point of the balls. Where the balls reach
over the edge of the domain or over a pole the result is nan, which means "unknown"; where they lie outside of the
domain altogether the kernel raises `OutOfDomain`. Infinities are the limits log(0) and the like, no more.

Every kernel is F. Johansson's Arb (IEEE Trans. Comput. 66 (2017) 1281–1292); what is added here are the cases in which
Arb says "unknown" although the answer is known, and the difference between "unknown" and "outside of the domain".
"""
