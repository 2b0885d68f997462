"""Linear: its sizes, its random numbers, its first batch."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L


@pytest.mark.parametrize("leading", [(), (5,), (4, 5), (2, 1, 3)])
def test_any_number_of_leading_axes(leading: tuple[int, ...]) -> None:
    layer = L.Linear(3, rng=0)
    x = cg.randn(*leading, 2, rng=1)
    y = layer(x)
    assert y.shape == (*leading, 3)
    assert np.allclose(y.data, x.data @ layer.w.data + layer.b.data, rtol=1e-14, atol=1e-14)
    F.sum(y).backward()
    assert np.allclose(layer.b.grad.data, y.size / 3)


def test_without_a_bias() -> None:
    layer = L.Linear(3, in_size=2, bias=False, rng=0)
    assert layer.b is None
    assert [name for name, _ in layer.params()] == ["w"]
    assert np.array_equal(layer(np.eye(2)).data, layer.w.data)


def test_the_first_parameters() -> None:
    layer = L.Linear(100, in_size=400, rng=0)
    assert abs(layer.w.data.std() * 20.0 - 1.0) < 0.02
    assert abs(layer.w.data.mean()) < 0.001
    assert not layer.b.data.any()


def test_the_same_seed_gives_the_same_parameters() -> None:
    first = L.Linear(3, in_size=2, rng=7).w.data
    assert np.array_equal(first, L.Linear(3, in_size=2, rng=np.int64(7)).w.data)
    assert np.array_equal(first, L.Linear(3, in_size=2, rng=np.random.default_rng(7)).w.data)
    late = L.Linear(3, rng=7)
    late(np.ones((5, 2)))
    assert np.array_equal(first, late.w.data)
    assert not np.array_equal(first, L.Linear(3, in_size=2, rng=8).w.data)
    assert not np.array_equal(L.Linear(3, in_size=2).w.data, L.Linear(3, in_size=2).w.data)


def test_a_shared_generator_gives_numbers_in_the_order_of_construction() -> None:
    def pair(in_size: int | None) -> tuple[L.Linear, L.Linear]:
        rng = np.random.default_rng(0)
        return L.Linear(3, in_size, rng=rng), L.Linear(3, in_size, rng=rng)

    a, b = pair(2)
    late_a, late_b = pair(None)
    late_b(np.ones(2))
    late_a(np.ones(2))
    assert np.array_equal(a.w.data, late_a.w.data)
    assert np.array_equal(b.w.data, late_b.w.data)
    assert not np.array_equal(a.w.data, b.w.data)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"out_size": 0}, ValueError, "out_size must be at least 1, got 0"),
        ({"out_size": -3}, ValueError, "out_size"),
        ({"out_size": 2.5}, TypeError, "out_size must be an int, not float"),
        ({"out_size": 2, "in_size": -1}, ValueError, "in_size"),
        ({"out_size": 2, "in_size": "3"}, TypeError, "in_size"),
        ({"out_size": 2, "rng": 1.5}, TypeError, "rng"),
        ({"out_size": 2, "rng": True}, TypeError, "rng"),
        ({"out_size": 2, "rng": -1}, ValueError, "negative"),
    ],
)
def test_wrong_arguments(arguments: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        L.Linear(**arguments)


@pytest.mark.parametrize("x", [1.0, np.ones((3, 0)), np.ones(2) * 1j, "text", None])
def test_a_wrong_first_input_makes_no_parameters(x: Any) -> None:
    layer = L.Linear(3, rng=0)
    with pytest.raises((ValueError, TypeError)):
        layer(x)
    assert layer.in_size is None
    assert len(layer.params()) == 0


@pytest.mark.parametrize("convert", [np.array, cg.Variable, np.ndarray.tolist])
def test_a_wrong_input(convert: Any) -> None:
    layer = L.Linear(64, 10)  # as of PyTorch's Linear(in_features, out_features)
    with pytest.raises(
        ValueError, match=r"^linear: .* shape \(5, 64\) .* shape \(10, 64\)"
    ) as info:
        layer(convert(np.ones((5, 64))))
    assert str(info.value).endswith(
        "the weights are (in_size, out_size), and this is Linear(out_size=64, in_size=10)"
    )
    with pytest.raises(ValueError, match="linear"):
        layer(convert(np.ones(())))
    with pytest.raises((ValueError, TypeError)):
        layer([[1.0], [1.0, 2.0]])
    layer.b = cg.zeros(3)
    with pytest.raises(ValueError, match=r"need a bias of shape \(64,\), not .*$"):
        layer(convert(np.ones((5, 10))))


def test_it_learns_a_line() -> None:
    x = cg.rand(50, 1, rng=0).data
    layer = L.Linear(1, rng=1)
    for _ in range(500):
        loss = F.mean((layer(x) - (3.0 * x - 1.0)) ** 2)
        layer.cleargrads()
        loss.backward()
        for _, parameter in layer.params():
            parameter.data -= 0.5 * parameter.grad.data
    assert abs(layer.w.item() - 3.0) < 1e-6
    assert abs(layer.b.item() + 1.0) < 1e-6


def test_a_parameter_of_the_user_s_is_kept() -> None:
    layer = L.Linear(3)
    layer.w = cg.Variable(np.eye(3))
    assert layer([1.0, 2.0, 3.0]).data.tolist() == [1.0, 2.0, 3.0]
    late = L.Linear(3)
    late.w = cg.Variable(np.eye(3))
    with pytest.raises(ValueError, match=r"w: has shape \(2, 3\), where \(3, 3\) is needed"):
        late.load_state_dict({"w": np.ones((2, 3)), "b": np.ones(3)})
    late.load_state_dict({"w": np.ones((3, 3)), "b": np.ones(3)})
    assert late([1.0, 2.0, 3.0]).data.tolist() == [7.0, 7.0, 7.0]


def test_a_parameter_assigned_with_another_shape_than_the_first_batch_needs() -> None:
    layer = L.Linear(3)
    layer.w = cg.Variable(np.ones((5, 3)))
    with pytest.raises(ValueError, match=r"needs w of shape \(4, 3\), but .* shape \(5, 3\)"):
        layer(np.ones((2, 4)))
    assert layer.in_size is None
    assert [name for name, _ in layer.params()] == ["w"]
    assert layer(np.ones((2, 5))).shape == (2, 3)
