"""Conv2d and pooling as layers; their numbers are those of the functions."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L


@pytest.mark.parametrize("bias", [True, False])
def test_conv2d(bias: bool) -> None:
    layer = L.Conv2d(4, (3, 2), stride=2, padding=(1, 0), dilation=(1, 2), bias=bias, rng=0)
    x = cg.randn(5, 3, 8, 9, rng=1)
    y = layer(x)
    assert layer.w.shape == (4, 3, 3, 2)
    if bias:
        layer.b.data[...] = [1.0, 2.0, 3.0, 4.0]
        y = layer(x)
    expected = F.conv2d(x, layer.w, layer.b, stride=2, padding=(1, 0), dilation=(1, 2))
    assert np.array_equal(y.data, expected.data)
    assert [name for name, _ in layer.params()] == (["b", "w"] if bias else ["w"])
    F.sum(y).backward()
    assert all(p.grad.shape == p.shape for _, p in layer.params())


def test_the_first_parameters() -> None:
    layer = L.Conv2d(64, (4, 8), in_channels=32, rng=0)
    assert abs(layer.w.data.std() * 32.0 - 1.0) < 0.02
    assert not layer.b.data.any()
    late = L.Conv2d(64, (4, 8), rng=0)
    late(np.ones((1, 32, 4, 8)))
    assert np.array_equal(layer.w.data, late.w.data)


def test_repr() -> None:
    assert repr(L.Conv2d(2, 3)) == "Conv2d(2, (3, 3))"
    assert repr(L.Conv2d(2, 3, in_channels=4, padding=2, dilation=(1, 3), bias=False)) == (
        "Conv2d(2, (3, 3), in_channels=4, padding=(2, 2), dilation=(1, 3), bias=False)"
    )
    assert repr(L.MaxPool2d(2)) == "MaxPool2d((2, 2))"
    assert repr(L.AvgPool2d((3, 2), 1, 1)) == "AvgPool2d((3, 2), stride=(1, 1), padding=(1, 1))"


@pytest.mark.parametrize(
    ("kind", "function"), [(L.MaxPool2d, F.max_pool2d), (L.AvgPool2d, F.avg_pool2d)]
)
def test_pooling(kind: Any, function: Any) -> None:
    x = cg.randn(2, 3, 8, 9, rng=1)
    assert np.array_equal(kind(2)(x).data, function(x, 2).data)
    y = kind((3, 2), stride=(2, 1), padding=1)(x)
    assert np.array_equal(y.data, function(x, (3, 2), (2, 1), 1).data)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: L.Conv2d(0, 3), ValueError, "out_channels"),
        (lambda: L.Conv2d(2, 0), ValueError, "kernel_size"),
        (lambda: L.Conv2d(2, (3, 3, 3)), ValueError, "kernel_size must be one number or two"),
        (lambda: L.Conv2d(2, 3.0), TypeError, "kernel_size"),
        (lambda: L.Conv2d(2, 3, in_channels=-1), ValueError, "in_channels"),
        (lambda: L.Conv2d(2, 3, stride=0), ValueError, "stride"),
        (lambda: L.Conv2d(2, 3, padding=-1), ValueError, "padding"),
        (lambda: L.Conv2d(2, 3, dilation=(1, 0)), ValueError, "dilation"),
        (lambda: L.MaxPool2d(0), ValueError, "MaxPool2d: kernel_size"),
        (lambda: L.AvgPool2d(2, stride="2"), TypeError, "AvgPool2d: stride"),
        (lambda: L.AvgPool2d(2, padding=-2), ValueError, "padding"),
    ],
)
def test_wrong_arguments(make: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        make()


@pytest.mark.parametrize("shape", [(), (3, 8, 8), (2, 0, 8, 8), (1, 2, 3, 8, 8)])
def test_a_wrong_first_input_makes_no_parameters(shape: tuple[int, ...]) -> None:
    layer = L.Conv2d(2, 3)
    with pytest.raises(ValueError, match="Conv2d: x"):
        layer(np.ones(shape))
    assert len(layer.params()) == 0
