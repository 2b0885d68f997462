"""Stub of cygrad/functions/recurrent.pyx."""

from ..core.variable import Variable, _ArrayLike

def lstm_cell(gates: _ArrayLike, c: _ArrayLike) -> tuple[Variable, Variable]: ...
def lstm_step(
    x: _ArrayLike,
    h: _ArrayLike | None,
    c: _ArrayLike | None,
    wx: _ArrayLike,
    wh: _ArrayLike,
    b: _ArrayLike,
) -> tuple[Variable, Variable]: ...
