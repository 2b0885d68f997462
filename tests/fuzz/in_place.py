"""Numbers changed between a forward pass and a backward one.

Afterwards either the gradient is that of the numbers at forward time, or a RuntimeError has been
raised and no gradient has landed. Changes that cygrad can see (assignments to .data, updates) are
caught always, others (writes into arrays) under `cg.detect_anomaly()`.
"""

import contextlib
from typing import Any

import numpy as np

import cygrad as cg
from cygrad import optimizers
from fuzz.program import IMPORTS, NAMES, Program, random_program, shrunk

Array = Any


class Impossible(Exception):
    """A change that NumPy does not allow."""


# X is an input or a value between; what an optimizer updates is an input.
SEEN = [
    "X.data = X.data + 0.5",
    "X.data = X.data * 0.0 + 0.7",
    "X.data = np.ones((*X.shape, 2))",
    "X.data += 0.25",
    "X.data *= 0.5",
]
SEEN_OF_INPUTS = [
    "with cg.no_grad(): X -= 0.5",
    "with cg.no_grad(): X *= 1.25",
    "X.grad = cg.ones_like(X); optimizers.SGD(0.5).update([X]); X.cleargrad()",
    "X.grad = cg.ones_like(X); optimizers.Adam(0.5).update([X]); X.cleargrad()",
]
UNSEEN = ["X.data[...] = 0.7", "X.data[..., :1] += 0.5"]
UNSEEN_OF_ARRAYS = ["X[...] = 0.7", "X *= 1.5"]

PROJECT = "projected = sum([F.sum(g * np.linspace(0.5, 1.5, g.size).reshape(g.shape)) for g in gs], cg.Variable(0.0))"

# How the passes stand to the change.
PLANS = {
    "first": ["CHANGE", "total.backward()"],
    "again": ["total.backward()", "CLEAR", "CHANGE", "total.backward()"],
    "second": [
        "total.backward(create_graph=True)",
        "PROJECT",
        "CLEAR",
        "CHANGE",
        "projected.backward()",
    ],
    "second, late": [
        "CHANGE",
        "total.backward(create_graph=True)",
        "PROJECT",
        "CLEAR",
        "projected.backward()",
    ],
}


def failure(seed: int) -> str | None:
    rng = np.random.default_rng([seed, 4])
    program = random_program(rng, longest=6)
    plan = list(PLANS)[rng.integers(len(PLANS))]
    place = int(rng.integers(0, len(program.inputs) + len(program.statements)))
    change, anomaly = draw(rng, program, place)
    found = wrong(program, plan, place, change, anomaly)
    if found is None:
        return None
    # the change stays at its place counted from the end, or at the input of this number
    back = place - len(program.inputs) - len(program.statements)

    def moved(p: Program) -> int:
        at = place if place < len(program.inputs) else back + len(p.inputs) + len(p.statements)
        return min(max(at, 0), len(p.inputs) + len(p.statements) - 1)

    def fails(p: Program) -> bool:
        if kind(p, moved(p)) != kind(program, place):
            return False
        return (wrong(p, plan, moved(p), change, anomaly) or [""])[0] == found[0]

    small = shrunk(program, fails)
    what, details = wrong(small, plan, moved(small), change, anomaly) or found
    lines = steps(small, plan, moved(small), change)
    if anomaly:
        lines = ["with cg.detect_anomaly():", *[f"    {line}" for line in lines]]
    setup = f"{IMPORTS}from cygrad import optimizers\n"
    names = ", ".join(small.name(i) for i in small.wanted)
    return f"{what}: {details}\n{setup}" + "\n".join(
        [*lines, f"print([x.grad for x in [{names}]])"]
    )


def kind(program: Program, place: int) -> str:
    if place >= len(program.inputs):
        return "value"
    return "input" if program.inputs[place].wanted else "array"


def draw(rng: np.random.Generator, program: Program, place: int) -> tuple[str, bool]:
    """A change, and whether it needs anomaly mode to be found."""
    of = kind(program, place)
    unseen = of == "array" or rng.random() < 0.3
    if unseen:
        changes = UNSEEN_OF_ARRAYS if of == "array" else UNSEEN
    else:
        changes = SEEN + SEEN_OF_INPUTS * (of == "input")
    return changes[rng.integers(len(changes))], unseen


def steps(program: Program, plan: str, place: int, change: str) -> list[str]:
    """The whole as lines; without a change where `change` is empty."""
    names = ", ".join(program.name(i) for i in program.wanted)
    lines = list(program.lines())
    for step in PLANS[plan]:
        if step == "CHANGE":
            lines += [change.replace("X", program.name(place))] if change else []
        elif step == "CLEAR":
            lines.append(f"for x in [{names}]: x.cleargrad()")
        elif step == "PROJECT":
            lines.append(f"gs = [x.grad for x in [{names}] if x.grad is not None]")
            lines.append(PROJECT)
        else:
            lines.append(step)
    return lines


def run(program: Program, lines: list[str], anomaly: bool) -> list[Array] | None:
    """The gradients; None if a RuntimeError came, which must leave none behind."""
    scope: dict[str, Any] = {**NAMES, "optimizers": optimizers}
    mode: Any = cg.detect_anomaly() if anomaly else contextlib.nullcontext()
    refused = False
    with mode:
        for line in lines:
            try:
                exec(line, scope)  # noqa: S102
            except AttributeError as error:
                if "numpy.ndarray" not in str(error):
                    raise
                raise Impossible(line) from error  # of what was computed of arrays alone
            except (IndexError, ValueError, TypeError) as error:
                if line.startswith("total.backward") or ".data[" not in line:
                    raise
                raise Impossible(line) from error  # of a number, NumPy's too, or read-only memory
            except RuntimeError as error:
                if not str(error).startswith("detect_anomaly: ") and not line.endswith(
                    (".backward()", ".backward(create_graph=True)")
                ):
                    raise
                refused = True
                break
    xs = [scope[program.name(i)] for i in program.wanted]
    if refused:
        if any(x.grad is not None for x in xs) and not lines[-1].startswith("projected"):
            raise AssertionError("an error, and some gradients have landed")
        return None
    return [None if x.grad is None else np.array(x.grad.data) for x in xs]


def wrong(
    program: Program, plan: str, place: int, change: str, anomaly: bool
) -> tuple[str, str] | None:
    if kind(program, place) == "array" and program.inputs[place].numbers.ndim == 0:
        return None  # an array that no statement changes in place
    expected = run(program, steps(program, plan, place, ""), False)
    assert expected is not None
    try:
        with np.errstate(all="ignore"):
            found = run(program, steps(program, plan, place, change), anomaly)
    except Impossible:
        return None
    except (ValueError, TypeError, IndexError) as error:
        # the change itself may be refused, for which nothing has to be said
        return (
            None
            if any(word in str(error) for word in ("data", "place", "memoryview", "read-only"))
            else (type(error).__name__, str(error))
        )
    except AssertionError as error:
        return "half done", str(error)
    if found is None:
        return None
    for i, g, e in zip(program.wanted, found, expected, strict=True):
        if g is None and e is None:
            continue
        if g is None or e is None:  # no gradient has flowed, which is one of zeros
            g, e = (np.zeros_like(g if e is None else e) if v is None else v for v in (g, e))
        if np.shape(g) != np.shape(e) or not np.allclose(g, e, rtol=1e-9, atol=1e-12):
            return "a wrong gradient in silence", f"{g} by {program.name(i)}, expected {e}"
    return None
