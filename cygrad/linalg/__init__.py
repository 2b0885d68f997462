"""Linear algebra with NumPy's names, differentiable; `import cygrad.linalg as LA`.

- Equations: solve, solve_triangular, lstsq, inv, pinv.
- Decompositions: cholesky, qr, eigh, eigvalsh, svd, svdvals.
- Numbers of a matrix: det, slogdet, norm.
- Products: matmul, multi_dot, matrix_power.
- Functions of a matrix: expm, logm, sqrtm; matrix_function, of symmetric ones.

LAPACK is NumPy's. Matrices stand in the last two axes, stacks of them in those before. What is
asked of a matrix and does not hold (square, regular, positive definite) raises
`numpy.linalg.LinAlgError`.
"""

from typing import TYPE_CHECKING

from cygrad import elsewhere
from cygrad.functions import matmul
from cygrad.linalg.cholesky import cholesky
from cygrad.linalg.determinant import det, slogdet
from cygrad.linalg.exponential import expm
from cygrad.linalg.least_squares import lstsq, pinv
from cygrad.linalg.matrix_functions import matrix_function
from cygrad.linalg.norm import norm
from cygrad.linalg.powers import matrix_power, multi_dot
from cygrad.linalg.qr import qr
from cygrad.linalg.roots import logm, sqrtm
from cygrad.linalg.solving import inv, solve
from cygrad.linalg.spectral import eigh, eigvalsh, svd, svdvals
from cygrad.linalg.triangular import solve_triangular

__all__ = [
    "cholesky",
    "det",
    "eigh",
    "eigvalsh",
    "expm",
    "inv",
    "logm",
    "lstsq",
    "matmul",
    "matrix_function",
    "matrix_power",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "sqrtm",
    "svd",
    "svdvals",
]

if not TYPE_CHECKING:  # a name that does not exist is an error for type checkers too
    __getattr__, __dir__ = elsewhere.of_module(__name__)
