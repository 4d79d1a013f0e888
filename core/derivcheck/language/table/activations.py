"""The rows of neural networks: activations, and losses of a prediction x and a target y."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function

_act = partial(Function, "activations")
_loss = partial(Function, "losses")

# fmt: off
ROWS: tuple[Function, ...] = (
    # --- activations -------------------------------------------------------------------------------------------------
    _act("sigmoid(x)",                     "logistic function", aliases=("expit", "logistic"),
         torch="sigmoid", ball="sigmoid", definition="1/(1 + exp(-x))", rounds=True,
         at_infinity="vanishing", mistakes="logistic", left_out="function"),
    _act("logit(x)",                       "inverse of sigmoid", torch="logit", definition="log(x/(1 - x))"),
    _act("logsigmoid(x)",                  "log(sigmoid(x))", aliases=("log_sigmoid",),
         torch="nn.functional.logsigmoid", ball="logsigmoid", definition="-log(1 + exp(-x))"),
    _act("softplus(x, beta=1)",            "log(1 + exp(beta*x))/beta",
         torch="nn.functional.softplus", ball="softplus", definition="log(1 + exp(beta*x))/beta",
         left_out="function"),
    _act("softsign(x)",                    "x/(1 + abs(x))",
         torch="nn.functional.softsign", definition="x/(1 + abs(x))"),
    _act("tanhshrink(x)",                  "x - tanh(x)", torch="nn.functional.tanhshrink", definition="x - tanh(x)"),
    _act("silu(x)",                        "x*sigmoid(x)", aliases=("swish",),
         torch="nn.functional.silu", definition="x*sigmoid(x)", written_out="gate"),
    _act("mish(x)",                        "x*tanh(softplus(x))",
         torch="nn.functional.mish", definition="x*tanh(softplus(x))"),
    _act("gelu(x)",                        "x times the normal distribution function",
         torch="nn.functional.gelu", definition="x*erfc(-x/sqrt(2))/2",
         variants=(("approximate='none'", "gelu"), ("approximate='tanh'", "gelu_tanh"))),
    _act("gelu_tanh(x)",                   "gelu with approximate='tanh'",
         torch="kernels.gelu_tanh", definition="x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))"),
    _act("relu(x)",                        "max(x, 0)", torch="nn.functional.relu", definition="Max(x, 0)",
         at_infinity="vanishing", selects=True, left_out="function"),
    _act("relu6(x)",                       "min(max(x, 0), 6)",
         torch="nn.functional.relu6", definition="Min(Max(x, 0), 6)", selects=True),
    _act("leaky_relu(x, negative_slope=0.01)", "x where positive, else negative_slope*x",
         torch="nn.functional.leaky_relu", definition="where(x > 0, x, negative_slope*x)"),
    _act("prelu(x, weight)",               "x where positive, else weight*x",
         torch="kernels.prelu", definition="where(x > 0, x, weight*x)"),
    _act("rrelu(x, lower=1/8, upper=1/3)", "leaky_relu with the mean slope, as in evaluation mode",
         torch="nn.functional.rrelu", definition="where(x >= 0, x, (lower + upper)/2*x)"),
    _act("elu(x, alpha=1)",                "x where positive, else alpha*(exp(x) - 1)",
         torch="nn.functional.elu", definition="where(x > 0, x, alpha*expm1(x))"),
    _act("celu(x, alpha=1)",               "x where positive, else alpha*(exp(x/alpha) - 1)",
         torch="nn.functional.celu", definition="where(x > 0, x, alpha*expm1(x/alpha))"),
    _act("selu(x)",                        "elu, scaled so that it normalizes",
         torch="nn.functional.selu",
         definition="1.0507009873554804934193349852946*where(x > 0, x, 1.6732632423543772848170429916717*expm1(x))"),
    _act("hardtanh(x, min_val=-1, max_val=1)", "x between min_val and max_val",
         torch="nn.functional.hardtanh", definition="Min(Max(x, min_val), max_val)", selects=True),
    _act("hardsigmoid(x)",                 "min(max(x + 3, 0), 6)/6",
         torch="nn.functional.hardsigmoid", definition="Min(Max(x + 3, 0), 6)/6"),
    _act("hardswish(x)",                   "x*hardsigmoid(x)",
         torch="nn.functional.hardswish", definition="x*Min(Max(x + 3, 0), 6)/6"),
    _act("hardshrink(x, lambd=0.5)",       "x outside of [-lambd, lambd], else 0",
         torch="nn.functional.hardshrink", definition="where((x > lambd) | (x < -lambd), x, 0)",
         selects=True),
    _act("softshrink(x, lambd=0.5)",       "x drawn towards 0 by lambd",
         torch="nn.functional.softshrink", definition="where(x > lambd, x - lambd, where(x < -lambd, x + lambd, 0))"),
    _act("threshold(x, threshold, value)", "x where above the threshold, else value",
         torch="nn.functional.threshold", definition="where(x > threshold, x, value)",
         constant_params=("threshold", "value"), selects=True),

    # --- losses ------------------------------------------------------------------------------------------------------
    _loss("mse_loss(x, y)",               "(x - y)**2", torch="kernels.mse_loss", definition="(x - y)**2"),
    _loss("l1_loss(x, y)",                "abs(x - y)", torch="kernels.l1_loss", definition="abs(x - y)"),
    _loss("huber_loss(x, y, delta=1)",    "half the square of the error, linear beyond delta", aliases=("huber",),
         torch="kernels.huber_loss",
         definition="where(abs(x - y) <= delta, (x - y)**2/2, delta*(abs(x - y) - delta/2))"),
    _loss("smooth_l1_loss(x, y, beta=1)", "huber_loss(x, y, beta)/beta",
         torch="kernels.smooth_l1_loss",
         definition="where(abs(x - y) < beta, (x - y)**2/(2*beta), abs(x - y) - beta/2)"),
    _loss("binary_cross_entropy_with_logits(x, y)", "cross entropy of sigmoid(x) and y",
         torch="kernels.binary_cross_entropy_with_logits", definition="(1 - y)*x + softplus(-x)"),
)
# fmt: on
