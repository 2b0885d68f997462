"""Transforms of random programs, beside `Variable.backward` and beside each other.

The reference is `programs.py`'s passes. Each transform is tried on the function of all wanted inputs,
alone and composed: hvp is the hessian's product, jvp of the gradient and vjp of the gradient are too;
a checkpoint around the program, or around its first half, changes nothing; and a parameter that the
function closes over gets its gradient through the transform, also where the argument is a constant.
"""

from typing import Any

import numpy as np

import cygrad as cg
import cygrad.functions as F
from fuzz.program import Program, random_program, shrunk, weights
from fuzz.programs import gradients, inputs_of, scale

Array = Any


def failure(seed: int) -> str | None:
    program = random_program(np.random.default_rng([seed, 2]), longest=8)
    found = wrong(program)
    if found is None:
        return None
    what = found[0]
    program = shrunk(program, lambda p: (wrong(p) or [""])[0] == what)
    what, details = wrong(program) or found
    return f"{what}: {details}\n{program.text(*code(program, what))}"


def code(program: Program, what: str) -> list[str]:
    """What to run after the program, which is the body of f, to see the failure."""
    names = ", ".join(program.name(i) for i in program.wanted)
    body = [
        f"    {line}" for line in list(program.lines())[len(program.inputs) : -1]
    ]  # the statements and the weights
    last = program.name(len(program.inputs) + len(program.statements) - 1)
    return [
        f"def f({names}):",
        *body,
        f"    return F.sum({last} * w)",
        f"# {what}: fuzz/transforms.py has the call; beside it",
        "total.backward()",
        f"print([x.grad for x in [{names}]])",
    ]


def wrong(program: Program) -> tuple[str, str] | None:
    """Which transform, and the numbers; None if all agree."""
    for check in (first_order, second_order, jacobians, checkpoints, parameters):
        name = check.__name__
        try:
            for what, ours, expected in check(program):
                if not close(ours, expected):
                    return what, f"{ours}, expected {expected}"
        except Exception as error:  # noqa: BLE001 - no program of the table may raise
            return f"{name}: {type(error).__name__}", str(error)
    if cg.is_test_mode() or not cg.is_grad_enabled():
        return "modes", "left switched"
    return None


Comparison = tuple[str, list[Array], list[Array]]


def close(ours: list[Array], expected: list[Array]) -> bool:
    size = scale(expected)
    return len(ours) == len(expected) and all(
        np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-8, atol=1e-9 * size)
        for a, b in zip(ours, expected, strict=True)
    )


def function(program: Program, output: bool = False) -> Any:
    """The number, or the last value, of the wanted inputs alone."""

    def f(*xs: Any) -> Any:
        inputs = program.arrays()
        for i, x in zip(program.wanted, xs, strict=True):
            inputs[i] = x
        return program.values(inputs)[-1] if output else program(*inputs)

    return f


def numbers(xs: Any) -> list[Array]:
    return [np.asarray(x.data if isinstance(x, cg.Variable) else x) for x in xs]


def directions(program: Program) -> list[Array]:
    return [
        np.random.default_rng([i, 7]).uniform(0.5, 1.5, program.inputs[i].numbers.shape)
        for i in program.wanted
    ]


def arguments(program: Program) -> tuple[list[Array], tuple[int, ...]]:
    return [program.inputs[i].numbers for i in program.wanted], tuple(range(len(program.wanted)))


def first_order(program: Program) -> list[Comparison]:
    f, (xs, all_of_them) = function(program), arguments(program)
    expected = gradients(program, program.arrays())
    y, pull = cg.vjp(f, *xs)
    pulled = pull(1.0)
    value, both = cg.value_and_grad(f, all_of_them)(*xs)
    tangents = directions(program)
    slope = cg.jvp(f, tuple(xs), tuple(tangents))[1]
    along = sum((g * t).sum() for g, t in zip(expected, tangents, strict=True))
    given = [cg.Variable(x) for x in xs]
    return [
        ("grad", numbers(cg.grad(f, all_of_them)(*xs)), expected),
        ("grad at Variables", numbers(cg.grad(f, all_of_them)(*given)), expected),
        ("value_and_grad", numbers(both), expected),
        ("vjp", numbers(pulled if isinstance(pulled, tuple) else (pulled,)), expected),
        ("jvp", numbers([slope]), [np.asarray(along)]),
        ("values", numbers([y]), numbers([value])),
    ]


