"""Transforms at constants: what they give back stays connected to what the function closes over.

The function is sin(a) w, summed or not, at p with w a parameter; the derivatives by p are known, and so
are those of their sums by w.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

P = np.array([1.0, 2.0])
V = np.array([0.3, -1.7])
W = 3.0


def at(w: Any) -> Callable[[Any], Any]:
    return lambda a: F.sum(F.sin(a) * w)


def each(w: Any) -> Callable[[Any], Any]:
    return lambda a: F.sin(a) * w


def rows(w: Any) -> Callable[[Any], Any]:
    """More outputs than inputs: jacobian goes by columns."""
    return lambda a: F.concat([F.sin(a) * w, F.sin(a) * w])


def constant(x: Any) -> cg.Variable:
    return cg.Variable(x, requires_grad=False)


# A transform of sin(a) w at p as a Variable, and its derivative by w: what it is at w = 1.
TRANSFORMS: dict[str, tuple[Callable[[Any, Any], Any], Any]] = {
    "grad": (lambda w, p: cg.grad(at(w))(p), np.cos(P)),
    "value_and_grad": (lambda w, p: cg.value_and_grad(at(w))(p)[1], np.cos(P)),
    "value_and_grad's value": (lambda w, p: cg.value_and_grad(at(w))(p)[0], np.sin(P).sum()),
    "elementwise_grad": (lambda w, p: cg.elementwise_grad(each(w))(p), np.cos(P)),
    "jacobian": (lambda w, p: cg.jacobian(each(w))(p), np.diag(np.cos(P))),
    "jacobian by columns": (
        lambda w, p: cg.jacobian(rows(w))(p),
        np.vstack([np.diag(np.cos(P))] * 2),
    ),
    "hessian": (lambda w, p: cg.hessian(at(w))(p), np.diag(-np.sin(P))),
    "vjp": (lambda w, p: cg.vjp(each(w), p)[1](V)[0], np.cos(P) * V),
    "vjp of a Variable": (lambda w, p: cg.vjp(each(w), p)[1](constant(V))[0], np.cos(P) * V),
    "vjp's value": (lambda w, p: cg.vjp(each(w), p)[0], np.sin(P)),
    "jvp": (lambda w, p: cg.jvp(each(w), (p,), (V,))[1], np.cos(P) * V),
    "jvp's value": (lambda w, p: cg.jvp(each(w), (p,), (V,))[0], np.sin(P)),
    "hvp": (lambda w, p: cg.hvp(at(w), p, V), -np.sin(P) * V),
}

every_transform = pytest.mark.parametrize("name", TRANSFORMS)


@every_transform
def test_the_parameter_gets_its_gradient_and_the_constant_none(name: str) -> None:
    transform, expected = TRANSFORMS[name]
    w, p = cg.Variable(W), constant(P)
    found = transform(w, p)
    np.testing.assert_allclose(found.data, W * expected, rtol=1e-15, atol=0)
    F.sum(found).backward()
    assert w.grad.item() == pytest.approx(np.sum(expected), rel=1e-15)
    assert p.grad is None and not p.requires_grad


@every_transform
def test_the_same_as_at_an_argument_that_requires_a_gradient(name: str) -> None:
    transform, _ = TRANSFORMS[name]
    gradients = []
    for p in (constant(P), cg.Variable(P)):
        w = cg.Variable(W)
        F.sum(transform(w, p) ** 2).backward()
        gradients.append(w.grad.item())
    assert gradients[0] == gradients[1]


@every_transform
def test_of_constants_alone_it_is_a_constant(name: str) -> None:
    """No parameter requires a gradient, or none is behind it: nothing is kept for one."""
    transform, expected = TRANSFORMS[name]
    for w in (constant(W), W, np.float64(W)):
        found = transform(w, constant(P))
        assert found.creator is None and not found.requires_grad
        np.testing.assert_allclose(found.data, W * expected, rtol=1e-15, atol=0)
    w = cg.Variable(W)
    found = transform(w.data, constant(P))
    assert found.creator is None
    w.requires_grad = False
    assert transform(w * 1.0, constant(P)).creator is None


@every_transform
def test_a_parameter_that_requires_none_stays_without(name: str) -> None:
    transform, expected = TRANSFORMS[name]
    w, frozen = cg.Variable(W), constant(2.0)
    found = transform(w * frozen, constant(P))
    F.sum(found).backward()
    assert frozen.grad is None
    assert w.grad.item() == pytest.approx(2.0 * np.sum(expected), rel=1e-15)


@every_transform
def test_in_a_no_grad_block_it_is_a_constant(name: str) -> None:
    transform, _ = TRANSFORMS[name]
    with cg.no_grad():
        found = transform(cg.Variable(W), constant(P))
    assert found.creator is None


@every_transform
def test_to_the_second_order_of_the_parameter(name: str) -> None:
    """By w^3: the derivatives 3 w^2 and 6 w of its power, times the rest."""
    transform, expected = TRANSFORMS[name]
    w = cg.Variable(W)
    F.sum(transform(w**3, constant(P))).backward(create_graph=True)
    slope = w.grad
    assert slope.item() == pytest.approx(3 * W**2 * np.sum(expected), rel=1e-14)
    w.cleargrad()
    slope.backward()
    assert w.grad.item() == pytest.approx(6 * W * np.sum(expected), rel=1e-14)


@every_transform
def test_a_transform_of_it(name: str) -> None:
    transform, expected = TRANSFORMS[name]
    assert cg.grad(lambda w: F.sum(transform(w, constant(P))))(W) == pytest.approx(
        np.sum(expected), rel=1e-15
    )


@every_transform
def test_through_a_checkpoint(name: str) -> None:
    """Inside it, where the parameter is in none of its arguments, and around it."""
    transform, expected = TRANSFORMS[name]
    w, p = cg.Variable(W), constant(P)
    F.sum(cg.checkpoint(lambda p: transform(w, p))(p)).backward()
    assert w.grad.item() == pytest.approx(np.sum(expected), rel=1e-15)

    for kind in (cg.grad, cg.hessian):
        w.cleargrad()
        F.sum(kind(cg.checkpoint(at(w)))(p)).backward()
        assert w.grad.item() == pytest.approx(
            np.sum(np.cos(P) if kind is cg.grad else -np.sin(P)), rel=1e-15
        )


def test_structures() -> None:
    """A part of what is given back depends on the parameter; the rest is constants."""
    w = cg.Variable(W)
    tree = {"a": constant(P), "b": [constant(2.0)]}
    g = cg.grad(lambda t: F.sum(F.sin(t["a"]) * w) + t["b"][0] ** 2)(tree)
    assert g["a"].requires_grad and not g["b"][0].requires_grad and g["b"][0].creator is None
    assert g["b"][0].item() == 4.0
    F.sum(g["a"]).backward()
    assert w.grad.item() == pytest.approx(np.cos(P).sum(), rel=1e-15)

    w.cleargrad()
    value, pullback = cg.vjp(lambda a: {"x": a * w, "y": a * 2.0}, tree["a"])
    assert value["x"].requires_grad and value["y"].creator is None
    (g,) = pullback({"x": V, "y": V})
    np.testing.assert_array_equal(g.data, (W + 2.0) * V)
    F.sum(g).backward()
    assert w.grad.item() == V.sum()


def test_several_arguments() -> None:
    w, p, q = cg.Variable(W), constant(P), constant(V)
    for argnums in (0, 1, (0, 1)):
        w.cleargrad()
        g = cg.grad(lambda a, b: F.sum(a * b * w), argnums=argnums)(p, q)
        for part in g if isinstance(g, tuple) else (g,):
            F.sum(part).backward()
        expected = [V.sum(), P.sum(), V.sum() + P.sum()][[0, 1, (0, 1)].index(argnums)]
        assert w.grad.item() == pytest.approx(expected, rel=1e-15)
    w.cleargrad()
    F.sum(cg.grad(lambda a, b: F.sum(a * b * w))(p, b=q)).backward()
    assert w.grad.item() == pytest.approx(V.sum(), rel=1e-15)


def test_aux() -> None:
    """What is returned beside the number is connected by itself, whatever the number is."""
    w, p = cg.Variable(W), constant(P)

    def f(a: Any) -> Any:
        return F.sum(a * a), {"by w": a * w, "by a": a * 2.0, "n": 5}

    g, aux = cg.grad(f, has_aux=True)(p)
    assert g.creator is None
    assert aux["by a"].creator is None and aux["n"] == 5
    F.sum(aux["by w"]).backward()
    assert w.grad.item() == P.sum()
    assert p.grad is None


def test_arrays_in_give_arrays() -> None:
    w = cg.Variable(W)
    for transform, _ in TRANSFORMS.values():
        found = transform(w, P)
        if isinstance(found, cg.Variable):  # a Variable was handed in beside the array
            F.sum(found).backward()
            assert w.grad is not None
        else:
            assert isinstance(found, (np.ndarray, float))


def test_layers_and_a_residual_at_constant_points() -> None:
    """What a physics-informed network does: the residual of u'' = -1 at fixed points trains it."""
    model = cg.models.MLP([8, 1], activation=F.tanh, rng=0)
    points = constant(np.linspace(0.0, 1.0, 5))

    def u(x: Any) -> Any:
        return F.sum(model(F.reshape(x, (5, 1))))

    def loss() -> Any:
        second = cg.elementwise_grad(lambda x: F.sum(cg.grad(u)(x)))(points)
        return F.mean((second + 1.0) ** 2)

    loss().backward()
    for name in ("linears.0.b", "linears.0.w", "linears.1.w"):
        found = model.params()[name].grad.data.reshape(-1)[0]
        first = model.params()[name].data.reshape(-1)
        before, step, around = first[0], 1e-5, []
        for first[0] in (before + step, before - step):
            around.append(loss().item())
        first[0] = before
        assert found == pytest.approx((around[0] - around[1]) / (2 * step), rel=1e-6)
