"""Linear algebra: products, determinants, solutions."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function, Sort

_product = partial(Function, "Products", is_shaped=True)
_matrix = partial(Function, "Linear algebra", is_shaped=True)

# fmt: off
ROWS: tuple[Function, ...] = (
    # --- products ----------------------------------------------------------------------------------------------------
    _product("matmul(x, y)",             "x @ y, of vectors, matrices and stacks of them",
             torch="matmul", lowering="matmul", matrix_rule="product", layout="juxtaposition"),
    _product("dot(x, y)",                "the dot product of two vectors", aliases=("vdot",),
             torch="dot", lowering="dot", matrix_rule="product"),
    _product("inner(x, y)",              "the dot products of the rows of x and those of y",
             torch="inner", lowering="inner"),
    _product("outer(x, y)",              "the products of each element of a vector with each of another",
             aliases=("ger",), torch="outer", lowering="outer", matrix_rule="outer_product",
             written_out="outer"),
    _product("mv(x, y)",                 "a matrix times a vector", torch="mv", lowering="mv"),
    _product("mm(x, y)",                 "a matrix times a matrix", torch="mm", lowering="mm"),
    _product("bmm(x, y)",                "a stack of matrices times a stack of as many", torch="bmm", lowering="bmm"),
    _product("addmm(x, mat1, mat2, beta=1, alpha=1)", "beta*x + alpha*(mat1 @ mat2)",
             torch="addmm", lowering="addmm"),
    _product("addmv(x, mat, vec, beta=1, alpha=1)", "beta*x + alpha*(mat @ vec)", torch="addmv", lowering="addmv"),
    _product("addr(x, vec1, vec2, beta=1, alpha=1)", "beta*x + alpha*outer(vec1, vec2)",
             torch="addr", lowering="addr"),
    _product("baddbmm(x, batch1, batch2, beta=1, alpha=1)", "beta*x + alpha*(batch1 @ batch2), of stacks",
             torch="baddbmm", lowering="baddbmm"),
    _product("einsum(equation, x, ...)", "a sum of products in Einstein's notation: einsum('ij,jk->ik', A, B)",
             torch="einsum", lowering="einsum", settings=("equation",)),
    _product("tensordot(x, y, dims=2)",  "the sum of products over the last dims of x and the first of y",
             torch="tensordot", lowering="tensordot", settings=("dims",)),
    _product("kron(x, y)",               "each element of x times all of y", torch="kron", lowering="kron"),
    _product("vecdot(x, y, dim=-1)",     "the dot products along a dim",
             torch="linalg.vecdot", lowering="vecdot", settings=("dim",)),
    _product("cross(x, y, dim=None)",    "the cross product of vectors of three elements",
             torch="kernels.cross", lowering="cross", settings=("dim",)),
    _product("multi_dot(tensors)",       "the product of a chain of matrices: multi_dot([A, B, x])",
             torch="linalg.multi_dot", lowering="multi_dot", sorts=(Sort.TENSORS,)),
    _product("linear(input, weight, bias=None)", "input @ weight.T + bias",
             torch="nn.functional.linear", lowering="linear"),
    _product("bilinear(input1, input2, weight, bias=None)", "input1 @ weight[o] @ input2 + bias[o], for each o",
             torch="nn.functional.bilinear", lowering="bilinear"),

    # --- matrices ----------------------------------------------------------------------------------------------------
    _matrix("trace(A)",                  "the sum of the diagonal",
            torch="trace", lowering="trace", matrix_rule="trace_of"),
    _matrix("matrix_power(A, n)",        "A times itself, n times",
            torch="linalg.matrix_power", lowering="matrix_power", settings=("n",)),
    _matrix("matrix_norm(A, ord='fro', dim=(-2,-1), keepdim=False)", "Frobenius' norm; also ord=1 and ord=-1",
            torch="linalg.matrix_norm", lowering="matrix_norm", settings=("ord", "dim", "keepdim")),
    _matrix("vander(x, N=None, increasing=None)", "the powers of each element: increasing=True, or False",
            torch="kernels.vander", lowering="vander", settings=("N", "increasing")),
    _matrix("det(A)",                    "the determinant",
            torch="linalg.det", lowering="det", matrix_rule="determinant"),
    _matrix("logdet(A)",                 "log(det(A))",
            torch="logdet", lowering="logdet", matrix_rule="log_determinant"),
    _matrix("slogdet(A)",                "two values: the sign of the determinant, and the logarithm of its size",
            torch="linalg.slogdet", lowering="slogdet", results=("sign", "logabsdet")),
    _matrix("inv(A)",                    "the inverse", aliases=("inverse",), torch="linalg.inv", lowering="inv",
            matrix_rule="inverse", layout="inverse"),
    _matrix("pinv(A)",                   "the pseudoinverse, of a matrix of full rank", aliases=("pinverse",),
            torch="linalg.pinv", lowering="pinv"),
    _matrix("solve(A, B, left=True)",    "the solution X of A @ X = B; of X @ A = B if not left",
            torch="linalg.solve", lowering="solve", matrix_rule="solution", settings=("left",)),
    _matrix("lstsq(A, B)",               "lstsq(A, B).solution, the X for which A @ X comes nearest to B",
            torch="kernels.lstsq", lowering="lstsq", results=("solution",)),
    _matrix("solve_triangular(A, B, upper, left=True, unitriangular=False)",
            "the solution X of A @ X = B, where one triangle of A is read",
            torch="kernels.solve_triangular", lowering="solve_triangular",
            settings=("upper", "left", "unitriangular")),
    _matrix("cholesky(A, upper=False)",  "the triangular L of the symmetric part of A, which is L @ L.T",
            torch="kernels.cholesky", lowering="cholesky", settings=("upper",)),
    _matrix("cholesky_solve(B, L, upper=False)", "the solution X of L @ L.T @ X = B, L triangular",
            torch="cholesky_solve", lowering="cholesky_solve", settings=("upper",)),
    _matrix("cholesky_inverse(L, upper=False)", "the inverse of L @ L.T, L triangular",
            torch="cholesky_inverse", lowering="cholesky_inverse", settings=("upper",)),
    _matrix("qr(A, mode='reduced')",     "two values: Q with orthonormal columns, and R upper triangular, Q @ R = A",
            torch="linalg.qr", lowering="qr", settings=("mode",), results=("Q", "R")),
)
# fmt: on
