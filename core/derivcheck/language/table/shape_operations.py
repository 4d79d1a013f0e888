"""What moves elements and computes nothing: transpose, reshape, index."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function, Sort

_move = partial(Function, "Movement", is_shaped=True)
_make = partial(Function, "Values of a shape", is_shaped=True)
_join = partial(Function, "Movement", is_shaped=True, sorts=(Sort.TENSORS, Sort.INTEGER))
_PLACES = (Sort.REAL, Sort.INTEGER)

# fmt: off
ROWS: tuple[Function, ...] = (
    # --- dims in another order ---------------------------------------------------------------------------------------
    _move("mT(x)",                      "the last two dims exchanged: A.mT", aliases=("adjoint", "matrix_transpose"),
          torch="kernels.mT", lowering="transpose_last", matrix_rule="transposed", layout="transpose",
          is_attribute=True),
    _move("T(x)",                       "rows and columns exchanged: A.T", aliases=("t",),
          torch="t", lowering="transpose_matrix", matrix_rule="transposed", layout="transpose", is_attribute=True),
    _move("transpose(x, dim0, dim1)",   "two dims exchanged", aliases=("swapaxes", "swapdims"),
          torch="transpose", lowering="transpose", settings=("dim0", "dim1")),
    _move("permute(x, dims, ...)",      "all dims in another order",
          torch="kernels.permute", lowering="permute", settings=("dims",)),
    _move("movedim(x, source, destination)", "some dims at other places", aliases=("moveaxis",),
          torch="movedim", lowering="movedim", settings=("source", "destination")),
    _move("flip(x, dims, ...)",         "some dims from the last to the first",
          torch="kernels.flip", lowering="flip", settings=("dims",)),
    _move("fliplr(x)",                  "the second dim reversed", torch="fliplr", lowering="flip_columns"),
    _move("flipud(x)",                  "the first dim reversed", torch="flipud", lowering="flip_rows"),
    _move("roll(x, shifts, dims=None)", "the elements moved on in a circle",
          torch="kernels.roll", lowering="roll", settings=("shifts", "dims")),

    # --- another shape -----------------------------------------------------------------------------------------------
    _move("reshape(x, shape, ...)",     "the same elements in another shape", aliases=("view",),
          torch="kernels.reshape", lowering="reshape", settings=("shape",), algebra="same elements"),
    _move("reshape_as(x, other)",       "in the shape of another value", aliases=("view_as",),
          torch="kernels.reshape_as", lowering="reshape_as"),
    _move("flatten(x, start_dim=0, end_dim=-1)", "some dims as one",
          torch="flatten", lowering="flatten", settings=("start_dim", "end_dim")),
    _move("ravel(x)",                   "all elements as a vector", torch="ravel", lowering="flatten"),
    _move("unflatten(x, dim, sizes)",   "one dim as several",
          torch="kernels.unflatten", lowering="unflatten", settings=("dim", "sizes")),
    _move("unsqueeze(x, dim)",          "a dim of size 1 more", aliases=("expand_dims",),
          torch="unsqueeze", lowering="unsqueeze", settings=("dim",)),
    _move("squeeze(x, dim=None)",       "without dims of size 1",
          torch="kernels.squeeze", lowering="squeeze", settings=("dim",)),
    _move("expand(x, shape, ...)",      "dims of size 1 repeated", aliases=("broadcast_to",),
          torch="kernels.expand", lowering="expand", settings=("shape",)),
    _move("expand_as(x, other)",        "expanded to the shape of another value",
          torch="kernels.expand_as", lowering="expand_as"),
    _move("atleast_1d(x)",              "a number as a vector", torch="atleast_1d", lowering="at_least_1d"),
    _move("atleast_2d(x)",              "a vector as a matrix", torch="atleast_2d", lowering="at_least_2d"),
    _move("atleast_3d(x)",              "at least three dims", torch="atleast_3d", lowering="at_least_3d"),

    # --- repeated ----------------------------------------------------------------------------------------------------
    _move("repeat(x, sizes, ...)",      "the whole value repeated along each dim",
          torch="kernels.repeat", lowering="repeat", settings=("sizes",)),
    _move("tile(x, dims, ...)",         "the whole value repeated along the last dims",
          torch="kernels.tile", lowering="tile", settings=("dims",)),
    _move("repeat_interleave(x, repeats, dim=None)", "each element repeated",
          torch="repeat_interleave", lowering="repeat_interleave", settings=("repeats", "dim")),

    # --- diagonals ---------------------------------------------------------------------------------------------------
    _move("diag(x, diagonal=0)",        "a diagonal matrix, or the diagonal of a matrix",
          torch="diag", lowering="diag", settings=("diagonal",)),
    _move("diagonal(x, offset=0, dim1=0, dim2=1)", "the diagonals of matrices, as the last dim",
          torch="diagonal", lowering="diagonal_of", settings=("offset", "dim1", "dim2")),
    _move("diag_embed(x, offset=0, dim1=-2, dim2=-1)", "diagonal matrices",
          torch="diag_embed", lowering="diag_embed", settings=("offset", "dim1", "dim2")),
    _move("diagflat(x, offset=0)",      "a diagonal matrix of all elements",
          torch="diagflat", lowering="diag_flat", settings=("offset",)),
    _move("tril(x, diagonal=0)",        "0 above a diagonal",
          torch="tril", lowering="lower_triangle", settings=("diagonal",)),
    _move("triu(x, diagonal=0)",        "0 below a diagonal",
          torch="triu", lowering="upper_triangle", settings=("diagonal",)),

    # --- some of the elements ----------------------------------------------------------------------------------------
    _move("index(x, item, ...)",        "x[1, 2:, None, ..., t]",
          torch="kernels.index", lowering="index", settings=("item",), sorts=_PLACES, matrix_rule="pick",
          layout="index"),
    _move("narrow(x, dim, start, length)", "elements that follow one another",
          torch="narrow", lowering="narrow", settings=("dim", "start", "length")),
    _move("select(x, dim, index)",      "what stands at one index along a dim",
          torch="kernels.select", lowering="select", settings=("dim", "index"),
          sorts=(Sort.REAL, Sort.INTEGER, Sort.INTEGER)),
    _move("chunk(x, chunks, dim=0)",    "so many parts along a dim: chunk(x, 2)[0]",
          torch="chunk", lowering="chunk", settings=("chunks", "dim")),
    _move("split(x, split_size_or_sections, dim=0)", "parts of a size along a dim: split(x, 2)[0]",
          torch="split", lowering="split", settings=("split_size_or_sections", "dim")),
    _move("unbind(x, dim=0)",           "each of what stands along a dim: unbind(x)[0]",
          torch="unbind", lowering="unbind", settings=("dim",)),

    _move("unpacked(x, place, count)",  "one of so many values: what a, b = x gives, with the places 0 and 1",
          torch="kernels.unpacked", lowering="unpacked", settings=("place", "count")),

    # --- several values as one ---------------------------------------------------------------------------------------
    _move("array(x, ...)",              "a list as it is written: [x, y, z]",
          aliases=("tensor", "asarray", "as_tensor"), torch="kernels.array", lowering="array", layout="list"),
    _join("stack(tensors, dim=0)",      "values of one shape along a new dim: stack([x, y])",
          torch="stack", lowering="stack", settings=("dim",), algebra="elements together"),
    _join("cat(tensors, dim=0)",        "values one after the other along a dim: cat([x, y])",
          aliases=("concat", "concatenate"), torch="cat", lowering="concatenate", settings=("dim",)),
    _join("hstack(tensors)",            "values beside one another", torch="hstack", lowering="stack_horizontally"),
    _join("vstack(tensors)",            "values below one another", aliases=("row_stack",),
          torch="vstack", lowering="stack_vertically"),
    _join("dstack(tensors)",            "values behind one another", torch="dstack", lowering="stack_in_depth"),
    _join("column_stack(tensors)",      "vectors as columns", torch="column_stack", lowering="stack_columns"),

    # --- of a given shape --------------------------------------------------------------------------------------------
    _make("zeros_like(x)",              "zeros in the shape of x", torch="zeros_like", lowering="zeros_like"),
    _make("ones_like(x)",               "ones in the shape of x", torch="ones_like", lowering="ones_like"),
    _make("full_like(x, fill_value)",   "one number in the shape of x",
          torch="kernels.full_like", lowering="full_like"),
    _make("zeros(size, ...)",           "zeros", torch="kernels.zeros", lowering="zeros", settings=("size",)),
    _make("ones(size, ...)",            "ones", torch="kernels.ones", lowering="ones", settings=("size",)),
    _make("full(size, fill_value)",     "one number", torch="kernels.full", lowering="full", settings=("size",)),
    _make("eye(n, m=None)",             "the identity matrix", torch="kernels.eye", lowering="eye",
          settings=("n", "m")),
    _make("arange(start, end=None, step=1)", "integers from start to below end; arange(n) from 0",
          torch="kernels.arange", lowering="arange", settings=("start", "end", "step"), result=Sort.INTEGER),
    _make("linspace(start, end, steps)", "numbers at equal distances",
          torch="kernels.linspace", lowering="linspace", settings=("start", "end", "steps")),
    _make("size(x, dim)",               "how many elements stand along a dim: x.shape[0] and x.size(0)",
          torch="kernels.size", lowering="size", settings=("dim",), result=Sort.INTEGER),
    _make("len(x)",                     "how many elements stand along the first dim",
          torch="kernels.length", lowering="length", result=Sort.INTEGER),
    _make("numel(x)",                   "how many elements there are", aliases=("nelement",),
          torch="kernels.numel", lowering="numel", result=Sort.INTEGER),
    _make("ndim(x)",                    "how many dims there are: x.ndim and x.dim()",
          torch="kernels.ndim", lowering="ndim", result=Sort.INTEGER, is_attribute=True),
    _make("shape(x)",                   "the sizes of all dims, as a setting: y.reshape(x.shape)",
          torch="kernels.shape", lowering="shape", result=Sort.INTEGER, is_attribute=True),
    _make("one_hot(labels, num_classes=-1)", "1 at the label and 0 elsewhere",
          torch="kernels.one_hot", lowering="one_hot", settings=("num_classes",), sorts=(Sort.INTEGER,)),
)
# fmt: on
