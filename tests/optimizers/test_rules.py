"""The update rules: values against textbook formulas, in place, and the same bits everywhere."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import cygrad as cg
from cygrad.kernels.elementwise import choose_isa
from cygrad.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Optimizer, RMSprop

Array = np.ndarray
# From a parameter, all gradients so far (the last is this step's), to the next parameter: the
# running means are written as the sums that they are, with no state carried along.
Textbook = Callable[[Array, list[Array]], Array]

ISAS = ("baseline", "avx2", "avx512")


def weighted(values: list[Array], keep: float, gain: float) -> Array:
    """gain times the sum of the values, each weighted by keep to the power of its age."""
    t = len(values)
    return gain * sum(keep ** (t - 1 - k) * x for k, x in enumerate(values))


def sgd(p: Array, gs: list[Array]) -> Array:
    return p - 0.05 * gs[-1]


def momentum(p: Array, gs: list[Array]) -> Array:
    return p - 0.05 * weighted(gs, 0.8, 1.0)


def nesterov(p: Array, gs: list[Array]) -> Array:
    return p - 0.05 * (gs[-1] + 0.8 * weighted(gs, 0.8, 1.0))


def rmsprop(p: Array, gs: list[Array]) -> Array:
    return p - 0.02 * gs[-1] / (np.sqrt(weighted([g * g for g in gs], 0.95, 0.05)) + 1e-3)


def adagrad(p: Array, gs: list[Array]) -> Array:
    return p - 0.02 * gs[-1] / (np.sqrt(weighted([g * g for g in gs], 1.0, 1.0)) + 1e-3)


def adam(p: Array, gs: list[Array]) -> Array:
    t = len(gs)
    mean = weighted(gs, 0.8, 0.2) / (1 - 0.8**t)
    square = weighted([g * g for g in gs], 0.95, 0.05) / (1 - 0.95**t)
    return p - 0.02 * mean / (np.sqrt(square) + 1e-3)


def adamw(p: Array, gs: list[Array]) -> Array:
    return adam(p - 0.02 * 0.3 * p, gs)


RULES: dict[str, tuple[Callable[[], Optimizer], Textbook]] = {
    "SGD": (lambda: SGD(0.05), sgd),
    "Momentum": (lambda: Momentum(0.05, 0.8), momentum),
    "Nesterov": (lambda: Momentum(0.05, 0.8, nesterov=True), nesterov),
    "RMSprop": (lambda: RMSprop(0.02, 0.95, 1e-3), rmsprop),
    "AdaGrad": (lambda: AdaGrad(0.02, 1e-3), adagrad),
    "Adam": (lambda: Adam(0.02, 0.8, 0.95, 1e-3), adam),
    "AdamW": (lambda: AdamW(0.02, 0.8, 0.95, 1e-3, 0.3), adamw),
}


def available() -> list[str]:
    best = choose_isa()
    return list(ISAS[: ISAS.index(best) + 1])


@pytest.fixture(autouse=True)
def best_isa_afterwards() -> Iterator[None]:
    before = cg.isa()
    yield
    choose_isa(before)


def descend(make: Callable[[], Optimizer], start: Array, gradients: list[Array]) -> Array:
    optimizer, p = make(), cg.Variable(start.copy())
    for g in gradients:
        p.grad = cg.Variable(g.copy())
        optimizer.update(p)
    return p.data


@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 5), (2, 0), (9000,)], ids=str)
@pytest.mark.parametrize("rule", RULES)
def test_values(rule: str, shape: tuple[int, ...]) -> None:
    make, textbook = RULES[rule]
    rng = np.random.default_rng(1)
    expected = rng.standard_normal(shape)
    p, optimizer = cg.Variable(expected.copy()), make()
    gradients: list[Array] = []
    for _ in range(30):
        gradients.append(rng.standard_normal(shape))
        p.grad = cg.Variable(gradients[-1].copy())
        optimizer.update(p)
        expected = textbook(expected, gradients)
        np.testing.assert_allclose(p.data, expected, rtol=1e-12, atol=1e-13)
        np.testing.assert_array_equal(p.grad.data, gradients[-1])


@pytest.mark.parametrize("rule", RULES)
def test_bits_at_every_length_and_offset(rule: str) -> None:
    make, _ = RULES[rule]
    rng = np.random.default_rng(2)
    start = rng.standard_normal(80)
    gradients = [rng.standard_normal(80) * 10.0 ** rng.integers(-9, 9, 80) for _ in range(4)]
    choose_isa("baseline")
    one_by_one = np.hstack(
        [descend(make, start[i : i + 1], [g[i : i + 1] for g in gradients]) for i in range(80)]
    )
    for isa in available():
        choose_isa(isa)
        for n in range(1, 71):
            for offset in (0, 3, 8):
                part = slice(offset, offset + n)
                found = descend(make, start[part], [g[part] for g in gradients])
                np.testing.assert_array_equal(found, one_by_one[part], f"{isa} {n}")


PROGRAM = """
import hashlib
import numpy as np
import cygrad as cg
from cygrad.optimizers import *
digest = hashlib.sha256()
rng = np.random.default_rng(3)
for make in (SGD, Momentum, lambda: Momentum(nesterov=True), RMSprop, AdaGrad, Adam, AdamW):
    optimizer, p = make(), cg.Variable(rng.standard_normal(9001))
    for step in range(5):
        p.grad = cg.Variable(rng.standard_normal(9001) * 10.0 ** rng.integers(-320, 150, 9001))
        optimizer.update(p)
    digest.update(p.data.tobytes())
