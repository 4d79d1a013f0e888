"""Losses, as torch.nn.functional has them."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function, Sort

_loss = partial(Function, "Losses of tensors", is_shaped=True)
_distance = partial(Function, "Distances", is_shaped=True)

_REDUCED = ("reduction",)
_LABELS = (Sort.REAL, Sort.INTEGER, Sort.REAL)
"""The sorts of a prediction, of its labels, and of all that follows."""
_LABELS_OR_PROBABILITIES = (Sort.REAL, Sort.LABELS, Sort.REAL)
_LABELS_OF_PAIRS = (Sort.REAL, Sort.REAL, Sort.INTEGER, Sort.REAL)
"""The same of two predictions."""

# A loss that is a function of numbers too has another first name here, since no two functions share theirs. Its
# parameters stand in the same places.
# fmt: off
ROWS: tuple[Function, ...] = (
    # --- of real numbers ---------------------------------------------------------------------------------------------
    _loss("reduced_mse_loss(input, target, reduction='mean')", "(input - target)**2, reduced",
          aliases=("mse_loss",), torch="nn.functional.mse_loss", lowering="squared_error", settings=_REDUCED,
          written_out="squared_error"),
    _loss("reduced_l1_loss(input, target, reduction='mean')", "abs(input - target), reduced",
          aliases=("l1_loss",), torch="nn.functional.l1_loss", lowering="absolute_error", settings=_REDUCED),
    _loss("reduced_huber_loss(input, target, delta=1, reduction='mean')",
          "half the square of the error, linear beyond delta, reduced",
          aliases=("huber_loss",), torch="nn.functional.huber_loss", lowering="huber", settings=_REDUCED),
    _loss("reduced_smooth_l1_loss(input, target, beta=1, reduction='mean')",
          "the absolute error, a parabola below beta, reduced",
          aliases=("smooth_l1_loss",), torch="nn.functional.smooth_l1_loss", lowering="smooth_absolute_error",
          settings=_REDUCED),
    _loss("poisson_nll_loss(input, target, log_input=True, full=False, eps=1e-8, reduction='mean')",
          "the negative logarithm of Poisson's distribution",
          torch="nn.functional.poisson_nll_loss", lowering="poisson_likelihood",
          settings=("log_input", "full", "reduction")),
    _loss("gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction='mean')",
          "the negative logarithm of the normal distribution; a variance is eps at least",
          torch="kernels.gaussian_nll_loss", lowering="gaussian_likelihood", settings=("full", "reduction")),

    # --- of probabilities --------------------------------------------------------------------------------------------
    _loss("binary_cross_entropy(input, target, weight=None, reduction='mean')",
          "-(y*log(x) + (1 - y)*log(1 - x)); torch bounds the logarithms by -100",
          torch="nn.functional.binary_cross_entropy", lowering="binary_cross_entropy", settings=_REDUCED),
    _loss("reduced_binary_cross_entropy_with_logits(input, target, weight=None, pos_weight=None, reduction='mean')",
          "the cross entropy of sigmoid(input) and target, reduced",
          aliases=("binary_cross_entropy_with_logits",), torch="nn.functional.binary_cross_entropy_with_logits",
          lowering="binary_cross_entropy_of_logits", settings=_REDUCED),
    _loss("kl_div(input, target, reduction='mean', log_target=False)",
          "Kullback and Leibler's divergence from exp(input) to target; reduction='batchmean' too",
          torch="nn.functional.kl_div", lowering="divergence", settings=("reduction", "log_target")),
    _loss("multilabel_soft_margin_loss(input, target, weight=None, reduction='mean')",
          "the mean over the classes of the cross entropy of sigmoid(input) and target",
          torch="nn.functional.multilabel_soft_margin_loss", lowering="several_labels", settings=_REDUCED),

    # --- of classes --------------------------------------------------------------------------------------------------
    _loss("nll_loss(input, target, weight=None, ignore_index=-100, reduction='mean')",
          "the negative of what stands at the label of the right class",
          torch="nn.functional.nll_loss", lowering="likelihood", settings=("ignore_index", "reduction"),
          sorts=_LABELS),
    _loss("cross_entropy(input, target, weight=None, ignore_index=-100, reduction='mean', label_smoothing=0.0)",
          "-log(softmax(input)) at the label, or its mean by probabilities",
          torch="kernels.cross_entropy", lowering="cross_entropy", settings=("ignore_index", "reduction"),
          sorts=_LABELS_OR_PROBABILITIES, matrix_rule="cross_entropy_of_classes",
          written_out="cross_entropy"),
    _loss("multi_margin_loss(input, target, p=1, margin=1, weight=None, reduction='mean')",
          "what lacks to the margin between the right class and the others",
          torch="nn.functional.multi_margin_loss", lowering="multi_margin", settings=("p", "reduction"),
          sorts=_LABELS),
    _loss("multilabel_margin_loss(input, target, reduction='mean')",
          "what lacks to 1 between each right class and each wrong one",
          torch="nn.functional.multilabel_margin_loss", lowering="multilabel_margin", settings=_REDUCED,
          sorts=_LABELS),

    # --- of a target that is 1 or -1 ---------------------------------------------------------------------------------
    _loss("soft_margin_loss(input, target, reduction='mean')", "log(1 + exp(-target*input))",
          torch="nn.functional.soft_margin_loss", lowering="soft_margin", settings=_REDUCED, sorts=_LABELS),
    _loss("hinge_embedding_loss(input, target, margin=1, reduction='mean')",
          "input where target is 1, what lacks to the margin where it is -1",
          torch="nn.functional.hinge_embedding_loss", lowering="hinge_embedding", settings=_REDUCED, sorts=_LABELS),
    _loss("margin_ranking_loss(input1, input2, target, margin=0, reduction='mean')",
          "what lacks to the margin between two inputs",
          torch="nn.functional.margin_ranking_loss", lowering="margin_ranking", settings=_REDUCED,
          sorts=_LABELS_OF_PAIRS),
    _loss("cosine_embedding_loss(input1, input2, target, margin=0, reduction='mean')",
          "by the cosine between two inputs, with 1e-12 added to the squares of their lengths",
          torch="nn.functional.cosine_embedding_loss", lowering="cosine_embedding", settings=_REDUCED,
          sorts=_LABELS_OF_PAIRS),
    _loss("triplet_margin_loss(anchor, positive, negative, margin=1, p=2, eps=1e-6, swap=False, reduction='mean')",
          "what lacks to the margin between two distances from the anchor",
          torch="nn.functional.triplet_margin_loss", lowering="triplet_margin", settings=("p", "swap", "reduction")),

    # --- distances ---------------------------------------------------------------------------------------------------
    _distance("cosine_similarity(x1, x2, dim=1, eps=1e-8)", "the cosine between vectors along a dim",
              torch="nn.functional.cosine_similarity", lowering="cosine_similarity", settings=("dim",),
              written_out="cosine_similarity"),
    _distance("pairwise_distance(x1, x2, p=2, eps=1e-6, keepdim=False)", "the p-norm of x1 - x2 + eps, of each row",
              torch="nn.functional.pairwise_distance", lowering="pairwise_distance", settings=("p", "keepdim")),
    _distance("cdist(x1, x2, p=2)", "the p-norm of the difference of each row of x1 and each of x2",
              torch="cdist", lowering="distances", settings=("p",)),
    _distance("pdist(x, p=2)", "the p-norm of the difference of each two rows of x",
              torch="nn.functional.pdist", lowering="distances_within", settings=("p",)),
)
# fmt: on
