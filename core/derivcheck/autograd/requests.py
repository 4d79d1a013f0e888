"""What is asked of torch about a function of tensors: its values, a Jacobian, a product with one, a Hessian."""

from __future__ import annotations

from dataclasses import dataclass

from derivcheck.model import Wrt


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that is asked for; its elements come in the order of C.

    The outputs are those of the program, flattened and joined into one. Without weights the elements are those of an
    array of the shape (outputs, elements of the first variable, elements of the second); a weight takes its dimension
    out.

    Attributes:
        wrt: the variables to differentiate by; () is the value.
        upstream: the upstream gradient, a weight for each output; None: every output is differentiated.
        direction: of a second derivative, a weight for each element of the first variable; None: each is looked at.

    Example:
        >>> Request(("x",)).wrt, Request(("x",), upstream=(0.125, -1.875)).upstream
        (('x',), (0.125, -1.875))
    """

    wrt: Wrt = ()
    upstream: tuple[float, ...] | None = None
    direction: tuple[float, ...] | None = None
