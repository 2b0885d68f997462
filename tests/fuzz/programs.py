"""Random programs: first and second derivatives beside central differences, and beside torch.

The second derivative is the gradient of the gradients' sum times weights; its differences are those
of first derivatives. The passes must agree with each other too: fused and composed rules, with and
without retain_grad, once and again.
"""

import importlib.util
import re
from collections.abc import Callable
from typing import Any

import numpy as np

import cygrad as cg
import cygrad.functions as F
from fuzz.program import Program, random_program, shrunk, weights

Array = Any
HAS_TORCH = importlib.util.find_spec("torch") is not None


def failure(seed: int) -> str | None:
    program = random_program(np.random.default_rng([seed, 1]))
    found = wrong(program)
    if found is None:
        return None
    what = found[0]  # a smaller program has to fail in the same way
    program = shrunk(program, lambda p: (wrong(p) or [""])[0] == what)
    what, details, code = wrong(program) or found
    return f"{what}: {details}\n{program.text(*code)}"


FIRST = ["total.backward()"]
SECOND = [
    "total.backward(create_graph=True)",
    "gs = [x.grad for x in [{}] if x.grad is not None]",
    "projected = sum(F.sum(g * np.linspace(0.5, 1.5, g.size).reshape(g.shape)) for g in gs)",
    "for x in [{}]: x.cleargrad()",
    "projected.backward()",
]


def wrong(program: Program) -> tuple[str, str, list[str]] | None:
    """What is wrong, its numbers, and the code that shows it; None if all is well."""
    names = ", ".join(program.name(i) for i in program.wanted)
    shown = [f"print({program.name(i)}.grad)" for i in program.wanted]
    code = [*FIRST, *shown]
    try:
        first = gradients(program, program.arrays())
        if (found := disagreement(program, first)) is not None:
            return (*found, code)
        if (found := beside_differences(program, gradients, value)) is not None:
            return f"first derivative, {found[0]}", found[1], code
        code = [*[line.format(names) for line in SECOND], *shown]
        second = second_gradients(program, program.arrays())
        if (found := beside_differences(program, second_gradients, projected)) is not None:
            return f"second derivative, {found[0]}", found[1], code
        if HAS_TORCH and program.has_torch():
            found = beside_torch(program, first, second)
            if found is not None:
                return (*found, code if found[0].startswith("second") else [*FIRST, *shown])
    except Exception as error:  # noqa: BLE001 - no program of the table may raise
        return type(error).__name__, str(error), code
    return None


# ---- What cygrad gives ------------------------------------------------------------------------


def inputs_of(program: Program, arrays: list[Array]) -> list[Any]:
    return [
        cg.Variable(np.array(a)) if x.wanted else np.array(a)
        for x, a in zip(program.inputs, arrays, strict=True)
    ]


def grads(xs: list[Any]) -> list[Array]:
    """Zeros where no gradient came."""
    return [
        np.zeros(x.shape) if x.grad is None else np.array(x.grad.data)
        for x in xs
        if isinstance(x, cg.Variable)
    ]


def gradients(program: Program, arrays: list[Array], **options: bool) -> list[Array]:
    xs = inputs_of(program, arrays)
    program(*xs).backward(**options)
    return grads(xs)


def second_gradients(program: Program, arrays: list[Array]) -> list[Array]:
    xs = inputs_of(program, arrays)
    program(*xs).backward(create_graph=True)
    firsts = [x.grad for x in xs if isinstance(x, cg.Variable)]
    for x in xs:
        if isinstance(x, cg.Variable):
            x.cleargrad()
    parts = [F.sum(g * weights(g.shape)) for g in firsts if g is not None]
    total = sum(parts, cg.Variable(0.0))
    total.backward(create_graph=True)
    return grads(xs)


def value(program: Program, arrays: list[Array]) -> float:
    with cg.no_grad():
        return program(*[np.asarray(a) for a in arrays]).item()


def projected(program: Program, arrays: list[Array]) -> float:
    return float(sum((g * weights(g.shape)).sum() for g in gradients(program, arrays)))


# ---- Passes that must agree -------------------------------------------------------------------


def disagreement(program: Program, first: list[Array]) -> tuple[str, str] | None:
    """The same gradients by other passes, up to the order of sums."""
    xs = inputs_of(program, program.arrays())
    y = program(*xs)
    y.backward()
    y.backward()
    twice = [g / 2.0 for g in grads(xs)]
    for name, other in {
        "create_graph": gradients(program, program.arrays(), create_graph=True),
        "retain_grad": gradients(program, program.arrays(), retain_grad=True),
        "two passes": twice,
    }.items():
        for g, o in zip(first, other, strict=True):
            if not np.allclose(g, o, rtol=1e-9, atol=1e-9 * scale(first)):
                return f"another gradient with {name}", f"{g} and {o}"
    return None


def scale(gs: list[Array]) -> float:
    return float(max([1.0, *[np.abs(g).max(initial=0.0) for g in gs]]))


# ---- Differences ------------------------------------------------------------------------------

STEP = 2e-4


