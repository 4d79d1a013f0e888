"""Layers: convolution, pooling, attention."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function, Sort

_R, _I = Sort.REAL, Sort.INTEGER

_layer = partial(Function, "Layers", is_shaped=True)

_CONVOLUTION = ("stride", "padding", "dilation", "groups")
_TURNED = ("stride", "padding", "output_padding", "groups", "dilation")
_MAX_POOL = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
_AVG_POOL = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")
_LP_POOL = ("norm_type", "kernel_size", "stride", "ceil_mode")


def _over_dims(name: str, rest: str, doc: str, settings: tuple[str, ...]) -> tuple[Function, ...]:
    """The rows of a function that torch has for one, two and three dims."""
    return tuple([
        _layer(f"{name}{dims}d({rest})", f"{doc} along {dims} dim{'s'[: dims - 1]}",
               torch=f"nn.functional.{name}{dims}d", lowering=f"{name}{dims}d", settings=settings)
        for dims in (1, 2, 3)
    ])  # fmt: skip


# fmt: off
ROWS: tuple[Function, ...] = (
    *_over_dims("conv", "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1",
                "a convolution", _CONVOLUTION),
    *_over_dims("conv_transpose",
                "input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1",
                "a convolution turned round", _TURNED),
    *_over_dims("max_pool", "input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False",
                "the largest of each window", _MAX_POOL),
    _layer("avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True)",
           "the mean of each window along 1 dim",
           torch="kernels.avg_pool1d", lowering="avg_pool1d", settings=_AVG_POOL[:-1]),
    *[
        _layer(f"avg_pool{dims}d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, "
               "divisor_override=None)", f"the mean of each window along {dims} dims",
               torch=f"nn.functional.avg_pool{dims}d", lowering=f"avg_pool{dims}d", settings=_AVG_POOL)
        for dims in (2, 3)
    ],
    *_over_dims("adaptive_max_pool", "input, output_size", "the largest of as many windows as asked for",
                ("output_size",)),
    *_over_dims("adaptive_avg_pool", "input, output_size", "the mean of as many windows as asked for",
                ("output_size",)),
    *_over_dims("lp_pool", "input, norm_type, kernel_size, stride=None, ceil_mode=False",
                "the p-norm of each window", _LP_POOL),
    _layer("unfold(input, kernel_size, dilation=1, padding=0, stride=1)", "the windows over a picture as columns",
           aliases=("im2col",), torch="nn.functional.unfold", lowering="unfold",
           settings=("kernel_size", "dilation", "padding", "stride")),
    _layer("fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1)", "a picture from its windows",
           aliases=("col2im",), torch="nn.functional.fold", lowering="fold",
           settings=("output_size", "kernel_size", "dilation", "padding", "stride")),
    _layer("pad(input, pad, mode='constant', value=0)", "a border around the last dims",
           torch="nn.functional.pad", lowering="pad", settings=("pad", "mode")),
    _layer("interpolate(input, size=None, scale_factor=None, mode='nearest', align_corners=None)",
           "a picture of another size", aliases=("upsample",), torch="nn.functional.interpolate",
           lowering="interpolate", settings=("size", "scale_factor", "mode", "align_corners")),
    _layer("pixel_shuffle(input, upscale_factor)", "channels as places of a larger picture",
           torch="nn.functional.pixel_shuffle", lowering="pixel_shuffle", settings=("upscale_factor",)),
    _layer("pixel_unshuffle(input, downscale_factor)", "places as channels of a smaller picture",
           torch="nn.functional.pixel_unshuffle", lowering="pixel_unshuffle", settings=("downscale_factor",)),
    _layer("channel_shuffle(input, groups)", "the channels of several groups in turn",
           torch="nn.functional.channel_shuffle", lowering="channel_shuffle", settings=("groups",)),
    _layer("scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, "
           "scale=None, enable_gqa=False)", "softmax(query @ key.mT*scale + attn_mask) @ value",
           torch="nn.functional.scaled_dot_product_attention", lowering="scaled_dot_product_attention",
           settings=("dropout_p", "is_causal", "enable_gqa"), sorts=(_R, _R, _R, Sort.MASK, _R),
           written_out="attention"),
    _layer("dropout(input, p=0.5, training=True)", "the input, with training=False: what is dropped else is random",
           torch="nn.functional.dropout", lowering="dropout", settings=("p", "training")),
    _layer("channel_prelu(input, weight)", "prelu with a weight for each channel", aliases=("prelu",),
           torch="nn.functional.prelu", lowering="channel_prelu"),
    _layer("embedding(input, weight)", "the row of a matrix for each integer",
           torch="nn.functional.embedding", lowering="embedding", sorts=(_I, _R)),
    _layer("embedding_bag(input, weight, mode='mean')", "the mean, sum or max of the rows for each bag of integers",
           torch="nn.functional.embedding_bag", lowering="embedding_bag", settings=("mode",), sorts=(_I, _R)),
)
# fmt: on
