"""Loaders, checks of gradients, pictures of graphs."""

from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F
from cygrad.data import DataLoader, SequenceLoader, co2, digits, spirals
from cygrad.dot import Picture, graph
from cygrad.numerical import check_grads, diff


def loaders() -> None:
    assert_type(co2().ppm, NDArray[np.float64])
    assert_type(digits().test_labels, NDArray[np.int64])
    for points, labels in DataLoader(spirals(10), batch_size=4, rng=0):
        assert len(points) == len(labels)
    for x, t in DataLoader([([1.0, 2.0], 0), ([3.0, 4.0], 1)], 2):
        assert (x.shape, t.shape) == ((2, 2), (2,))
    for (x,) in DataLoader(np.zeros(4), 2, shuffle=False, drop_last=True):
        assert x.shape == (2,)
    assert_type(len(DataLoader((np.zeros((4, 2)), [1, 2, 3, 4]), 2)), int)
    for x, t in SequenceLoader(co2().ppm, window=30, batch_size=2):
        assert x.shape == t.shape
    for x, t in SequenceLoader((cg.zeros(3), [1, 2, 3]), window=2):
        assert x.shape == t.shape


def halves(x: cg.Variable) -> tuple[cg.Variable, ...]:
    return F.split(x, [1, 1])


def main() -> None:
    loaders()
    x = cg.Variable([1.0, 2.0], name="x")
    check_grads(F.sin, x, order=2)
    check_grads(F.mul, [1.0], np.ones(3), rtol=1e-3)
    check_grads(halves, x)
    assert_type(diff(F.exp, 1.0, h=1e-3), cg.Variable)
    assert_type(graph([x, F.sin(x)], verbose=True), str)
    assert str(Picture(x)) == graph(x)


if __name__ == "__main__":
    main()