# Where two of them meet at a kink, as in relu(a * a) at 0 or in max(minimum(a, b)) where numbers are
# equal, the whole may be smooth, and its slope another than that which the conventions of each give.
KINKED = re.compile(
    r"\b(abs|absolute|clip|copysign|f?max|f?min|hypot|leaky_relu|max_pool2d|maximum|median|minimum"
    r"|nanmax|nanmin|norm|partition|ptp|quantile|relu|sort|std)\("
)


def beside_differences(
    program: Program,
    derivative: Callable[[Program, list[Array]], list[Array]],
    f: Callable[[Program, list[Array]], float],
) -> tuple[str, str] | None:
    """Where the derivative is another than differences say; on a kink, close by too.

    That it is one is seen by the derivative itself, which jumps there.
    """
    found = at_a_point(program, program.arrays(), derivative, f)
    if found is None or not KINKED.search(program.text()) or not jumps(program, derivative):
        return found
    rng = np.random.default_rng(len(program.text()))
    arrays = program.arrays()
    for i in program.wanted:
        arrays[i] = arrays[i] + rng.uniform(0.01, 0.05, np.shape(arrays[i]))
    return at_a_point(program, arrays, derivative, f)


def jumps(program: Program, derivative: Callable[[Program, list[Array]], list[Array]]) -> bool:
    arrays = program.arrays()
    for i in program.wanted:
        arrays[i] = arrays[i] + 1e-9 * np.random.default_rng(i).uniform(
            0.5, 1.0, np.shape(arrays[i])
        )
    here, beside = derivative(program, program.arrays()), derivative(program, arrays)
    return any(np.abs(g - h).max(initial=0.0) > 1e-3 for g, h in zip(here, beside, strict=True))


def at_a_point(
    program: Program,
    arrays: list[Array],
    derivative: Callable[[Program, list[Array]], list[Array]],
    f: Callable[[Program, list[Array]], float],
) -> tuple[str, str] | None:
    """The slope along one direction for each input; nothing is said where the function has a kink."""
    for g, i in zip(derivative(program, arrays), program.wanted, strict=True):
        if g.size == 0:
            continue
        direction = np.random.default_rng(g.size).uniform(0.5, 1.0, g.shape)
        slope = float((g * direction).sum())
        expected, error = difference(program, arrays, f, i, direction)
        size = max(1.0, abs(expected), float(np.abs(g).max()))
        if error < 1e-4 * size and not abs(slope - expected) <= 1e-5 * size + 10.0 * error:
            name = program.name(i)
            return f"by {name}", f"{slope!r} along {direction.tolist()}, differences {expected!r}"
    return None


def difference(
    program: Program,
    arrays: list[Array],
    f: Callable[[Program, list[Array]], float],
    i: int,
    direction: Array,
) -> tuple[float, float]:
    """The slope by central differences, and how far it can be trusted: inf at a kink."""

    def at(t: float) -> float:
        moved = list(arrays)
        moved[i] = arrays[i] + t * direction
        return f(program, moved)

    try:
        with np.errstate(all="ignore"):
            middle = at(0.0)
            far, near = ([at(h), at(-h)] for h in (STEP, STEP / 2))
    except Exception:  # noqa: BLE001 - out of the domain
        return 0.0, np.inf
    wide, narrow = (far[0] - far[1]) / (2 * STEP), (near[0] - near[1]) / STEP
    # of a smooth function the second differences are as 4 to 1
    bend = (sum(far) - 2 * middle) - 4 * (sum(near) - 2 * middle)
    error = abs(wide - narrow) + abs(bend) / STEP
    return (4 * narrow - wide) / 3, error if np.isfinite(error) else np.inf


# ---- torch ------------------------------------------------------------------------------------


def beside_torch(
    program: Program, first: list[Array], second: list[Array]
) -> tuple[str, str] | None:
    import torch

    tensors = [torch.tensor(x.numbers, dtype=torch.float64) for x in program.inputs]
    ends = [tensors[i].requires_grad_() for i in program.wanted]
    y = program.values(tensors, torch=torch, np=np)[-1]
    total = (y * torch.from_numpy(weights(tuple(y.shape)))).sum()
    if not total.requires_grad:
        return None
    firsts = torch.autograd.grad(total, ends, create_graph=True, allow_unused=True)
    theirs = [zeros_like(g, x) for g, x in zip(firsts, ends, strict=True)]
    if (found := differing("first", program, first, theirs)) is not None:
        return found
    parts = [
        (g * torch.from_numpy(weights(tuple(g.shape)))).sum()
        for g in firsts
        if g is not None and g.requires_grad
    ]
    if not parts:
        return None
    seconds = torch.autograd.grad(sum(parts), ends, allow_unused=True)
    theirs = [zeros_like(g, x) for g, x in zip(seconds, ends, strict=True)]
    return differing("second", program, second, theirs)


def zeros_like(g: Any, x: Any) -> Array:
    return np.zeros(tuple(x.shape)) if g is None else g.detach().numpy(force=True)


def differing(
    order: str, program: Program, ours: list[Array], theirs: list[Array]
) -> tuple[str, str] | None:
    for g, t, i in zip(ours, theirs, program.wanted, strict=True):
        if not np.allclose(g, t, rtol=1e-7, atol=1e-8 * scale(theirs)):
            return f"{order} derivative by {program.name(i)} beside torch", f"{g}, torch {t}"
    return None
