"""Rules about values with shapes: sums of exponentials, norms, variances, determinants, losses."""

from __future__ import annotations

from derivcheck.explaining.rewriting.books import CHAN, HIGHAM_SOFTMAX, KAHAN, KAHAN_CONSTANT, LAPACK, MULLER, TORCH
from derivcheck.explaining.rewriting.rule import Example, Rule
from derivcheck.numbers import DType

_F32, _F16, _BF16 = DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16

_OVERFLOWS = "exp overflows for a large argument; what is written instead does not"
_UNDERFLOWS = "a small probability underflows, and the logarithm of 0 is infinite"
_VECTOR = {"x": (3,)}
_MATRIX = {"A": (3, 3)}
_LARGE = "x=[800, 801, 799]"
_FAR = "x=[0, 800, 3]"

# fmt: off
RULES: tuple[Rule, ...] = (
    # --- sums of exponentials ----------------------------------------------------------------------------------------
    Rule("log(sum(exp(x), dim=d))", "logsumexp(x, dim=d)", _OVERFLOWS, HIGHAM_SOFTMAX,
         Example("log(sum(exp(x)))", _LARGE), shapes=_VECTOR),
    Rule("log(mean(exp(x)))", "logsumexp(x) - log(numel(x))", _OVERFLOWS, HIGHAM_SOFTMAX,
         Example("log(mean(exp(x)))", _LARGE), shapes=_VECTOR),
    Rule("log(cumsum(exp(x), dim=d))", "logcumsumexp(x, dim=d)", _OVERFLOWS, TORCH,
         Example("log(cumsum(exp(x), dim=0))", _LARGE), shapes=_VECTOR, given={"d": "0"}),
    Rule("exp(x)/sum(exp(x), dim=d, keepdim=True)", "softmax(x, dim=d)", _OVERFLOWS, HIGHAM_SOFTMAX,
         Example("exp(x)/sum(exp(x), dim=-1, keepdim=True)", _LARGE), shapes=_VECTOR, given={"d": "0"}),
    Rule("exp(x)/sum(exp(x))", "softmax(x, dim=-1)", _OVERFLOWS, HIGHAM_SOFTMAX, Example("exp(x)/sum(exp(x))", _LARGE),
         shapes=_VECTOR),
    Rule("exp(x)/sum(exp(x))", "exp(x - logsumexp(x))", _OVERFLOWS, HIGHAM_SOFTMAX,
         Example("exp(x)/sum(exp(x))", "x=[[800, 801], [799, 800]]"), shapes=_VECTOR),
    Rule("exp(x)[t]/sum(exp(x))", "softmax(x, dim=-1)[t]", _OVERFLOWS, HIGHAM_SOFTMAX,
         Example("exp(x)[1]/sum(exp(x))", _LARGE), shapes=_VECTOR, given={"t": "1"}),
    Rule("exp(x[t])/sum(exp(x))", "softmax(x, dim=-1)[t]", _OVERFLOWS, HIGHAM_SOFTMAX,
         Example("exp(x[1])/sum(exp(x))", _LARGE), shapes=_VECTOR, given={"t": "1"}),
    Rule("log(softmax(x, dim=d))", "log_softmax(x, dim=d)", _UNDERFLOWS, TORCH,
         Example("sum(log(softmax(x, dim=-1)))", _FAR), shapes=_VECTOR, given={"d": "0"}),
    Rule("log(softmax(x, dim=d)[t])", "log_softmax(x, dim=d)[t]", _UNDERFLOWS, TORCH,
         Example("-log(softmax(x, dim=-1)[0])", _FAR), shapes=_VECTOR, given={"d": "0", "t": "1"}),
    Rule("log(prod(x))", "sum(log(x))", "the product overflows or underflows", MULLER,
         Example("log(prod(x))", "x=[1e200, 2e200, 1]"), "x > 0", shapes=_VECTOR),
    Rule("log(cumprod(x, dim=d))", "cumsum(log(x), dim=d)", "the product overflows or underflows", MULLER,
         Example("log(cumprod(x, dim=0))", "x=[1e200, 2e200, 1]"), "x > 0", shapes=_VECTOR, given={"d": "0"}),
    Rule("prod(exp(x))", "exp(sum(x))", _OVERFLOWS, MULLER, Example("prod(exp(x))", "x=[800, -799, 1]"),
         shapes=_VECTOR),

    # --- norms -------------------------------------------------------------------------------------------------------
    Rule("sqrt(sum(x**2, dim=d))", "norm(x, dim=d)", "torch divides 0 by 0 in the derivative at 0", TORCH,
         Example("sum(x)*sqrt(sum(x**2))", "x=[0., 0.]"), shapes=_VECTOR),
    Rule("sqrt(x @ x)", "norm(x)", "torch divides 0 by 0 in the derivative at 0", TORCH,
         Example("sum(x)*sqrt(x @ x)", "x=[0., 0.]"), shapes=_VECTOR),
    Rule("norm(x)**2", "sum(x**2)", "torch has no second derivative of a norm at 0", TORCH,
         Example("norm(x)**2", "x=[0., 0.]", wrt=(("x", "x"),)), shapes=_VECTOR),
    Rule("norm(x)", "amax(abs(x))*norm(x/amax(abs(x)))", "the squares overflow or underflow", KAHAN,
         Example("norm(x)", "x=[3e200, 4e200]"), shapes=_VECTOR),
    Rule("x @ x - 2*(x @ y) + y @ y", "sum((x - y)**2)", "the products cancel where x and y are near each other",
         CHAN, Example("x @ x - 2*(x @ y) + y @ y", "x=[1.00001, 2]; y=[1., 2]"), shapes={"x": (3,), "y": (3,)}),
    Rule("sum(x**2) - 2*sum(x*y) + sum(y**2)", "sum((x - y)**2)",
         "the sums cancel where x and y are near each other", CHAN,
         Example("sum(x**2) - 2*sum(x*y) + sum(y**2)", "x=[1.00001, 2]; y=[1., 2]"), shapes={"x": (3,), "y": (3,)}),
    Rule("1 - sum(x*y)/(norm(x)*norm(y))", "sum((x/norm(x) - y/norm(y))**2)/2", "the cosine of a small angle is near 1",
         KAHAN_CONSTANT, Example("1 - sum(x*y)/(norm(x)*norm(y))", "x=[1., 2.]; y=[1., 2.000001]"),
         shapes={"x": (3,), "y": (3,)}),
    Rule("1 - sum(x*y)/(sqrt(sum(x**2))*sqrt(sum(y**2)))", "sum((x/norm(x) - y/norm(y))**2)/2",
         "the cosine of a small angle is near 1", KAHAN_CONSTANT,
         Example("1 - sum(x*y)/(sqrt(sum(x**2))*sqrt(sum(y**2)))", "x=[1., 2.]; y=[1., 2.000001]"),
         shapes={"x": (3,), "y": (3,)}),
    Rule("1 - (x @ y)/(norm(x)*norm(y))", "sum((x/norm(x) - y/norm(y))**2)/2",
         "the cosine of a small angle is near 1", KAHAN_CONSTANT,
         Example("1 - x @ y/(norm(x)*norm(y))", "x=[1., 2.]; y=[1., 2.000001]"), shapes={"x": (3,), "y": (3,)}),
    Rule("acos(sum(x*y)/(norm(x)*norm(y)))",
         "2*atan2(norm(x/norm(x) - y/norm(y)), norm(x/norm(x) + y/norm(y)))", "the cosine of a small angle is near 1",
         KAHAN_CONSTANT, Example("acos(sum(x*y)/(norm(x)*norm(y)))", "x=[1., 2.]; y=[1., 2.000001]"),
         shapes={"x": (3,), "y": (3,)}),
    Rule("sum(x) - sum(y)", "sum(x - y)", "the sums cancel", CHAN,
         Example("sum(x) - sum(y)", "x=[1e8, 1.00001]; y=[1e8, 1]"), shapes={"x": (3,), "y": (3,)}),

    # --- variances ---------------------------------------------------------------------------------------------------
    Rule("mean(x**2, dim=d) - mean(x, dim=d)**2", "var(x, dim=d, correction=0)",
         "the mean of the squares and the square of the mean cancel", CHAN,
         Example("mean(x**2) - mean(x)**2", "x=[10000001, 10000002, 10000004]"), shapes=_VECTOR),
    Rule("mean(x**2) - mean(x)**2", "mean((x - mean(x))**2)",
         "the mean of the squares and the square of the mean cancel", CHAN,
         Example("mean(x**2) - mean(x)**2", "x=[10000001, 10000002, 10000004]"), shapes=_VECTOR),
    Rule("mean(x*y) - mean(x)*mean(y)", "mean((x - mean(x))*(y - mean(y)))",
         "the mean of the products and the product of the means cancel", CHAN,
         Example("mean(x*y) - mean(x)*mean(y)", "x=[10000001, 10000002, 10000004]; y=[10000003, 10000002, 10000001]"),
         shapes={"x": (3,), "y": (3,)}),
    Rule("sum(x**2) - sum(x)**2/numel(x)", "sum((x - mean(x))**2)",
         "the sum of the squares and the square of the sum cancel", CHAN,
         Example("sum(x**2) - sum(x)**2/numel(x)", "x=[10000001, 10000002, 10000004]"), shapes=_VECTOR),

    # --- matrices ----------------------------------------------------------------------------------------------------
    Rule("log(det(A))", "logdet(A)", "the determinant overflows or underflows", LAPACK,
         Example("log(det(A))", "A=[[1e200, 1], [2, 1e200]]"), "det(A) > 0", shapes=_MATRIX),
    Rule("log(abs(det(A)))", "slogdet(A)[1]", "the determinant overflows or underflows", LAPACK,
         Example("log(abs(det(A)))", "A=[[-1e200, 1], [2, 1e200]]"), "det(A) != 0", shapes=_MATRIX),

    # --- losses ------------------------------------------------------------------------------------------------------
    Rule("binary_cross_entropy(x, y, reduction='sum')", "-sum(y*log(x) + (1 - y)*log1p(-x))",
         "torch's second derivative takes another formula than its first", TORCH,
         Example("binary_cross_entropy(x, 0.5, reduction='sum')", "x=0.3", wrt=(("x", "x"),)),
         "(x > 0) & (x < 1)", shapes={"x": (3,), "y": (3,)}),
    Rule("binary_cross_entropy(x, y)", "-mean(y*log(x) + (1 - y)*log1p(-x))",
         "torch's second derivative takes another formula than its first", TORCH,
         Example("binary_cross_entropy(x, y)", "x=[0.3]; y=[0.5]", wrt=(("x", "x"),)),
         "(x > 0) & (x < 1)", shapes={"x": (3,), "y": (3,)}),
    Rule("binary_cross_entropy(sigmoid(x), y)", "reduced_binary_cross_entropy_with_logits(x, y)",
         "the sigmoid is rounded to 1, and the logarithm of 0 is infinite", TORCH,
         Example("binary_cross_entropy(sigmoid(x), y)", "x=[50., 1]; y=[0., 1]", wrt=(("x",),)),
         shapes={"x": (3,), "y": (3,)}),
)
# fmt: on
