"""What torch's operations do to the numbers: move them, compute exactly, round once, or lose more than the last bit."""

from __future__ import annotations

from functools import cache
from typing import Any

# Operations that move data, compare, or copy: nothing is computed.
MOVES = frozenset(
    {
        "_to_copy", "_unsafe_view", "alias", "as_strided", "broadcast_to", "cat", "clone", "contiguous", "copy",
        "copy_", "detach", "detach_", "diagonal", "empty", "empty_like", "expand", "fill", "fill_", "flip", "full",
        "full_like", "gather", "index", "index_put", "index_put_", "index_select", "lift_fresh", "lift_fresh_copy",
        "masked_fill", "masked_fill_", "masked_scatter", "new_empty", "new_full", "new_ones", "new_zeros", "ones",
        "ones_like", "permute", "repeat", "reshape", "roll", "scatter", "select", "select_backward", "slice",
        "slice_backward", "split", "squeeze", "stack", "t", "transpose", "unbind", "unsqueeze", "view", "view_as",
        "zero_", "zeros", "zeros_like", "scalar_tensor", "arange", "_efficientzerotensor", "is_same_size", "equal",
        "_has_same_storage_numel", "_local_scalar_dense",
    }
)  # fmt: skip

# Operations on vectors and matrices that move numbers and compute none.
SELECTIONS = frozenset(
    {
        "_conj", "_conj_physical", "_neg_view", "conj_physical",
        "aminmax", "complex", "constant_pad_nd", "cummax", "cummin", "diag_embed", "diagonal_scatter", "imag",
        "index_fill", "kthvalue", "median", "mode", "nanmedian", "real", "rot90", "select_scatter", "slice_scatter",
        "sort", "topk", "tril", "triu", "unfold", "view_as_complex", "view_as_real",
    }
)  # fmt: skip

# Operations whose result is a rounding-free function of their arguments.
NEVER_ROUNDS = frozenset(
    {
        "abs", "amax", "amin", "ceil", "clamp", "clamp_max", "clamp_min", "copysign", "floor", "fmax", "fmin", "fmod",
        "frac", "heaviside", "max", "maximum", "min", "minimum", "nan_to_num", "neg", "negative", "positive", "relu",
        "round", "sgn", "sign", "signbit", "threshold", "threshold_backward", "trunc", "where", "hardtanh",
        "hardtanh_backward", "hardshrink", "hardshrink_backward", "logical_and", "logical_or", "logical_not",
    }
)  # fmt: skip

# Those of them that round complex numbers.
ROUNDS_COMPLEX = frozenset({"abs", "sgn"})

# Special functions, of which torch's polynomials (most are from Cephes) lose more than the last bit: of 250 arguments
# in float64 and float32 the worst was 2 to 10 ulps off, and that of an elementary function 0.5 to 1.2.
ULPS = dict.fromkeys(
    (
        "i0", "special_i0e", "special_i1", "special_i1e", "special_erfcx", "special_log_ndtr", "special_ndtri", "sinc",
        "digamma", "polygamma", "special_zeta", "igamma", "igammac", "special_gammainc", "special_gammaincc",
        # (1 + erf(x/sqrt(2)))/2 + x*exp(-x**2/2)/sqrt(2*pi) in one operation: in float64 3.5 ulps off at -1, 4.0 at -3.
        # In float32 the kernel of vectors takes erf from Abramowitz and Stegun's 7.1.26, whose error is up to 1.5e-7 of
        # 1 (pytorch/pytorch issue 198183): 4.3 ulps at -1.3. From -2 on it is more than this explains: torch's defect.
        "gelu_backward",
    ),
    4,
)  # fmt: skip

# Functions of complex numbers that lose more: a power is e to the exponent times the logarithm, whose error grows so.
ULPS_OF_COMPLEX = {"pow": 8}

# Operations on tensors of several shapes whose numbers are each a number of an argument, times or divided by another.
SCALED = frozenset({"nll_loss_backward", "nll_loss2d_backward"})

# Operations that have a zero where numbers cancel: it has no exact sign.
CANCELLING = frozenset({"add", "sub", "rsub", "sum"})

# Functions that have no zero: a result of 0 is an underflow, even at 0.
NEVER_ZERO = frozenset(
    {"exp", "exp2", "sigmoid", "erfc", "log_sigmoid_forward", "softplus", "special_log_ndtr", "_softmax"}
)
UNDERFLOWS = NEVER_ZERO | {
    "mul", "div", "pow", "square", "reciprocal", "_prelu_kernel", "polygamma", "special_zeta", "igamma", "igammac",
    "special_modified_bessel_k0", "special_modified_bessel_k1",
}  # fmt: skip

# Functions of several arguments that have no pole where one of these is 0: an infinite result is an overflow there too.
NO_POLE_AT_ZERO = frozenset({"addcmul", "huber_loss", "lerp", "mse_loss", "smooth_l1_loss"})

# Operations of linear algebra that are not called so.
FACTORIZATIONS = frozenset(
    {"cholesky", "cholesky_inverse", "cholesky_solve", "geqrf", "lu_solve", "ormqr", "orgqr", "triangular_solve"}
)
# Those that find eigenvalues, singular values and their vectors.
ITERATIONS = frozenset(
    {"_linalg_svd", "_linalg_eigh", "linalg_eig", "linalg_eigvals", "_linalg_eigvals", "linalg_pinv"}
)
# Those whose results are sums and products of their arguments' numbers.
FACTOR_NOTHING = frozenset({"linalg_vector_norm", "linalg_cross", "linalg_matrix_exp"})


@cache
def described(func: Any) -> tuple[str, bool, bool]:
    """An operation's name, whether its last argument is a plain number, and whether it overwrites its first."""
    return func.overloadpacket.__name__, func._overloadname == "Scalar", func._schema.is_mutable


@cache
def kernel_of(func: Any) -> Any:
    """What runs an operation; of one of torch's primitives, into which it takes others apart, what these wrap.

    Through the dispatcher the first of them would load torch's compiler, which takes a second.
    """
    is_primitive = func.namespace == "prims" and not func._schema.is_mutable
    return getattr(func, "impl_aten", func) if is_primitive else func
