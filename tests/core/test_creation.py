"""Factories and random Variables."""

from collections.abc import Callable

import numpy as np
import pytest

import cygrad as cg


@pytest.mark.parametrize(
    "made, expected",
    [
        (lambda: cg.zeros(2, 3), np.zeros((2, 3))),
        (lambda: cg.zeros(), np.zeros(())),
        (lambda: cg.zeros((2, 0)), np.zeros((2, 0))),
        (lambda: cg.ones(np.int64(3)), np.ones(3)),
        (lambda: cg.ones([2, 2]), np.ones((2, 2))),
        (lambda: cg.full((2, 1), 0.5), np.full((2, 1), 0.5)),
        (lambda: cg.full(3, -1), np.full(3, -1.0)),
        (lambda: cg.full((), 2), np.full((), 2.0)),
        (lambda: cg.zeros_like(cg.ones(2, 3)), np.zeros((2, 3))),
        (lambda: cg.ones_like([[1, 2]]), np.ones((1, 2))),
        (lambda: cg.full_like(np.zeros(2), 7), np.full(2, 7.0)),
        (lambda: cg.arange(4), np.arange(4.0)),
        (lambda: cg.arange(1, 4), np.arange(1.0, 4)),
        (lambda: cg.arange(4, 1, -0.5), np.arange(4, 1, -0.5)),
        (lambda: cg.arange(0), np.arange(0.0)),
        (lambda: cg.linspace(0, 1, 5), np.linspace(0, 1, 5)),
        (lambda: cg.linspace(0, 1), np.linspace(0, 1)),
        (lambda: cg.linspace(0, 1, 0), np.zeros(0)),
        (lambda: cg.identity(3), np.eye(3)),
        (lambda: cg.eye(2, 3, 1), np.eye(2, 3, 1)),
        (lambda: cg.eye(2, k=-1), np.eye(2, k=-1)),
        (lambda: cg.eye(0), np.eye(0)),
    ],
)
def test_values(made: Callable[[], cg.Variable], expected: np.ndarray) -> None:
    v = made()
    assert isinstance(v, cg.Variable)
    np.testing.assert_array_equal(v.data, expected, strict=True)
    assert v.requires_grad and v.creator is None and v.data.flags.writeable


FACTORIES: dict[str, Callable[..., cg.Variable]] = {
    "zeros": lambda **k: cg.zeros(2, **k),
    "ones": lambda **k: cg.ones(2, **k),
    "full": lambda **k: cg.full(2, 1.0, **k),
    "zeros_like": lambda **k: cg.zeros_like([1.0], **k),
    "ones_like": lambda **k: cg.ones_like([1.0], **k),
    "full_like": lambda **k: cg.full_like([1.0], 2.0, **k),
    "arange": lambda **k: cg.arange(3, **k),
    "linspace": lambda **k: cg.linspace(0, 1, 3, **k),
    "identity": lambda **k: cg.identity(2, **k),
    "eye": lambda **k: cg.eye(2, **k),
    "rand": lambda **k: cg.rand(2, **k),
    "randn": lambda **k: cg.randn(2, **k),
    "normal": lambda **k: cg.normal(2, **k),
}


@pytest.mark.parametrize("factory", FACTORIES.values(), ids=FACTORIES.keys())
def test_names(factory: Callable[..., cg.Variable]) -> None:
    assert factory(name="w").name == "w"
    assert factory().name is None
    with pytest.raises(TypeError):
        factory(name=1)


@pytest.mark.parametrize("like", [cg.zeros_like, cg.ones_like, lambda x: cg.full_like(x, 3.0)])
def test_likes_share_no_memory_and_no_graph(like: Callable[..., cg.Variable]) -> None:
    x = cg.Variable([1.0, 2.0])
    y = like(x * 2.0)
    assert y.creator is None
    assert not np.shares_memory(x.data, y.data)


RANDOM: dict[str, Callable[..., cg.Variable]] = {
    "rand": lambda *s, **k: cg.rand(*s, **k),
    "randn": lambda *s, **k: cg.randn(*s, **k),
    "normal": lambda *s, **k: cg.normal(s, 2.0, 3.0, **k),
}
every_random = pytest.mark.parametrize("draw", RANDOM.values(), ids=RANDOM.keys())


@every_random
def test_same_seed_same_numbers(draw: Callable[..., cg.Variable]) -> None:
    a, b, c = draw(4, 3, rng=7), draw(4, 3, rng=7), draw(4, 3, rng=8)
    np.testing.assert_array_equal(a.data, b.data)
    assert (a.data != c.data).all()
    assert (draw(8).data != draw(8).data).any()
    np.testing.assert_array_equal(draw(2, rng=np.int64(7)).data, draw(2, rng=7).data)


@every_random
def test_a_generator_goes_on(draw: Callable[..., cg.Variable]) -> None:
    rng, again = np.random.default_rng(7), np.random.default_rng(7)
    both = np.concatenate([draw(3, rng=rng).data, draw(3, rng=rng).data])
    np.testing.assert_array_equal(both, draw(6, rng=again).data)


def test_distributions() -> None:
    u, n, m = cg.rand(20_000, rng=1), cg.randn(20_000, rng=1), cg.normal(20_000, 5.0, 0.5, rng=1)
    assert 0 <= u.data.min() and u.data.max() < 1
    assert abs(u.data.mean() - 0.5) < 0.01
    assert abs(n.data.mean()) < 0.03 and abs(n.data.std() - 1) < 0.02
    assert abs(m.data.mean() - 5) < 0.02 and abs(m.data.std() - 0.5) < 0.01
    assert cg.rand(rng=1).shape == () and cg.randn(0, rng=1).size == 0
    assert cg.normal((), rng=1).shape == ()


@every_random
@pytest.mark.parametrize(
    "rng, error",
    [
        (-1, ValueError),
        ("7", TypeError),
        (1.5, TypeError),
        (True, TypeError),
        (np.random, TypeError),
    ],
)
def test_bad_rng(draw: Callable[..., cg.Variable], rng: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        draw(2, rng=rng)


SHAPED: dict[str, Callable[[object], cg.Variable]] = {
    "zeros": cg.zeros,
    "ones": cg.ones,
    "rand": cg.rand,
    "randn": cg.randn,
    "full": lambda s: cg.full(s, 1.0),
    "normal": lambda s: cg.normal(s),
}


@pytest.mark.parametrize("name", SHAPED)
@pytest.mark.parametrize(
    "shape", [-1, (2, -1), 1.5, "2", None, (1.5,), ((2,),), {2}, [[2]]], ids=repr
)
def test_bad_shapes(name: str, shape: object) -> None:
    with pytest.raises((ValueError, TypeError), match=name):
        SHAPED[name](shape)


def test_other_bad_arguments() -> None:
    for call, error in [
        (lambda: cg.full(2, "x"), ValueError),
        (lambda: cg.full(2, None), TypeError),
        (lambda: cg.full(2, 1j), TypeError),
        (lambda: cg.arange(0, 1, 0), ZeroDivisionError),
        (lambda: cg.linspace(0, 1, -1), ValueError),
        (lambda: cg.eye(-1), ValueError),
        (lambda: cg.eye(2, 2.5), TypeError),
        (lambda: cg.normal(2, 0.0, -1.0, rng=1), ValueError),
    ]:
        with pytest.raises(error):
            call()
