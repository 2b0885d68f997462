"""Gradients beside those of HIPS autograd and of torch, where they are installed, to 1e-12."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg

RNG = np.random.default_rng(17)
X = RNG.uniform(0.2, 0.9, (4, 4))
SPREAD = RNG.normal(size=(4, 4))
CURVED = X @ X.T + 2.0 * np.eye(4)

# Functions of a module with NumPy's names and an array.
Program = Callable[[Any, Any], Any]

ELEMENTWISE = [
    "abs",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "cos",
    "cosh",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log10",
    "log1p",
    "log2",
    "negative",
    "reciprocal",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "tan",
    "tanh",
    "deg2rad",
    "rad2deg",
    "sinc",
    "floor",
    "ceil",
    "rint",
]

PROGRAMS: dict[str, Program] = {
    **{
        name: lambda np, x, name=name: np.sum(getattr(np, name)(x + (name == "arccosh")) * SPREAD)
        for name in ELEMENTWISE
    },
    "arithmetic": lambda np, x: np.sum((2.0 * x - x**2 / (1.0 + x)) ** 3 % 0.7),
    "power": lambda np, x: np.sum(x**x + 1.5**x + x**-0.3),
    "arctan2": lambda np, x: np.sum(np.arctan2(x, x[::-1] * SPREAD)),
    "logaddexp": lambda np, x: np.sum(np.logaddexp(x, 2.0 * x.T)),
    "maximum": lambda np, x: np.sum(np.maximum(x, 0.5) * np.minimum(x, SPREAD)),
    "fmod": lambda np, x: np.sum(np.fmod(x, 0.3) + np.remainder(SPREAD, x)),
    "where": lambda np, x: np.sum(np.where(SPREAD > 0, x * x, np.sin(x))),
    "clip": lambda np, x: np.sum(np.clip(x, 0.3, 0.7) * SPREAD),
    "sum": lambda np, x: np.sum(np.sum(x, axis=0) ** 2 + np.sum(x, axis=1, keepdims=True)),
    "mean, var, std": lambda np, x: np.mean(x) + np.sum(np.var(x, axis=1) * np.std(x, axis=0)),
    "ddof": lambda np, x: np.sum(np.var(x, axis=0, ddof=1) + np.std(x, axis=1, ddof=1)),
    "max, min": lambda np, x: np.sum(np.max(x, axis=0) * np.min(x, axis=1)),
    "prod": lambda np, x: np.sum(np.prod(x, axis=0)) + np.prod(x),
    "cumsum": lambda np, x: np.sum(np.cumsum(x, axis=1) ** 2),
    "diff": lambda np, x: np.sum(np.diff(x, axis=0) ** 3),
    "sort": lambda np, x: np.sum(np.sort(x, axis=0) * SPREAD),
    "dot": lambda np, x: np.sum(np.dot(x, SPREAD) @ x),
    "inner, outer": lambda np, x: np.sum(np.inner(x, SPREAD) ** 2) + np.sum(np.outer(x[0], x[1])),
    "tensordot": lambda np, x: np.sum(np.tensordot(x, SPREAD, axes=1) * x),
    "einsum": lambda np, x: np.sum(np.einsum("ij,jk,ik->i", x, SPREAD, x)),
    "kron": lambda np, x: np.sum(np.kron(x, SPREAD) ** 2),
    "concatenate": lambda np, x: np.sum(np.concatenate([x, x * x], axis=1) ** 2),
    "stack": lambda np, x: np.sum(np.stack([x, x.T], axis=1) ** 3),
    "vstack, hstack": lambda np, x: np.sum(np.vstack([x, x]) ** 2) + np.sum(np.hstack([x, x]) ** 3),
    "reshape": lambda np, x: np.sum(np.reshape(x, (2, 8))[1] * np.ravel(x)[:8]),
    "transpose": lambda np, x: np.sum(np.transpose(x) * SPREAD + np.swapaxes(x, 0, 1) ** 2),
    "roll, flip": lambda np, x: np.sum(np.roll(x, 1, axis=0) * np.flipud(x) * np.fliplr(x)),
    "rot90": lambda np, x: np.sum(np.rot90(x) * x),
    "repeat": lambda np, x: np.sum(np.repeat(x, 3, axis=0) ** 2),
    "diag, trace": lambda np, x: np.sum(np.diag(x) ** 2) + np.trace(x @ x),
    "tril, triu": lambda np, x: np.sum(np.tril(x) ** 2) + np.sum(np.triu(x, 1) ** 3),
    "pad": lambda np, x: np.sum(np.pad(x, 1, "constant") ** 2),
    "index": lambda np, x: np.sum(x[[0, 0, 2]] ** 2) + np.sum(x[1:, ::2] ** 3) + x[2, 3],
    "expand_dims": lambda np, x: np.sum(np.expand_dims(x, 1) * x),
    "squeeze": lambda np, x: np.sum(np.squeeze(x[None]) ** 2),
    "array_split": lambda np, x: np.sum(np.array_split(x, 3)[1] ** 2),
    "nan_to_num": lambda np, x: np.sum(np.nan_to_num(x) ** 2),
    "inv": lambda np, x: np.sum(np.linalg.inv(x + 2.0 * np.eye(4)) ** 2),
    "det": lambda np, x: np.linalg.det(x + 2.0 * np.eye(4)),
    "slogdet": lambda np, x: np.linalg.slogdet(x @ x.T + np.eye(4))[1],
    "solve": lambda np, x: np.sum(np.linalg.solve(x + 2.0 * np.eye(4), x[:, :2]) ** 2),
    "cholesky": lambda np, x: np.sum(np.linalg.cholesky(x @ x.T + np.eye(4)) ** 3),
    "eigh": lambda np, x: np.sum(np.linalg.eigh(x @ x.T)[0] ** 2),
    "svd": lambda np, x: np.sum(np.linalg.svd(x, full_matrices=False)[1] ** 2),
    "norm": lambda np, x: np.linalg.norm(x) + np.sum(np.linalg.norm(x, axis=1) ** 3),
}


def gradient(grad: Any, np: Any, program: Program, order: int) -> Callable[[Any], Any]:
    """The gradient, or that of the gradient's weighted sum, by one library's grad and NumPy."""
    first = grad(lambda x: program(np, x))
    return first if order == 1 else grad(lambda x: np.sum(first(x) * SPREAD))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore:Output seems independent of input")
def test_beside_autograd(name: str, order: int) -> None:
    autograd = pytest.importorskip("autograd")
    anp = pytest.importorskip("autograd.numpy")
    try:
        expected = gradient(autograd.grad, anp, PROGRAMS[name], order)(X.copy())
    except Exception as error:  # noqa: BLE001 - what autograd cannot do, whatever it raises
        pytest.skip(f"autograd: {error}")
    ours = gradient(cg.grad, np, PROGRAMS[name], order)(X.copy())
    np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-12)


MATRICES: dict[str, Callable[[Any, Any], Any]] = {
    "inv": lambda m, x: m.linalg.inv(x),
    "det": lambda m, x: m.linalg.det(x),
    "cholesky": lambda m, x: m.linalg.cholesky(x @ x.T + 0.5 * x * x.T),
    "solve": lambda m, x: m.linalg.solve(x, x[:, :2] ** 2),
    "qr": lambda m, x: m.linalg.qr(x)[1],
    "eigh": lambda m, x: m.linalg.eigh(x @ x.T)[0],
    "pinv": lambda m, x: m.linalg.pinv(x[:, :2]),
    "matrix_power": lambda m, x: m.linalg.matrix_power(x, 3),
    "slogdet": lambda m, x: m.linalg.slogdet(x)[1],
    "norm": lambda m, x: m.linalg.norm(x),
    "functions": lambda m, x: m.exp(-x) * m.sin(x) + m.log1p(x * x) / m.cosh(x) + m.tanh(x) ** 3,
}


@pytest.mark.parametrize("name", MATRICES)
def test_beside_torch(name: str) -> None:
    torch = pytest.importorskip("torch")
    program, weight = MATRICES[name], np.cos(np.arange(16.0)).reshape(4, 4)

    def weighted(m: Any, x: Any) -> Any:
        y = program(m, x)
        w = weight.reshape(-1)[: int(np.prod(y.shape))].reshape(tuple(y.shape))
        return (y * (w if m is np else torch.from_numpy(w))).sum()

    x = torch.from_numpy(CURVED.copy()).requires_grad_()
    (first,) = torch.autograd.grad(weighted(torch, x), x, create_graph=True)
    (second,) = torch.autograd.grad((first * torch.from_numpy(weight)).sum(), x)
    ours = cg.grad(lambda x: weighted(np, x))
    twice = cg.grad(lambda x: np.sum(ours(x) * weight))
    np.testing.assert_allclose(ours(CURVED), first.detach().numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(twice(CURVED), second.numpy(), rtol=1e-11, atol=1e-11)
