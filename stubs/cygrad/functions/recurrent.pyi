"""Stub of cygrad/functions/recurrent.pyx."""

from ..core.variable import Variable, _ArrayLike

def lstm_cell(gates: _ArrayLike, c: _ArrayLike) -> tuple[Variable, Variable]: ...
