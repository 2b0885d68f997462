"""The named tuples that decompositions return, with NumPy's names."""

from typing import NamedTuple

from cygrad.core.variable import Variable

__all__ = ["EighResult", "QRResult", "SVDResult", "SlogdetResult"]


class EighResult(NamedTuple):
    """What `eigh` returns."""

    eigenvalues: Variable
    eigenvectors: Variable


class QRResult(NamedTuple):
    """What `qr` returns."""

    Q: Variable
    R: Variable


class SVDResult(NamedTuple):
    """What `svd` returns."""

    U: Variable
    S: Variable
    Vh: Variable


class SlogdetResult(NamedTuple):
    """What `slogdet` returns."""

    sign: Variable
    logabsdet: Variable
