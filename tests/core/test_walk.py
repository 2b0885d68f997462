"""The walk over the functions behind variables."""

import cygrad as cg
import cygrad.functions as F
from cygrad.core.walk import functions_behind


def names(*ys: cg.Variable) -> list[str]:
    return [f.name for f in functions_behind(ys)]


def test_each_function_once_inputs_from_left_to_right() -> None:
    x = cg.Variable(1.0)
    a = F.sin(x)
    y = F.exp(a) * F.cos(a) + F.tanh(x)
    assert names(y) == ["Add", "Mul", "Exp", "Sin", "Cos", "Tanh"]
    assert names(a, y, a) == ["Sin", "Add", "Mul", "Exp", "Cos", "Tanh"]


def test_nothing_behind_leaves_and_what_is_unchained() -> None:
    x = cg.Variable(1.0)
    y = F.sin(x)
    z = F.exp(y)
    y.unchain()
    assert names(x, y) == names() == []
    assert names(z) == ["Exp"]
