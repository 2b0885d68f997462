"""no_grad and test_mode, around blocks and functions; the cache; the instruction set."""

from collections.abc import Callable
from typing import TypeVar, assert_type

import cygrad as cg
import cygrad.functions as F

T = TypeVar("T")


@cg.no_grad()
def predict(w: cg.Variable, x: list[float], *, scale: float = 1.0) -> cg.Variable:
    return F.tanh(F.sum(w * x) * scale)


@cg.test_mode()
def apply(f: Callable[[cg.Variable], T], x: cg.Variable) -> T:
    return f(x)


class Model:
    def __init__(self) -> None:
        self.w: cg.Variable = cg.rand(3, rng=1)

    def update(self, rate: float) -> None:
        self.loss().backward()
        with cg.no_grad():
            self.w -= rate * self.w.grad
            self.w *= 0.99

    def loss(self) -> cg.Variable:
        return F.sum(self.w**2)

    @cg.no_grad()
    def report(self, digits: int) -> str:
        return f"{self.loss().item():.{digits}f}"


def main() -> None:
    w = cg.ones(2)
    with cg.no_grad():
        y = w * 2
        assert not cg.is_grad_enabled()
        with cg.test_mode() as mode:
            assert_type(mode, cg.test_mode)
            assert cg.is_test_mode()
    assert not y.requires_grad
    assert y.creator is None

    assert_type(predict(w, [1.0, 2.0], scale=0.5), cg.Variable)
    assert not predict(w, [1.0, 2.0]).requires_grad
    assert_type(apply(lambda x: x.item(), cg.Variable(2.0)), float)
    assert_type(Model().report(3), str)
    model = Model()
    model.update(0.1)
    assert_type(model.w, cg.Variable)
    assert model.w.creator is None
    report: Callable[[int], str] = Model().report
    assert len(report(3)) == 5

    limit: int = cg.set_cache_limit(1 << 20)
    released: int = cg.empty_cache()
    assert released >= 0
    cg.set_cache_limit(limit)
    name: str = cg.isa()
    assert name in ("baseline", "avx2", "avx512")


if __name__ == "__main__":
    main()
