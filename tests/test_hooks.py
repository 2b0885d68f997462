"""Hooks: what they do to gradients, in place, and that bad gradients are left as they are."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.hooks import ClipGrad, ClipValue, WeightDecay
from cygrad.optimizers import SGD


def parameters(*gradients: Any) -> list[cg.Variable]:
    made = []
    for k, g in enumerate(gradients):
        array = np.array(g, dtype=float)
        made.append(cg.Variable(np.full(array.shape, 2.0), name=f"p{k}"))
        made[-1].grad = cg.Variable(array)
    return made


def grads(ps: list[cg.Variable]) -> list[np.ndarray]:
    return [p.grad.data.copy() for p in ps if p.grad is not None]


def flat(ps: list[cg.Variable]) -> np.ndarray:
    return np.concatenate([g.ravel() for g in grads(ps)])


SAMPLES = [np.array([[1.0, -2.0], [3.0, 0.5]]), np.array([4.0]), np.array(-2.0), np.zeros((0, 3))]


@pytest.mark.parametrize("max_norm", [0.0, 0.5, 3.0])
def test_clip_grad(max_norm: float) -> None:
    ps = parameters(*SAMPLES)
    memory = [p.grad.data for p in ps]
    norm = np.sqrt(sum((g**2).sum() for g in SAMPLES))
    assert ClipGrad(max_norm)(ps) == pytest.approx(norm, rel=1e-15)
    for p, g, before in zip(ps, SAMPLES, memory, strict=True):
        np.testing.assert_allclose(p.grad.data, g * max_norm / (norm + 1e-6), rtol=1e-14)
        assert p.size == 0 or np.shares_memory(p.grad.data, before)
    assert np.linalg.norm(flat(ps)) <= max_norm


def test_clip_grad_leaves_small_gradients_as_they_are() -> None:
    ps = parameters([3.0, 4.0])
    assert ClipGrad(5.0)(ps) == 5.0
    np.testing.assert_array_equal(flat(ps), [3.0, 4.0])
    assert ClipGrad(1.0)([]) == 0.0
    assert ClipGrad(1.0)(parameters(np.zeros(3))) == 0.0


@pytest.mark.parametrize("size", [1e308, 1e200, 1.0, 1e-160, 1e-300])
def test_clip_grad_at_every_size(size: float) -> None:
    """Squares that overflow, or underflow, do not spoil the norm."""
    g = np.array([0.5, -1.0, 1.0, 0.0]) * size
    ps = parameters(g[:2], g[2:])
    norm = ClipGrad(size / 4)(ps)
    assert norm / size == pytest.approx(1.5, rel=1e-14)
    if size >= 1.0:
        direction = flat(ps) / (size / 4)
        np.testing.assert_allclose(direction, np.array([0.5, -1, 1, 0]) / 1.5, rtol=1e-6)


def test_clip_grad_where_the_norm_itself_overflows() -> None:
    ps = parameters(np.full(4, 1.5e308))
    assert ClipGrad(1.0)(ps) == np.inf
    np.testing.assert_allclose(flat(ps), 0.5, rtol=1e-12)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_clip_grad_refuses_what_has_no_norm(bad: float) -> None:
    ps = parameters([3.0, 4.0], [[1.0, bad]], [1e200])
    before = grads(ps)
    with pytest.raises(
        FloatingPointError, match=r"ClipGrad: .* p1 of shape \(1, 2\) has (NaN|inf)"
    ):
        ClipGrad(1.0)(ps)
    np.testing.assert_equal(grads(ps), before)
    with pytest.raises(FloatingPointError):
        SGD(hooks=[ClipGrad(1.0)]).update(ps)
    assert all((p.data == 2.0).all() for p in ps)


def test_clip_value() -> None:
    ps = parameters(*SAMPLES, [np.inf, -np.inf, np.nan])
    memory = [p.grad.data for p in ps]
    ClipValue(1.5)(ps)
    for p, g, before in zip(ps, SAMPLES, memory, strict=False):
        np.testing.assert_array_equal(p.grad.data, np.clip(g, -1.5, 1.5))
        assert p.size == 0 or np.shares_memory(p.grad.data, before)
    np.testing.assert_array_equal(ps[-1].grad.data, [1.5, -1.5, np.nan])


def test_weight_decay() -> None:
    ps = parameters(*SAMPLES)
    memory = [p.grad.data for p in ps]
    WeightDecay(0.25)(ps)
    for p, g, before in zip(ps, SAMPLES, memory, strict=True):
        np.testing.assert_array_equal(p.grad.data, g + 0.5)
        np.testing.assert_array_equal(p.data, np.full(g.shape, 2.0))
        assert p.size == 0 or np.shares_memory(p.grad.data, before)


def test_weight_decay_is_the_gradient_of_the_penalty() -> None:
    x = cg.Variable([1.0, -2.0, 3.0])
    F.sum(F.sin(x)).backward()
    WeightDecay(0.3)([x])
    y = cg.Variable([1.0, -2.0, 3.0])
    (F.sum(F.sin(y)) + 0.3 / 2 * F.sum(y * y)).backward()
    np.testing.assert_allclose(x.grad.data, y.grad.data, rtol=1e-15)


def test_order() -> None:
    (first,) = parameters([3.0])
    SGD(1.0, hooks=[ClipValue(1.0), WeightDecay(1.0)]).update(first)
    (second,) = parameters([3.0])
    SGD(1.0, hooks=[WeightDecay(1.0), ClipValue(1.0)]).update(second)
    assert (first.item(), second.item()) == (2.0 - 3.0, 2.0 - 1.0)


@pytest.mark.parametrize("hook", [ClipGrad(1.0), ClipValue(1.0), WeightDecay(1.0)])
def test_a_gradient_that_cannot_be_written_to_is_replaced(hook: Any) -> None:
    x, array = cg.Variable([1.0, 1.0, 1.0]), np.full(3, 4.0)
    x.grad = F.broadcast_to(cg.Variable(4.0), (3,))
    hook([x])
    y = cg.Variable([1.0, 1.0, 1.0])
    y.grad = cg.Variable(array)
    hook([y])
    np.testing.assert_array_equal(x.grad.data, y.grad.data)
    assert array[0] != 4.0


@pytest.mark.parametrize("hook", [ClipGrad(1.0), ClipValue(1.0), WeightDecay(1.0)])
def test_gradients_that_do_not_fit_change_nothing(hook: Any) -> None:
    good, bad = parameters([3.0], [3.0])
    bad.data = np.ones(2)
    with pytest.raises(ValueError, match=r"p1 of shape \(2,\) has a gradient of shape \(1,\)"):
        hook([good, bad])
    bad.cleargrad()
    with pytest.raises(ValueError, match="has no gradient"):
        hook([good, bad])
    assert good.grad.item() == 3.0


@pytest.mark.parametrize("make", [ClipGrad, ClipValue, WeightDecay])
def test_bad_settings(make: Any) -> None:
    for value in (-1.0, float("nan")):
        with pytest.raises(ValueError, match=f"{make.__name__}: .* must be in"):
            make(value)
    with pytest.raises(TypeError, match="must be a number"):
        make("1")


def test_repr() -> None:
    assert repr(ClipGrad(2)) == "ClipGrad(max_norm=2.0)"


def test_one_gradient_set_for_two_parameters() -> None:
    x, y = cg.Variable([1.0, 2.0]), cg.Variable([5.0, 6.0])
    x.grad = y.grad = cg.Variable([3.0, 4.0])
    norm = ClipGrad(1.0)([x, y])
    expected = np.array([3.0, 4.0]) / (norm + 1e-6)
    np.testing.assert_allclose(x.grad.data, expected, rtol=1e-15)
    np.testing.assert_allclose(y.grad.data, expected, rtol=1e-15)
    x.grad = y.grad = cg.zeros(2)
    WeightDecay(1.0)([x, y])
    np.testing.assert_array_equal([x.grad.data, y.grad.data], [x.data, y.data])
