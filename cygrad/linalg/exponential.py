"""expm: the exponential of a matrix.

Its derivative is an exponential again, of a matrix of twice the size: so derivatives of every order
are exact to rounding, and nothing but the function itself has to be approximated.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.function import Function
from cygrad.core.variable import Variable
from cygrad.linalg.decomposition import as_matrix, transposed

if TYPE_CHECKING:
    from cygrad.core.variable import _MatrixLike

__all__ = ["expm"]

_Array: TypeAlias = NDArray[np.float64]

# The norms up to which the Pade approximant of an order is exact to rounding.
THETA = {
    3: 1.495585217958292e-2,
    5: 2.539398330063230e-1,
    7: 9.504178996162932e-1,
    9: 2.097847961257068e0,
    13: 4.25,
}


class Expm(Function):
    """y = e^a"""

    def forward(self, a: _Array) -> _Array:
        flat = a.reshape(math.prod(a.shape[:-2]), *a.shape[-2:])
        y = np.empty(flat.shape)
        for k, matrix in enumerate(flat):
            y[k] = _expm(matrix)
        return y.reshape(a.shape)

    def backward(self, gy: Variable) -> Variable:
        (a,) = self.inputs
        n = a.shape[-1]
        # The corner is linear in gy, which is brought to a's size, not to ask for more squarings.
        sizes = [
            np.abs(x.data).sum(axis=-2, keepdims=True).max(axis=-1, keepdims=True, initial=0.0)
            for x in (gy, a)
        ]
        # Zeros: nothing to scale.
        size = np.where(sizes[0] > 0.0, sizes[0], 1.0) / np.clip(sizes[1], 2.0**-20, None)
        unit = np.exp2(np.round(np.log2(size)))
        at = transposed(a)
        top = F.concat([at, gy / unit], axis=-1)
        bottom = F.concat([Variable(np.zeros(a.shape), requires_grad=False), at], axis=-1)
        block = expm(F.concat([top, bottom], axis=-2))
        return F.mul(block[..., :n, n:], unit)


def _pade(order: int) -> list[float]:
    """The coefficients of the numerator; the denominator's are those of p(-a)."""
    m, f = order, math.factorial
    return [f(2 * m - k) * f(m) / (f(2 * m) * f(m - k) * f(k)) for k in range(m + 1)]


PADE = {order: _pade(order) for order in THETA}


def _solved(a: _Array, b: _Array) -> _Array:
    x: _Array = np.asarray(np.linalg.solve(a, b), np.float64)
    return x


def _norm(a: _Array) -> float:
    return float(np.abs(a).sum(axis=0).max(initial=0.0))


def _extra_squarings(a: _Array, order: int) -> int:
    """Squarings that rounding errors ask for where powers of |a| grow faster than those of a."""
    size = _norm(a)
    if size == 0.0:
        return 0
    powers = np.ones(a.shape[0])
    positive = np.abs(a).T
    for _ in range(2 * order + 1):
        powers = positive @ powers
    f = math.factorial
    c = f(2 * order) * f(2 * order + 1) // f(order) ** 2
    alpha = float(powers.max()) / (size * c)
    if not 0.0 < alpha < math.inf:
        return 0
    return max(math.ceil(math.log2(alpha / 2.0**-53) / (2 * order)), 0)


def _expm(a: _Array) -> _Array:
    n = a.shape[0]
    if not np.isfinite(a).all():
        return np.full(a.shape, np.nan)
    eye = np.eye(n)
    squares = [eye, a @ a]
    squares.append(squares[1] @ squares[1])
    squares.append(squares[2] @ squares[1])
    d4, d6 = _norm(squares[2]) ** 0.25, _norm(squares[3]) ** (1.0 / 6.0)
    eta = max(d4, d6)
    for order in (3, 5, 7, 9):
        if eta <= THETA[order] and _extra_squarings(a, order) == 0:
            while len(squares) <= order // 2:
                squares.append(squares[2] @ squares[-2])
            b = PADE[order]
            even = sum((b[2 * k] * x for k, x in enumerate(squares[: order // 2 + 1])), 0.0 * eye)
            odd = sum(
                (b[2 * k + 1] * x for k, x in enumerate(squares[: order // 2 + 1])), 0.0 * eye
            )
            odd = a @ odd
            return _solved(even - odd, even + odd)
    d8 = _norm(squares[2] @ squares[2]) ** 0.125
    d10 = _norm(squares[2] @ squares[3]) ** 0.1
    eta = min(max(d6, d8), max(d8, d10))
    s = max(math.ceil(math.log2(eta / THETA[13])), 0) if eta > 0.0 else 0
    s += _extra_squarings(a * 2.0**-s, 13)
    a = a * 2.0**-s
    a2, a4, a6 = (squares[k] * 2.0 ** (-2 * k * s) for k in (1, 2, 3))
    b = PADE[13]
    odd = a @ (
        a6 @ (b[13] * a6 + b[11] * a4 + b[9] * a2) + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * eye
    )
    even = (
        a6 @ (b[12] * a6 + b[10] * a4 + b[8] * a2) + b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * eye
    )
    y = _solved(even - odd, even + odd)
    for _ in range(s):
        y = y @ y
    return y


def expm(a: _MatrixLike) -> Variable:
    """The exponential of a square matrix, or of each of a stack, as scipy.linalg.expm.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., n, n).

    Returns
    -------
    Variable
        Of a's shape; nan for a matrix that is not finite.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not square.

    Notes
    -----
    By scaling and squaring of Pade approximants (A. Al-Mohy and N. Higham, "A new scaling and
    squaring algorithm for the matrix exponential", 2009). The gradient is the upper right block of
    the exponential of ((a^T, gy), (0, a^T)), the Frechet derivative (R. Mathias, "A chain rule for
    matrix functions and applications", 1996): it costs some eight times the function.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> LA.expm(cg.Variable([[0.0, 1.0], [0.0, 0.0]]))
    variable([[1., 1.],
              [0., 1.]])
    """
    return Expm()(as_matrix(a, "expm", square=True))
