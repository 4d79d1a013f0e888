"""Gathering and scattering: elements at places that integers say."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function, Sort

_R, _B, _I = Sort.REAL, Sort.BOOL, Sort.INTEGER

_place = partial(Function, "Gathering and scattering", is_shaped=True)

# fmt: off
ROWS: tuple[Function, ...] = (
    _place("gather(x, dim, index)",     "the element at each index along a dim",
           torch="gather", lowering="gather", settings=("dim",), sorts=(_R, _R, _I)),
    _place("take(x, index)",            "the elements at places counted through all of x",
           torch="take", lowering="take", sorts=(_R, _I)),
    _place("take_along_dim(x, indices, dim=None)", "the elements at indices along a dim; the other dims broadcast",
           aliases=("take_along_axis",),
           torch="take_along_dim", lowering="take_along_dim", settings=("dim",), sorts=(_R, _I, _R)),
    _place("index_select(x, dim, index)", "what stands at some indices along a dim",
           torch="index_select", lowering="index_select", settings=("dim",), sorts=(_R, _R, _I)),
    _place("choose(condition, x, y)",   "`x if condition else y`: as where, but one condition chooses a whole value",
           torch="kernels.choose", lowering="choose", sorts=(_B, _R, _R)),
    _place("masked_fill(x, mask, value)", "value where the condition holds, else x",
           torch="masked_fill", lowering="masked_fill", settings=("value",), sorts=(_R, _B)),
    _place("masked_select(x, mask)",    "the elements where a mask of integers is not 0, as a vector",
           torch="kernels.masked_select", lowering="masked_select", sorts=(_R, _I)),
    _place("scatter(x, dim, index, src)", "x with elements of src at the indices along a dim",
           torch="kernels.scatter", lowering="scatter", settings=("dim",), sorts=(_R, _R, _I, _R)),
    _place("scatter_add(x, dim, index, src)", "x with elements of src added at the indices along a dim",
           torch="scatter_add", lowering="scatter_add", settings=("dim",), sorts=(_R, _R, _I, _R)),
    _place("scatter_reduce(x, dim, index, src, reduce, include_self=True)",
           "the sum, prod, mean, amax or amin of what meets at each index",
           torch="scatter_reduce", lowering="scatter_reduce", settings=("dim", "reduce", "include_self"),
           sorts=(_R, _R, _I, _R)),
    _place("index_add(x, dim, index, source, alpha=1)", "x with parts of source added at indices along a dim",
           torch="index_add", lowering="index_add", settings=("dim",), sorts=(_R, _R, _I, _R)),
    _place("index_copy(x, dim, index, source)", "x with parts of source at indices along a dim",
           torch="index_copy", lowering="index_copy", settings=("dim",), sorts=(_R, _R, _I, _R)),
    _place("index_fill(x, dim, index, value)", "x with a number at indices along a dim",
           torch="index_fill", lowering="index_fill", settings=("dim",), sorts=(_R, _R, _I, _R)),
)
# fmt: on