def second_order(program: Program) -> list[Comparison]:
    """The hessian times a vector, in five ways."""
    f, (xs, all_of_them) = function(program), arguments(program)
    if sum(x.size for x in xs) > 30:
        return []
    vs = directions(program)
    gradient = cg.grad(f, all_of_them)

    def projected(*xs: Any) -> Any:
        return sum((F.sum(g * v) for g, v in zip(gradient(*xs), vs, strict=True)), cg.Variable(0.0))

    expected = numbers(cg.grad(projected, all_of_them)(*xs))
    hessian = cg.hessian(f, all_of_them)(*xs)
    times = [
        sum(
            np.tensordot(number, v, axes=v.ndim) for number, v in zip(numbers(row), vs, strict=True)
        )
        for row in hessian
    ]
    given = [cg.Variable(x) for x in xs]
    total = projected(*given)
    total.backward()
    left = [np.zeros(x.shape) if x.grad is None else x.grad.data for x in given]
    return [
        ("hessian", times, expected),
        ("jvp of grad", numbers(cg.jvp(gradient, tuple(xs), tuple(vs))[1]), expected),
        ("vjp of grad", numbers(cg.vjp(gradient, *xs)[1](tuple(vs))), expected),
        ("hvp", numbers(products(f, xs, vs)), expected),
        ("backward through grad", left, expected),
    ]


def products(f: Any, xs: list[Array], vs: list[Array]) -> list[Any]:
    """hvp of a function of a list."""
    found: list[Any] = list(cg.hvp(lambda xs: f(*xs), xs, vs))
    return found


def jacobians(program: Program) -> list[Comparison]:
    """Each row of the jacobian is a gradient; its product with weights is the pulled one."""
    f, (xs, all_of_them) = function(program, output=True), arguments(program)
    if sum(x.size for x in xs) > 30:
        return []
    y = cg.vjp(f, *xs)[0]
    rows = numbers(cg.jacobian(f, all_of_them)(*xs))
    w = weights(np.shape(y))
    ours = [np.tensordot(w, row, axes=w.ndim) for row in rows]
    return [("jacobian", ours, gradients(program, program.arrays()))]


def checkpoints(program: Program) -> list[Comparison]:
    expected = gradients(program, program.arrays())
    inputs = inputs_of(program, program.arrays())
    whole = [x for x, i in zip(inputs, program.inputs, strict=True) if i.wanted]
    cg.checkpoint(function(program))(*whole).backward()
    found = [
        (
            "checkpoint",
            [np.zeros(x.shape) if x.grad is None else np.array(x.grad.data) for x in whole],
            expected,
        )
    ]
    inside = cg.grad(cg.checkpoint(function(program)), arguments(program)[1])
    found.append(("grad of checkpoint", numbers(inside(*arguments(program)[0])), expected))
    return found


def parameters(program: Program) -> list[Comparison]:
    """The first input is the argument; the others are closed over, as parameters are."""
    if len(program.wanted) < 2:
        return []
    first, *rest = program.wanted

    def through(argument: Any) -> list[Array]:
        inputs = inputs_of(program, program.arrays())

        def f(x: Any) -> Any:
            return program(*[x if i == first else inputs[i] for i in range(len(inputs))])

        slope = cg.grad(f)(argument)
        F.sum(F.mul(slope, weights(np.shape(slope)))).backward()
        return [
            np.zeros(inputs[i].shape) if inputs[i].grad is None else np.array(inputs[i].grad.data)
            for i in rest
        ]

    inputs = inputs_of(program, program.arrays())
    program(*inputs).backward(create_graph=True)
    slope = inputs[first].grad
    for i in rest:
        inputs[i].cleargrad()
    if slope is None:
        return []
    F.sum(slope * weights(slope.shape)).backward()
    expected = [
        np.zeros(inputs[i].shape) if inputs[i].grad is None else np.array(inputs[i].grad.data)
        for i in rest
    ]
    x = program.inputs[first].numbers
    return [
        ("parameters, at a Variable", through(cg.Variable(x)), expected),
        ("parameters, at a constant", through(cg.Variable(x, requires_grad=False)), expected),
    ]
