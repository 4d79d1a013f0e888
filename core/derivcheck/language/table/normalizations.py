"""What works along a dimension and keeps the shape: softmax, layer_norm."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function

_norm = partial(Function, "Normalizations", is_shaped=True)
_STATISTICS = "running_mean=None, running_var=None, weight=None, bias=None"

# fmt: off
ROWS: tuple[Function, ...] = (
    # --- softmax -----------------------------------------------------------------------------------------------------
    _norm("softmax(x, dim=None)",     "exp(x)/sum(exp(x)) along a dim",
          torch="kernels.softmax", lowering="softmax", matrix_rule="softmax_along", settings=("dim",),
          written_out="softmax"),
    _norm("softmin(x, dim=None)",     "softmax(-x)", torch="kernels.softmin", lowering="softmin", settings=("dim",)),
    _norm("log_softmax(x, dim=None)", "log(softmax(x))",
          torch="kernels.log_softmax", lowering="log_softmax", matrix_rule="log_softmax_along", settings=("dim",),
          written_out="log_softmax"),
    _norm("sparsemax(x, dim=-1)",     "max(x - t, 0), where t makes the sum 1: the nearest probabilities",
          torch="kernels.sparsemax", lowering="sparsemax", settings=("dim",)),
    _norm("entmax15(x, dim=-1)",      "max(x/2 - t, 0)**2, where t makes the sum 1: between softmax and sparsemax",
          torch="kernels.entmax15", lowering="entmax", settings=("dim",)),
    _norm("glu(x, dim=-1)",           "the first half along a dim times the sigmoid of the second",
          torch="nn.functional.glu", lowering="gated_half", settings=("dim",)),

    # --- divided by a norm -------------------------------------------------------------------------------------------
    _norm("normalize(x, p=2, dim=1, eps=1e-12)", "x divided by its p-norm along a dim",
          torch="nn.functional.normalize", lowering="normalize", settings=("p", "dim"), written_out="normalize"),
    _norm("rms_norm(x, normalized_shape, weight=None, eps=None)", "x by its root mean square over the last dims",
          torch="kernels.rms_norm", lowering="rms_norm", settings=("normalized_shape",), constant_params=("eps",),
          written_out="rms_norm"),
    _norm("local_response_norm(x, size, alpha=1e-4, beta=0.75, k=1)", "x divided by a power of its neighbours' squares",
          torch="nn.functional.local_response_norm", lowering="local_response_norm", settings=("size",)),

    # --- divided by a standard deviation -----------------------------------------------------------------------------
    _norm("layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5)",
          "mean 0 and variance 1 over the last dims",
          torch="kernels.layer_norm", lowering="layer_norm", settings=("normalized_shape",), written_out="layer_norm"),
    _norm(f"batch_norm(x, {_STATISTICS}, training=False, momentum=0.1, eps=1e-5)",
          "each channel with the statistics of the batch if training, else with the running ones",
          torch="kernels.batch_norm", lowering="batch_norm", settings=("training", "momentum"),
          written_out="batch_norm"),
    _norm(f"instance_norm(x, {_STATISTICS}, use_input_stats=True, momentum=0.1, eps=1e-5)",
          "each channel of each element with its own statistics",
          torch="kernels.instance_norm", lowering="instance_norm", settings=("use_input_stats", "momentum"),
          written_out="instance_norm"),
    _norm("group_norm(x, num_groups, weight=None, bias=None, eps=1e-5)",
          "each group of channels of each element with its own statistics",
          torch="nn.functional.group_norm", lowering="group_norm", settings=("num_groups",),
          written_out="group_norm"),
)
# fmt: on
