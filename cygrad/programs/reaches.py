"""What each routine reaches of its operands and results, told by its whole numbers.

A routine trusts these, as they come from its emit rule. Those of a program that comes from a pickle
come from who knows where, and are looked at here first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

__all__ = ["REACHES", "reach_of"]

MAX_NDIM = 32

# Of an operand or a result: so many numbers from its start on, or the first and the last of them.
Reach = int | tuple[int, int]


def reach_of(name: str, n: Sequence[int]) -> list[tuple[int, int]]:
    """Of each operand and result of a routine; ValueError: no emit rule has told it such n."""
    return [(0, r - 1) if isinstance(r, int) else r for r in REACHES[name](n)]


def lengths(n: Sequence[int], count: int) -> Sequence[int]:
    """n, if it is so many lengths."""
    if len(n) != count or min(n, default=0) < 0:
        raise ValueError(f"a routine has {count} lengths, not {list(n)}")
    return n


def span(shape: Sequence[int], strides: Sequence[int]) -> tuple[int, int]:
    """The first and the last number of memory with these strides, in bytes."""
    lengths(shape, len(strides))
    if len(shape) > MAX_NDIM or any(stride % 8 for stride in strides):
        raise ValueError(f"there are no strides {list(strides)} of doubles")
    if prod(shape) == 0:
        return 0, -1
    ends = [(length - 1) * (stride // 8) for length, stride in zip(shape, strides, strict=True)]
    return sum(min(end, 0) for end in ends), sum(max(end, 0) for end in ends)


def of_rows(*parts: int | None) -> Callable[[Sequence[int]], list[Reach]]:
    """n: rows, and their length. parts: so many times the rows, or None: a number for each."""

    def reach(n: Sequence[int]) -> list[Reach]:
        rows, length = lengths(n, 2)
        return [rows if part is None else part * rows * length for part in parts]

    return reach


def of_reduction(n: Sequence[int]) -> list[Reach]:
    results, ndim, axes, _ = lengths(n[:4], 4)
    shape = n[4 : 4 + ndim]
    kept = [length for d, length in enumerate(shape) if not axes >> d & 1]
    if axes >> ndim or results != prod(kept):
        raise ValueError("a reduction has other results than its shape")
    return [span(shape, n[4 + ndim :]), results]


def of_scales(n: Sequence[int]) -> list[Reach]:
    results, ndim, _, length = lengths(n[:4], 4)
    if results * length != prod(n[4 : 4 + ndim]):
        raise ValueError("a reduction has other results than its shape")
    _, sums = of_reduction(n)
    return [results * length, sums, sums]


def of_cumsum(n: Sequence[int]) -> list[Reach]:
    outer, length, inner, _ = lengths(n, 4)
    return [outer * length * inner] * 2


def of_put(n: Sequence[int]) -> list[Reach]:
    size, start, ndim = lengths(n[:3], 3)
    shape, strides, own = n[3 : 3 + ndim], n[3 + ndim : 3 + 2 * ndim], n[3 + 2 * ndim :]
    first, last = span(shape, strides)
    if start % 8 or first + start // 8 < 0 or last + start // 8 >= size:
        raise ValueError("a view is put outside of its array")
    return [span(shape, own), size]


def of_concat(n: Sequence[int]) -> list[Reach]:
    parts, pieces = lengths(n[:2], 2)
    found = [pieces * length for length in lengths(n[2:], parts)]
    return [*found, sum(found)]


def of_matmul(n: Sequence[int]) -> list[Reach]:
    batch, rows, between, columns = lengths(n[:4], 4)
    shape, a, b = n[4 : 4 + batch], n[4 + batch : 6 + 2 * batch], n[6 + 2 * batch :]
    return [
        span([*shape, rows, between], a),
        span([*shape, between, columns], b),
        prod([*shape, rows, columns]),
    ]


# ---- Matrices ------------------------------------------------------------------------------------

SOLVE, DET, SLOGDET = 2, 3, 4  # of cygrad/linalg/lapack.pxd


def of_lapack(n: Sequence[int]) -> list[Reach]:
    routine, count, order = lengths(n, 3)
    if routine > SLOGDET or routine == SOLVE:
        raise ValueError(f"there is no routine {routine} of LAPACK")
    matrices = count * order * order
    if routine == SLOGDET:
        return [matrices, count, count]
    return [matrices, count if routine == DET else matrices, 1]


def of_solve(n: Sequence[int]) -> list[Reach]:
    count, order, columns = lengths(n[:3], 3)
    row, column, ndim = n[3:]
    if ndim == 2 and count > 1:
        raise ValueError("a matrix is no stack of several")
    sides = count * order * columns
    a = span([count, order, order], [8 * order * order, row, column])
    return [a, sides, sides, order * columns, 1]


def of_triangle(n: Sequence[int]) -> list[Reach]:
    return [prod(lengths(n, 3))] * 2


def of_substitution(n: Sequence[int]) -> list[Reach]:
    count, order, columns = lengths(n[:3], 3)
    row, column, step, *_ = n[3:]
    if len(n) != 9:
        raise ValueError("a triangular system has 9 numbers")
    sides = count * order * columns
    a = span([count, order, order], [8 * step, row, column])
    return [a, sides, sides, order * columns, 1]


def of_regular(n: Sequence[int]) -> list[Reach]:
    return [prod(lengths(n, 2)), 1]


# ---- Positions and labels ------------------------------------------------------------------------


def positions(n: Sequence[int]) -> tuple[int, int]:
    """The numbers of the blocks, and of what they are in."""
    count, block, size = lengths(n[:3], 3)
    if len(n) != 3 + count or not all(0 <= p and (p + 1) * block <= size for p in n[3:]):
        raise ValueError("positions are outside of their array")
    return count * block, size


def of_gather(n: Sequence[int]) -> list[Reach]:
    blocks, size = positions(n)
    return [size, blocks, 0]


def of_scatter(n: Sequence[int]) -> list[Reach]:
    blocks, size = positions(n)
    return [blocks, size, 0]


def of_gather_at(n: Sequence[int]) -> list[Reach]:
    count, block, size = lengths(n, 3)
    if count and block > size:
        raise ValueError("there are no blocks to gather")
    return [size, count, count * block, count]


def of_scatter_at(n: Sequence[int]) -> list[Reach]:
    count, block, size = lengths(n, 3)
    if count and block > size:
        raise ValueError("there are no blocks to add to")
    return [count * block, count, size, count]


def labels(n: Sequence[int]) -> int:
    """The numbers of rows that have labels: classes, or -1."""
    rows, classes = lengths(n[:2], 2)
    if len(n) != 2 + rows or not all(-1 <= label < classes for label in n[2:]):
        raise ValueError("labels are no classes")
    return rows * classes


def of_cross_entropy(n: Sequence[int]) -> list[Reach]:
    return [labels(n), 1, labels(n), 0]


def of_cross_entropy_gradient(n: Sequence[int]) -> list[Reach]:
    return [labels(n), 0, 1, labels(n)]


def of_cross_entropy_at(n: Sequence[int]) -> list[Reach]:
    rows, classes = lengths(n, 2)
    return [rows * classes, rows, 1, rows * classes, rows + 1]


def of_cross_entropy_gradient_at(n: Sequence[int]) -> list[Reach]:
    rows, classes = lengths(n, 2)
    return [rows * classes, rows + 1, 1, rows * classes]


def of_mean_squared_error_gradient(n: Sequence[int]) -> list[Reach]:
    count, swapped = lengths(n, 2)
    if swapped > 1:
        raise ValueError("a mean squared error has two inputs")
    return [count, count, 1, count]


# ---- Windows -------------------------------------------------------------------------------------


def windows(numbers: Sequence[int]) -> tuple[int, int, int]:
    """How many numbers the array has, its columns, and a result of one for each window."""
    n, c, h, w, kh, kw, sh, sw, ph, pw, dh, dw, oh, ow = lengths(numbers, 14)
    for length, taps, step, padding, dilation, count in (
        (h, kh, sh, ph, dh, oh),
        (w, kw, sw, pw, dw, ow),
    ):
        room = length + 2 * padding - dilation * (taps - 1) - 1
        if not (taps and step and dilation) or room < 0 or count != room // step + 1:
            raise ValueError("windows do not fit into their array")
    return n * c * h * w, c * kh * kw * n * oh * ow, n * c * oh * ow


def of_unfold(n: Sequence[int]) -> list[Reach]:
    size, columns, _ = windows(n)
    return [size, columns]


def of_max_pool(n: Sequence[int]) -> list[Reach]:
    size, _, count = windows(n)
    return [size, count, count]


def of_avg_pool(n: Sequence[int]) -> list[Reach]:
    return of_max_pool(n)[:2]


def turned(reach: Callable[[Sequence[int]], list[Reach]]) -> Callable[[Sequence[int]], list[Reach]]:
    return lambda n: reach(n)[::-1]


# ---- Layer norms ---------------------------------------------------------------------------------


def of_layer_norm(n: Sequence[int]) -> list[Reach]:
    rows, length, affine = lengths(n, 3)
    return [rows * length, *[length] * (2 if affine else 0), rows * length, 4 * rows]


def of_layer_norm_x(n: Sequence[int]) -> list[Reach]:
    *inputs, y, moments = of_layer_norm(n)
    return [*inputs, moments, y, y]


def of_layer_norm_weights(n: Sequence[int]) -> list[Reach]:
    if not lengths(n, 3)[2]:
        raise ValueError("a layer norm has no weights")
    return [*of_layer_norm_x(n)[:-1], n[1]]


REACHES: dict[str, Callable[[Sequence[int]], list[Reach]]] = {
    "softmax": of_rows(1, 1),
    "softmax_gradient": of_rows(1, 1, 1),
    "log_softmax": of_rows(1, 1),
    "log_softmax_gradient": of_rows(1, 1, 1),
    "logsumexp": of_rows(1, None),
    "lstm_cell": of_rows(4, 1, 1, 1, 4, 1),
    "lstm_cell_gradient": of_rows(1, 4, 1, 1, 1, 4, 1),
    "mean": of_reduction,
    "max": of_reduction,
    "min": of_reduction,
    "prod": of_reduction,
    "scales": of_scales,
    "cumsum": of_cumsum,
    "put": of_put,
    "concat": of_concat,
    "matmul": of_matmul,
    "lapack": of_lapack,
    "solve": of_solve,
    "triangle": of_triangle,
    "solve_triangular": of_substitution,
    "is_regular": of_regular,
    "gather": of_gather,
    "scatter_add": of_scatter,
    "gather_at": of_gather_at,
    "scatter_add_at": of_scatter_at,
    "cross_entropy": of_cross_entropy,
    "cross_entropy_gradient": of_cross_entropy_gradient,
    "cross_entropy_at": of_cross_entropy_at,
    "cross_entropy_gradient_at": of_cross_entropy_gradient_at,
    "mean_squared_error_gradient": of_mean_squared_error_gradient,
    "unfold": of_unfold,
    "fold": turned(of_unfold),
    "max_pool": of_max_pool,
    "max_pool_gradient": turned(of_max_pool),
    "avg_pool": of_avg_pool,
    "spread_pool": turned(of_avg_pool),
    "layer_norm": of_layer_norm,
    "layer_norm_gradient_x": of_layer_norm_x,
    "layer_norm_gradient_gamma": of_layer_norm_weights,
    "layer_norm_gradient_beta": of_layer_norm_weights,
    "between": lambda n: [lengths(n, 1)[0], 1, 1],
    "within": lambda n: [lengths(n, 1)[0], 1, 1],
}
