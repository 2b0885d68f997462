"""Keywords of other libraries: the TypeError says what to write, and others are as Python's."""

import inspect
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad.elsewhere.arguments import KEYWORDS
from cygrad.models import MLP
from cygrad.optimizers import SGD, Adam, RMSprop

X = cg.Variable(np.arange(6.0).reshape(2, 3))
IMAGE = np.ones((1, 1, 4, 4))
f: Any = F

CALLS: list[tuple[Callable[[], Any], str]] = [
    (lambda: f.sum(X, dim=0), "write axis="),
    (lambda: f.mean(X, dim=0, keepdim=True), "write axis="),
    (lambda: f.max(X, keepdim=True), "write keepdims="),
    (lambda: f.variance(X, unbiased=False), "write ddof=1"),
    (lambda: f.std(X, correction=1), "write ddof="),
    (lambda: f.softmax(X, dim=1), "write axis="),
    (lambda: f.log_softmax(X, dim=1), "write axis="),
    (lambda: f.logsumexp(X, dim=1), "write axis="),
    (lambda: f.norm(X, dim=1), "write axis="),
    (lambda: f.concat([X, X], dim=1), "write axis="),
    (lambda: f.stack([X, X], dim=1), "write axis="),
    (lambda: f.squeeze(X, dim=1), "write axis="),
    (lambda: f.unsqueeze(X, dim=1), "write axis="),
    (lambda: f.cumsum(X, dim=1), "write axis="),
    (lambda: f.flip(X, dims=1), "write axis="),
    (lambda: f.transpose(X, dims=(1, 0)), "write axes="),
    (lambda: f.median(X, dim=1), "write axis="),
    (lambda: f.nansum(X, dim=1), "write axis="),
    (lambda: f.cumprod(X, dim=1), "write axis="),
    (lambda: f.roll(X, 1, dims=1), "write axis="),
    (lambda: f.sort(X, dim=1), "write axis="),
    (lambda: f.take_along_axis(X, [[0]], dim=1), "write axis="),
    (lambda: f.quantile(X, 0.5, keepdim=True), "write keepdims="),
    (lambda: f.linear(X, np.eye(3), bias=1.0), "write b="),
    (lambda: f.mask_fill(X, X > 1, 0.0, dim=1), "the function has no axis"),
    (lambda: f.cross_entropy(X, [0, 1], reduction="sum"), "the loss is the mean"),
    (lambda: f.mean_squared_error(X, X, reduction="none"), "the loss is the mean"),
    (lambda: f.binary_cross_entropy(X, X, reduction="sum"), "the loss is the mean"),
    (lambda: f.cross_entropy(X, target=[0, 1]), "write t="),
    (lambda: f.softmax_cross_entropy(X, [0, 1], ignore_label=1), "write ignore_index="),
    (lambda: f.dropout(X, dropout_ratio=0.5), "write p="),
    (lambda: f.dropout(X, ratio=0.5), "write p="),
    (lambda: f.dropout(X, 0.5, training=False), "cg.test_mode"),
    (lambda: f.conv2d(IMAGE, IMAGE, pad=1), "write padding="),
    (lambda: f.max_pool2d(IMAGE, 2, pad=1), "write padding="),
    (lambda: f.avg_pool2d(IMAGE, ksize=2), "write kernel_size="),
    (lambda: f.leaky_relu(X, alpha=0.1), "write slope="),
    (lambda: f.leaky_relu(X, negative_slope=0.1), "write slope="),
    (lambda: f.add(X, X, alpha=2.0), r"write x \+ alpha \* y"),
    (lambda: f.clip(X, min=0.0), "write low="),
    (lambda: f.sum(X, dtype=float), "all is float64"),
    (lambda: f.split(X, 1, dim=0), "write axis="),
    (lambda: f.tril(X, diagonal=1), "write k="),
    (lambda: X.sum(dim=0), "write axis="),  # type: ignore[call-arg]
    (lambda: X.mean(dim=0, keepdim=True), "write axis="),  # type: ignore[call-arg]
    (lambda: X.max(keepdim=True), "write keepdims="),  # type: ignore[call-arg]
    (lambda: X.min(dim=1), "write axis="),  # type: ignore[call-arg]
    (lambda: X.std(dim=0), "write axis="),  # type: ignore[call-arg]
    (lambda: X.var(unbiased=False), "write ddof=1"),  # type: ignore[call-arg]
    (lambda: X.prod(dim=0), "write axis="),  # type: ignore[call-arg]
    (lambda: X.argmax(dim=0), "write axis="),  # type: ignore[call-arg]
    (lambda: L.Conv2d(8, 5, pad=1), "write padding="),  # type: ignore[call-arg]
    (lambda: L.MaxPool2d(2, pad=1), "write padding="),  # type: ignore[call-arg]
    (lambda: L.AvgPool2d(ksize=2), "write kernel_size="),  # type: ignore[call-arg]
    (lambda: L.Dropout(dropout_ratio=0.5), "write p="),  # type: ignore[call-arg]
    (lambda: L.Embedding(num_embeddings=3, embedding_dim=2), "write num="),  # type: ignore[call-arg]
    (lambda: Adam(alpha=0.001), "write lr="),  # type: ignore[call-arg]
    (lambda: SGD(alpha=0.001), "write lr="),  # type: ignore[call-arg]
]