print(cg.isa(), digest.hexdigest())
"""


def test_bits_in_processes_of_each_isa() -> None:
    answers = {}
    for isa in available():
        environment = {**os.environ, "CYGRAD_ISA": isa}
        environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
        finished = subprocess.run(
            [sys.executable, "-P", "-c", PROGRAM],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        chosen, answers[isa] = finished.stdout.split()
        assert chosen == isa
    assert len(set(answers.values())) == 1


@pytest.mark.parametrize("rule", RULES)
def test_special_values(rule: str) -> None:
    """A NaN or an infinity stays in its own element."""
    make, _ = RULES[rule]
    start = np.linspace(-1, 1, 20)
    gradients = [np.linspace(1, 2, 20) for _ in range(3)]
    clean = descend(make, start, gradients)
    for bad in (np.nan, np.inf, -np.inf):
        spoiled = [g.copy() for g in gradients]
        spoiled[1][5] = bad
        found = descend(make, start, spoiled)
        np.testing.assert_array_equal(np.delete(found, 5), np.delete(clean, 5))
        if np.isnan(bad):
            assert np.isnan(found[5])


@pytest.mark.parametrize("make", [Adam, RMSprop, AdaGrad])
def test_a_gradient_of_zero_moves_nothing(make: Callable[[], Optimizer]) -> None:
    found = descend(make, np.array([1.0, -0.0]), [np.zeros(2)] * 3)
    np.testing.assert_array_equal(found, [1.0, -0.0])


def test_the_first_step_of_adam_is_the_learning_rate() -> None:
    p = descend(lambda: Adam(lr=0.25), np.zeros(3), [np.array([1e-3, -1.0, 1e30])])
    np.testing.assert_allclose(p, [-0.25, 0.25, -0.25], rtol=1e-4)


@pytest.mark.parametrize("rule", RULES)
def test_the_memory_stays(rule: str) -> None:
    memory = np.ones((4, 3))
    p = cg.Variable(memory)
    p.grad = cg.Variable(np.ones((4, 3)))
    before = p.data
    RULES[rule][0]().update(p)
    for array in (memory, before):
        assert np.shares_memory(p.data, array)
        np.testing.assert_array_equal(p.data, array)
    assert (memory < 1).all()


@pytest.mark.parametrize("rule", RULES)
def test_strided_memory(rule: str) -> None:
    """A parameter, or a gradient, that is a view: as if it were contiguous, and in place."""
    make, _ = RULES[rule]
    rng = np.random.default_rng(4)
    memory, g = rng.standard_normal((5, 6)), rng.standard_normal((6, 5))
    expected = descend(make, memory.T, [g, g])
    p, optimizer = cg.Variable(cg.Variable(memory).T), make()
    assert p.strides == (8, 48)
    p.grad = cg.Variable(cg.Variable(g.T.copy()).T)
    assert p.grad.strides == (8, 48)
    for _ in range(2):
        optimizer.update(p)
    np.testing.assert_array_equal(p.data, expected)
    np.testing.assert_array_equal(memory.T, expected)


def test_a_gradient_in_the_memory_of_the_parameter() -> None:
    for shift in (0, 1, 2, 5):
        memory = np.arange(70.0)
        p = cg.Variable(memory[shift : 60 + shift])
        p.grad = cg.Variable(memory[:60])
        expected = descend(lambda: SGD(0.5), p.data, [memory[:60].copy()])
        SGD(0.5).update(p)
        np.testing.assert_array_equal(p.data, expected)


def test_a_constant_gradient_may_be_read_only() -> None:
    p = cg.Variable(np.zeros(3))
    p.grad = cg.functions.broadcast_to(cg.Variable(2.0), (3,))
    SGD(1.0).update(p)
    np.testing.assert_array_equal(p.data, [-2.0, -2.0, -2.0])


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SGD(-1.0), ValueError, "SGD: lr must be in"),
        (lambda: SGD(float("nan")), ValueError, "lr must be in .*, got nan"),
        (lambda: SGD(float("inf")), ValueError, "lr"),
        (lambda: SGD("0.1"), TypeError, "lr must be a number, not str"),
        (lambda: SGD(True), TypeError, "lr"),
        (lambda: SGD(cg.Variable(0.1)), TypeError, "lr must be a number, not Variable"),
        (lambda: Momentum(0.1, 1.0), ValueError, r"momentum must be in \[0, 1\), got 1.0"),
        (lambda: Momentum(0.1, nesterov=1), TypeError, "nesterov must be a bool"),
        (lambda: RMSprop(alpha=-0.1), ValueError, "RMSprop: alpha"),
        (lambda: AdaGrad(eps=-1e-9), ValueError, "AdaGrad: eps"),
        (lambda: Adam(beta1=1.0), ValueError, "Adam: beta1"),
        (lambda: Adam(beta2=float("nan")), ValueError, "beta2"),
        (lambda: AdamW(weight_decay=-1.0), ValueError, "AdamW: weight_decay"),
        (lambda: Adam(hooks=[1]), TypeError, "a hook must be callable, not int"),
    ],
)
def test_bad_settings(make: Callable[[], Optimizer], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_settings_are_checked_when_assigned() -> None:
    optimizer = Adam()
    optimizer.lr = np.float64(0.5)
    optimizer.beta1 = 0
    assert type(optimizer.lr) is float and type(optimizer.beta1) is float
    with pytest.raises(ValueError, match="lr"):
        optimizer.lr = -1.0
    assert optimizer.lr == 0.5


def test_repr() -> None:
    assert repr(SGD()) == "SGD(lr=0.01)"
    assert repr(Momentum(nesterov=True)) == "Momentum(lr=0.01, momentum=0.9, nesterov=True)"
    assert repr(AdamW()) == "AdamW(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0.01)"
