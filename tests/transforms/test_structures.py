"""Arguments and results in nested dicts, lists, tuples and named tuples."""

from collections import OrderedDict, defaultdict
from typing import Any, NamedTuple

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.transforms.structure import leaves, map_leaves, match, rebuild, template


class Pair(NamedTuple):
    w: Any
    b: Any


def loss(params: Any, t: Any = 0.0) -> Any:
    h = params["layers"][0]
    return F.sum((h.w * params["scale"] + h.b) ** 2) - t


def params() -> dict[str, Any]:
    return {"layers": [Pair(np.array([1.0, 2.0]), 0.5), ()], "scale": 3, "none": None}


def test_gradients_have_the_structure_of_the_arguments() -> None:
    given = params()
    value, g = cg.value_and_grad(loss)(given, 1.0)
    r = np.array([1.0, 2.0]) * 3 + 0.5
    assert value == float((r**2).sum()) - 1.0
    assert list(g) == ["layers", "scale", "none"] and g["none"] is None
    assert type(g["layers"][0]) is Pair and g["layers"][1] == ()
    np.testing.assert_array_equal(g["layers"][0].w, 6 * r)
    assert type(g["layers"][0].b) is float and g["layers"][0].b == float((2 * r).sum())
    assert type(g["scale"]) is float
    assert given["scale"] == 3 and given["layers"][0].b == 0.5  # left as it was


def test_inside_they_are_variables() -> None:
    def f(p: Any) -> Any:
        assert all(isinstance(x, cg.Variable) for x in leaves(p))
        assert type(p) is list and type(p[1]) is tuple
        return p[0] * p[1][0]

    assert cg.grad(f)([2.0, (3.0,)]) == [3.0, (2.0,)]


@pytest.mark.parametrize(
    "tree",
    [
        OrderedDict(a=1.0, b=2.0),
        defaultdict(list, a=1.0, b=2.0),
        {"a": 1.0, "b": 2.0},
    ],
    ids=lambda tree: type(tree).__name__,
)
def test_kinds_of_dict(tree: Any) -> None:
    g = cg.grad(lambda p: p["a"] * p["b"])(tree)
    assert type(g) is type(tree)
    assert dict(g) == {"a": 2.0, "b": 1.0}


def test_several_structures() -> None:
    ga, gb = cg.grad(lambda a, b: a["x"] * b[0], argnums=(0, 1))({"x": 2.0}, [5.0])
    assert (ga, gb) == ({"x": 5.0}, [2.0])


def test_the_function_may_take_its_argument_apart() -> None:
    def f(p: Any) -> Any:
        return p.pop("a") * 2.0 + p.popitem()[1]

    assert cg.grad(f)({"a": 1.0, "b": 2.0}) == {"a": 2.0, "b": 1.0}


def test_a_variable_makes_all_of_them_variables() -> None:
    x = cg.Variable(2.0)
    g = cg.grad(lambda p: p["x"] ** 2 * p["y"])({"x": x, "y": 3.0})
    assert isinstance(g["x"], cg.Variable) and isinstance(g["y"], cg.Variable)
    g["y"].backward()
    assert x.grad.item() == 4.0


def test_jacobian_of_structures() -> None:
    def f(p: Any) -> Any:
        return {"sum": p[0] + p[1], "product": [p[0] * p[1]]}

    a, b = np.array([1.0, 2.0]), 3.0
    j = cg.jacobian(f)((a, b))
    np.testing.assert_array_equal(j["sum"][0], np.eye(2))
    np.testing.assert_array_equal(j["sum"][1], np.ones(2))
    np.testing.assert_array_equal(j["product"][0][0], 3 * np.eye(2))
    np.testing.assert_array_equal(j["product"][0][1], a)


def test_hessian_of_structures() -> None:
    def f(p: Any) -> Any:
        return F.sum(p["a"] ** 2) * p["b"] ** 2

    a, b = np.array([1.0, 2.0]), 3.0
    h = cg.hessian(f)({"a": a, "b": b})
    np.testing.assert_array_equal(h["a"]["a"], 2 * b**2 * np.eye(2))
    np.testing.assert_array_equal(h["a"]["b"], 4 * a * b)
    np.testing.assert_array_equal(h["b"]["a"], 4 * a * b)
    assert type(h["b"]["b"]) is float and h["b"]["b"] == 10.0


def test_products_of_structures() -> None:
    def f(p: Any) -> Any:
        return [p["a"] * p["b"], p["b"]]

    p = {"a": np.array([1.0, 2.0]), "b": 3.0}
    value, tangent = cg.jvp(f, (p,), ({"a": [1.0, 0.0], "b": 1.0},))
    np.testing.assert_array_equal(value[0], [3.0, 6.0])
    np.testing.assert_array_equal(tangent[0], [4.0, 2.0])
    assert tangent[1] == 1.0
    value, pull = cg.vjp(f, p)
    (g,) = pull([np.array([1.0, 10.0]), 100.0])
    np.testing.assert_array_equal(g["a"], [3.0, 30.0])
    assert g["b"] == 1.0 + 20.0 + 100.0
    v = {"a": np.array([1.0, 1.0]), "b": 1.0}
    hv = cg.hvp(lambda p: F.sum(p["a"] * p["b"]), p, v)
    np.testing.assert_array_equal(hv["a"], np.ones(2))
    assert hv["b"] == 2.0


@pytest.mark.parametrize(
    ("tangent", "words"),
    [
        ({"a": 1.0}, r"a dict with the keys \['a', 'b'\] is needed, not one with \['a'\]"),
        ([1.0, 2.0], "a dict with the keys"),
        ({"a": 1.0, "b": [1.0]}, "a list of 2 is needed, not a list of 1"),
        ({"a": 1.0, "b": 1.0}, "a list of 2 is needed, not a float"),
        ({"a": [1.0], "b": [1.0, 1.0]}, r"a tangent of shape \(1,\) goes with .*\(\)"),
    ],
)
def test_other_structures_are_refused(tangent: Any, words: str) -> None:
    primal = {"a": 1.0, "b": [1.0, 2.0]}
    with pytest.raises(ValueError, match=words):
        cg.jvp(lambda p: p["a"] * p["b"][0], (primal,), (tangent,))


def test_templates() -> None:
    tree = {"a": [1.0, (2.0, None)], "b": Pair(3.0, ())}
    places = template(tree)
    assert places == {"a": [0, (1, None)], "b": Pair(2, ())}
    assert leaves(tree) == [1.0, 2.0, 3.0]
    assert rebuild(places, "xyz") == {"a": ["x", ("y", None)], "b": Pair("z", ())}
    assert match(places, tree, "test") == [1.0, 2.0, 3.0]
    assert map_leaves(str, 1.0) == "1.0" and template(5.0) == 0 and leaves(None) == []
