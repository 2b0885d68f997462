"""Variables from numbers, arrays, shapes, ranges and random numbers."""

from array import array

import numpy as np

import cygrad as cg


def initial(rows: int, columns: int, rng: np.random.Generator) -> cg.Variable:
    return cg.normal((rows, columns), mean=0.0, std=rows**-0.5, rng=rng, name="W")


def main() -> None:
    made: list[cg.Variable] = [
        cg.Variable(True),
        cg.Variable(np.float32(0.5)),
        cg.Variable([[1, 2.5], (3, np.int8(4))]),
        cg.Variable([np.zeros(2), np.ones(2)]),
        cg.Variable(range(3)),
        cg.Variable(np.arange(6).reshape(2, 3), name="ints"),
        cg.Variable(cg.Variable(1.0), requires_grad=False),
        cg.Variable(array("d", [1.0, 2.0])),
        cg.zeros(),
        cg.zeros(2, 3),
        cg.zeros((2, 3), name="z"),
        cg.ones(2),
        cg.full((2, 2), 0.5),
        cg.full(2, 1),
        cg.zeros_like([1.0, 2.0]),
        cg.ones_like(cg.zeros(2)),
        cg.full_like(np.zeros(3), 2.0),
        cg.arange(5),
        cg.arange(1, 2, 0.25),
        cg.linspace(0, 1, num=5),
        cg.identity(2),
        cg.eye(2, 3, k=1),
        cg.rand(2, 2),
        cg.randn(2, 2, rng=7),
        initial(3, 4, np.random.default_rng(0)),
    ]
    assert all(v.data.dtype == np.float64 for v in made)
    assert cg.arange(6).reshape(2, 3).shape == cg.arange(6).reshape((2, -1)).shape == (2, 3)
    assert bool((cg.rand(3, rng=7) == cg.rand(3, rng=7)).all())


if __name__ == "__main__":
    main()