@pytest.mark.parametrize("k", range(len(CALLS)))
def test_what_to_write(k: int) -> None:
    call, hint = CALLS[k]
    for _ in range(20):  # the interpreter calls what it knows otherwise
        with pytest.raises(TypeError, match=f"does not take .*=: .*{hint}") as caught:
            call()
        assert caught.value.__cause__ is None


def test_other_errors_are_as_they_were() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'nonsense'"):
        f.sum(X, nonsense=1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'nonsense'"):
        f.median(X, nonsense=1)
    with pytest.raises(TypeError, match="axis must be None, an int"):
        F.sum(X, axis="a")  # type: ignore[arg-type]
    with pytest.raises(IndexError):
        F.sum(X, axis=7)
    assert RMSprop(alpha=0.9).alpha == 0.9

    class Strange:
        """An error of the user's that reads alike."""

        def __index__(self) -> int:
            raise TypeError("f() got an unexpected keyword argument 'dim'")

    with pytest.raises(TypeError, match=r"f\(\) got an unexpected"):
        F.sum(X, axis=Strange())  # type: ignore[arg-type]


def test_functions_are_as_they_were() -> None:
    np.testing.assert_array_equal(F.sum(X, axis=0).data, X.data.sum(0))
    np.testing.assert_array_equal(F.median(X, axis=0, keepdims=True).data, [[1.5, 2.5, 3.5]])
    for function in (F.sum, F.concat, F.median, F.cross_entropy, F.roll):
        assert pickle.loads(pickle.dumps(function)).__name__ == function.__name__
        assert function.__doc__ and inspect.signature(function).parameters
    for ours in KEYWORDS:
        assert any(
            ours in inspect.signature(getattr(F, name)).parameters
            for name in F.__all__
            if callable(getattr(F, name))
        ), ours


def test_params_are_pairs() -> None:
    model = MLP([3, 1], rng=0)
    model(np.ones((2, 2)))
    with pytest.raises(AttributeError, match=r"a pair of a name and a Variable has no attribute "
                                             r"'data': write `for name, p in model\.params\(\)`"):  # fmt: skip
        for p in model.params():
            _ = p.data  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="a pair of a name and a Linear"):
        _ = next(iter(model.layers())).w  # type: ignore[attr-defined]
    pair = next(iter(model.params()))
    name, p = pair
    assert isinstance(pair, tuple) and len(pair) == 2 and pair[1] is p
    assert dict(model.params())[name] is p
    assert len(L.Parameters()) == 0 and repr(L.Parameters()) == "Parameters()"


def test_split_by_a_number_names_array_split() -> None:
    with pytest.raises(
        TypeError, match=r"for 3 parts of equal length write F\.array_split\(x, 3\)"
    ):
        F.split(X, 3)  # type: ignore[arg-type]
