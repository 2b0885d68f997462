"""The statements that random programs are made of: ours and torch's text for each.

A maker takes a random generator and the operands' numbers, and gives the two texts, with {0}, {1} for
the operands; or None where the operation has no value there, or no derivative that differences could
check. The second text is None where torch has no such operation.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any
Texts = tuple[str, str | None]
Maker = Callable[..., Texts | None]


def unary(ours: str, torch: str | None, inside: Callable[[Array], Any] | None = None) -> Maker:
    """One operand, whose numbers are all inside some domain."""

    def make(rng: np.random.Generator, x: Array) -> Texts | None:
        return (ours, torch) if inside is None or np.all(inside(x)) else None

    return make


def binary(
    ours: str, torch: str | None, inside: Callable[[Array, Array], Any] | None = None
) -> Maker:
    """Two operands that broadcast."""

    def make(rng: np.random.Generator, x: Array, y: Array) -> Texts | None:
        if not broadcast(x, y) or (inside is not None and not np.all(inside(x, y))):
            return None
        return ours, torch

    return make


def broadcast(*xs: Array) -> bool:
    try:
        return np.prod(np.broadcast_shapes(*[np.shape(x) for x in xs])) <= 200
    except ValueError:
        return False


def axis_of(rng: np.random.Generator, x: Array) -> int:
    return int(rng.integers(-x.ndim, x.ndim))


def reduction(name: str, torch: str | None, least: int = 1) -> Maker:
    """A reduction of an axis, of some or of all."""

    def make(rng: np.random.Generator, x: Array) -> Texts | None:
        if x.size < least or x.size == 0:
            return None
        keep = bool(rng.random() < 0.3)
        if x.ndim == 0 or rng.random() < 0.3:
            axis, dims = "None", tuple(range(x.ndim))
        elif x.ndim > 1 and rng.random() < 0.3:
            dims = tuple(rng.permutation(x.ndim)[:2].tolist())
            axis = str(dims)
        else:
            dims = (axis_of(rng, x),)
            axis = str(dims[0])
        n = np.prod([x.shape[d] for d in dims], dtype=int)
        if n < least or (least > 1 and np.min(np.std(x, axis=dims)) < 0.1):
            return None
        text = f"F.{name}({{0}}, {axis}, {keep})"
        theirs = None
        if torch is not None and x.ndim > 0:
            theirs = f"{torch}({{0}}, {dims}, {keep})"
        return text, theirs

    return make


def along(ours: str, torch: str | None) -> Maker:
    """An operation along one axis, {axis}."""

    def make(rng: np.random.Generator, x: Array) -> Texts | None:
        if x.ndim == 0 or x.size == 0:
            return None
        axis = str(axis_of(rng, x))
        return ours.replace("AXIS", axis), torch and torch.replace("AXIS", axis)

    return make


def reshape(rng: np.random.Generator, x: Array) -> Texts | None:
    shapes = [(x.size,), (1, x.size), (x.size, 1), (-1,)]
    shapes += [(n, x.size // n) for n in (2, 3) if x.size % n == 0]
    shape = shapes[rng.integers(len(shapes))]
    return f"F.reshape({{0}}, {shape})", f"torch.reshape({{0}}, {shape})"


def transpose(rng: np.random.Generator, x: Array) -> Texts | None:
    axes = tuple(rng.permutation(x.ndim).tolist())
    return f"F.transpose({{0}}, {axes})", f"torch.permute({{0}}, {axes})"


def index(rng: np.random.Generator, x: Array) -> Texts | None:
    """Basic and advanced indices, of the first axes."""
    if x.ndim == 0 or x.size == 0:
        return None
    parts, backwards, advanced = [], False, False
    for n in x.shape[: int(rng.integers(1, x.ndim + 1))]:
        kind = rng.integers(6)
        if kind == 0:
            parts.append(str(int(rng.integers(-n, n))))
        elif kind == 1:
            parts.append(":")
        elif kind == 2:
            parts.append(f"{int(rng.integers(0, n))}:")
        elif kind == 3:
            parts.append("::2")
        elif kind == 4:
            parts.append("::-1")
            backwards = True
        elif not advanced:
            parts.append(str(rng.integers(-n, n, size=rng.integers(1, 4)).tolist()))
            advanced = True
        else:
            parts.append(":")
    text = f"{{0}}[{', '.join(parts)}]"
    return text, None if backwards or advanced else text


def take(rng: np.random.Generator, x: Array) -> Texts | None:
    if x.ndim == 0 or x.size == 0:
        return None
    axis = axis_of(rng, x)
    places = rng.integers(0, x.shape[axis], size=rng.integers(1, 5)).tolist()
    return (
        f"F.take({{0}}, {places}, {axis})",
        f"torch.index_select({{0}}, {axis}, torch.tensor({places}))",
    )


def repeat(rng: np.random.Generator, x: Array) -> Texts | None:
    if x.ndim == 0 or x.size > 60:
        return None
    n, axis = int(rng.integers(1, 4)), axis_of(rng, x)
    return f"F.repeat({{0}}, {n}, {axis})", f"torch.repeat_interleave({{0}}, {n}, {axis})"


def tile(rng: np.random.Generator, x: Array) -> Texts | None:
    reps = tuple(rng.integers(1, 3, size=rng.integers(1, 3)).tolist())
    return (f"F.tile({{0}}, {reps})", f"torch.tile({{0}}, {reps})") if x.size < 50 else None


def roll(rng: np.random.Generator, x: Array) -> Texts | None:
    if x.ndim == 0 or x.size == 0:
        return None
    shift, axis = int(rng.integers(-3, 4)), axis_of(rng, x)
    return f"F.roll({{0}}, {shift}, {axis})", f"torch.roll({{0}}, {shift}, {axis})"


def broadcast_to(rng: np.random.Generator, x: Array) -> Texts | None:
    shape = (int(rng.integers(1, 4)), *x.shape)
    if np.prod(shape) > 100:
        return None
    return f"F.broadcast_to({{0}}, {shape})", f"torch.broadcast_to({{0}}, {shape})"


def triangle(rng: np.random.Generator, x: Array) -> Texts | None:
    if x.ndim < 2:
        return None
    name, k = "tril" if rng.random() < 0.5 else "triu", int(rng.integers(-2, 3))
    return f"F.{name}({{0}}, {k})", f"torch.{name}({{0}}, {k})"


def pad(rng: np.random.Generator, x: Array) -> Texts | None:
    if x.ndim != 1 or x.size > 50:
        return None
    before, after = rng.integers(0, 3, size=2).tolist()
    return (
        f"F.pad({{0}}, ({before}, {after}))",
        f"torch.nn.functional.pad({{0}}, ({before}, {after}))",
    )


def cut(rng: np.random.Generator, x: Array) -> Texts | None:
    """split, and the parts joined in another order."""
    if x.ndim == 0 or x.shape[0] < 2:
        return None
    at = int(rng.integers(1, x.shape[0]))
    sizes = [at, x.shape[0] - at]
    return f"F.concat(F.split({{0}}, {sizes})[::-1])", (
        f"torch.concatenate(torch.split({{0}}, {sizes})[::-1])"
    )


def join(rng: np.random.Generator, x: Array, y: Array) -> Texts | None:
    if x.ndim == 0 or x.ndim != y.ndim or x.size + y.size > 150:
        return None
    axis = axis_of(rng, x)
    rest = [np.delete(z.shape, axis).tolist() for z in (x, y)]
    if rest[0] != rest[1]:
        return None
    return f"F.concat([{{0}}, {{1}}], {axis})", f"torch.concatenate([{{0}}, {{1}}], {axis})"


def stack(rng: np.random.Generator, x: Array, y: Array) -> Texts | None:
    if x.shape != y.shape or x.size > 60:
        return None
    axis = int(rng.integers(0, x.ndim + 1))
    return f"F.stack([{{0}}, {{1}}], {axis})", f"torch.stack([{{0}}, {{1}}], {axis})"


def matmul(rng: np.random.Generator, x: Array, y: Array) -> Texts | None:
    if min(x.ndim, y.ndim) == 0 or x.shape[-1] != (y.shape[0] if y.ndim == 1 else y.shape[-2]):
        return None
    if not broadcast(np.empty(x.shape[:-2]), np.empty(y.shape[:-2])):
        return None
    return "{0} @ {1}", "{0} @ {1}"


def outer(rng: np.random.Generator, x: Array, y: Array) -> Texts | None:
    if x.ndim != 1 or y.ndim != 1 or x.size * y.size > 100:
        return None
    return "F.outer({0}, {1})", "torch.outer({0}, {1})"


def gram(rng: np.random.Generator, x: Array) -> Texts | None:
    if x.ndim != 2:
        return None
    return "F.einsum('ij,kj->ik', {0}, {0})", "torch.einsum('ij,kj->ik', {0}, {0})"


def where(rng: np.random.Generator, x: Array, y: Array) -> Texts | None:
    if x.shape != y.shape or x.size == 0 or x.size > 12:
        return None
    mask = (rng.random(x.shape) < 0.5).tolist()
    return f"F.where({mask}, {{0}}, {{1}})", f"torch.where(torch.tensor({mask}), {{0}}, {{1}})"


def power(rng: np.random.Generator, x: Array) -> Texts | None:
    exponents: list[float] = [2, 3, 0, 1]
    if np.all(np.abs(x) > 0.2):
        exponents += [-1, -2]
    if np.all(x > 0.1):
        exponents += [0.5, 1.7, -0.3]
    text = f"{{0}} ** {exponents[rng.integers(len(exponents))]}"
    return text, text


def constant(rng: np.random.Generator, x: Array) -> Texts | None:
    """A Python number beside the operand, on either side."""
    c = round(float(rng.uniform(0.5, 2.0)), 2)
    texts = [f"{{0}} + {c}", f"{c} - {{0}}", f"{c} * {{0}}", f"{{0}} / {c}", f"{{0}} - {c}"]
    if np.all(np.abs(x) > 0.2):
        texts.append(f"{c} / {{0}}")
    text = texts[rng.integers(len(texts))]
    return text, text


def square_matrix(ours: str, torch: str | None) -> Maker:
    """An operation on a matrix that is moved away from the singular ones."""

    def make(rng: np.random.Generator, x: Array) -> Texts | None:
        if x.ndim < 2 or x.shape[-1] != x.shape[-2] or x.shape[-1] > 4:
            return None
        if np.abs(x).max(initial=0.0) > 2:
            return None
        n = x.shape[-1]
        moved = f"({{0}} + {3 * n} * np.eye({n}))"
        theirs = f"({{0}} + {3 * n} * torch.eye({n}))"
        return ours.replace("X", moved), torch and torch.replace("X", theirs)

    return make


def layer_norm(rng: np.random.Generator, x: Array) -> Texts | None:
    if x.ndim == 0 or x.shape[-1] < 2 or np.min(np.std(x, axis=-1), initial=1.0) < 0.1:
        return None
    return "F.layer_norm({0})", f"torch.nn.functional.layer_norm({{0}}, ({x.shape[-1]},))"


def cross_entropy(rng: np.random.Generator, x: Array) -> Texts | None:
    if x.ndim != 2 or x.size == 0:
        return None
    t = rng.integers(0, x.shape[1], size=x.shape[0]).tolist()
    return (
        f"F.cross_entropy({{0}}, {t})",
        f"torch.nn.functional.cross_entropy({{0}}, torch.tensor({t}))",
    )


def bounded(limit: float) -> Callable[[Array], Any]:
    return lambda x: np.abs(x) < limit


def positive(x: Array) -> Any:
    return x > 0.1


FUNCTIONAL = "torch.nn.functional."

UNARY: list[Maker] = [
    *[unary(f"F.{n}({{0}})", f"torch.{n}({{0}})") for n in ("sin", "cos", "tanh", "square")],
    *[unary(f"F.{n}({{0}})", f"torch.{n}({{0}})") for n in ("sigmoid", "arctan", "erf", "abs")],
    *[unary(f"F.{n}({{0}})", f"torch.{n}({{0}})", bounded(4)) for n in ("exp", "sinh", "cosh")],
    *[unary(f"F.{n}({{0}})", f"torch.{n}({{0}})", bounded(4)) for n in ("expm1", "exp2", "erfc")],
    *[unary(f"F.{n}({{0}})", f"torch.{n}({{0}})", positive) for n in ("log", "sqrt", "log2")],
    *[unary(f"F.{n}({{0}})", f"torch.{n}({{0}})", bounded(0.9)) for n in ("arcsin", "arctanh")],
    unary("F.log1p({0})", "torch.log1p({0})", lambda x: x > -0.8),
    unary("F.tan({0})", "torch.tan({0})", bounded(1.2)),
    unary("F.cbrt({0})", None, positive),
    unary("F.arcsinh({0})", "torch.arcsinh({0})"),
    unary("F.reciprocal({0})", "torch.reciprocal({0})", lambda x: np.abs(x) > 0.2),
    unary("-{0}", "-{0}"),
    unary("F.copy({0})", "torch.clone({0})"),
    unary("F.relu({0})", "torch.relu({0})"),
    unary("F.leaky_relu({0}, 0.1)", FUNCTIONAL + "leaky_relu({0}, 0.1)"),
    unary("F.softplus({0})", FUNCTIONAL + "softplus({0}, threshold=100)"),
    unary("F.silu({0})", FUNCTIONAL + "silu({0})"),
    unary("F.gelu({0})", FUNCTIONAL + "gelu({0}, approximate='tanh')"),
    unary("F.gelu({0}, 'none')", FUNCTIONAL + "gelu({0})"),
    unary("F.clip({0}, -0.773, 1.237)", "torch.clamp({0}, -0.773, 1.237)"),
    power,
    constant,
    constant,
    reduction("sum", "torch.sum"),
    reduction("mean", "torch.mean"),
    reduction("variance", None, 2),
    reduction("std", None, 2),
    reduction("max", "torch.amax"),
    reduction("min", "torch.amin"),
    reduction("logsumexp", "torch.logsumexp"),
    along("F.prod({0}, AXIS)", "torch.prod({0}, AXIS)"),
    along("F.softmax({0}, AXIS)", "torch.softmax({0}, AXIS)"),
    along("F.log_softmax({0}, AXIS)", "torch.log_softmax({0}, AXIS)"),
    along("F.cumsum({0}, AXIS)", "torch.cumsum({0}, AXIS)"),
    along("F.cumprod({0}, AXIS)", "torch.cumprod({0}, AXIS)"),
    along("F.sort({0}, AXIS)", "torch.sort({0}, dim=AXIS, stable=True)[0]"),
    along("F.flip({0}, AXIS)", "torch.flip({0}, (AXIS,))"),
    along("F.diff({0}, 1, AXIS)", "torch.diff({0}, 1, AXIS)"),
    along("F.unsqueeze({0}, AXIS)", "torch.unsqueeze({0}, AXIS)"),
    along("F.median({0}, AXIS)", None),
    reshape,
    transpose,
    index,
    take,
    repeat,
    tile,
    roll,
    broadcast_to,
    triangle,
    pad,
    cut,
    gram,
    layer_norm,
    cross_entropy,
    unary("F.squeeze({0})", "torch.squeeze({0})"),
    square_matrix("LA.inv(X)", "torch.linalg.inv(X)"),
    square_matrix("LA.slogdet(X)[1]", "torch.linalg.slogdet(X)[1]"),
    square_matrix("LA.det(X / 9)", "torch.linalg.det(X / 9)"),
]

BINARY: list[Maker] = [
    *[binary(f"{{0}} {sign} {{1}}", f"{{0}} {sign} {{1}}") for sign in "+-**"],
    binary("{0} / {1}", "{0} / {1}", lambda x, y: np.abs(y) > 0.2 + 0 * x),
    binary("{0} ** {1}", "{0} ** {1}", lambda x, y: (x > 0.1) & (x < 4) & (np.abs(y) < 2)),
    binary("F.maximum({0}, {1})", "torch.maximum({0}, {1})"),
    binary("F.minimum({0}, {1})", "torch.minimum({0}, {1})"),
    binary("F.logaddexp({0}, {1})", "torch.logaddexp({0}, {1})"),
    binary("F.hypot({0}, {1})", "torch.hypot({0}, {1})", lambda x, y: x * x + y * y > 0.1),
    binary("F.arctan2({0}, {1})", "torch.arctan2({0}, {1})", lambda x, y: x * x + y * y > 0.1),
    binary(
        "F.mean_squared_error({0}, {1})",
        "(({0} - {1}) ** 2).mean()",
        lambda x, y: x.size > 0 and x.shape == y.shape,
    ),
    join,
    join,
    stack,
    matmul,
    matmul,
    matmul,
    outer,
    where,
]
