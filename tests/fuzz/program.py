"""A random program: inputs, and statements that each make one value of earlier ones.

It is text, so that it can be run with cygrad or with torch, printed, and made smaller by leaving
statements out. Its number is the sum of the last value times fixed weights, so that no two elements
can be mistaken for each other.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import cygrad as cg
import cygrad.functions as F
from cygrad import linalg as LA
from fuzz.table import BINARY, UNARY

Array = Any
IMPORTS = """\
import numpy as np
import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA
"""
NAMES = {"np": np, "cg": cg, "F": F, "LA": LA}
LARGE = 1e3  # numbers beyond are not used further


@dataclass(frozen=True)
class Input:
    """`wanted`: a Variable whose gradient is asked for; else an ndarray."""

    numbers: Array
    wanted: bool = True


@dataclass(frozen=True)
class Statement:
    """The texts, ours and torch's, with {0} and {1} for the operands, which are places of values."""

    ours: str
    theirs: str | None
    operands: tuple[int, ...]


@dataclass(frozen=True)
class Program:
    """The values are the inputs first, then one for each statement."""

    inputs: tuple[Input, ...]
    statements: tuple[Statement, ...]

    @property
    def wanted(self) -> list[int]:
        return [i for i, x in enumerate(self.inputs) if x.wanted]

    def arrays(self) -> list[Array]:
        return [x.numbers for x in self.inputs]

    def name(self, i: int) -> str:
        k = i - len(self.inputs)
        return f"v{k}" if k >= 0 else "abcdefgh"[i]

    def line(self, k: int, theirs: bool = False) -> str:
        s = self.statements[k]
        text = s.theirs if theirs else s.ours
        assert text is not None
        return text.format(*[self.name(i) for i in s.operands])

    def has_torch(self) -> bool:
        return all(s.theirs is not None for s in self.statements)

    def values(self, inputs: Sequence[Any], **names: Any) -> list[Any]:
        """All values, from these inputs; `names` are those of another library than cygrad."""
        scope = dict(names or NAMES)
        values = list(inputs)
        for i, x in enumerate(inputs):
            scope[self.name(i)] = x
        for k in range(len(self.statements)):
            values.append(eval(self.line(k, bool(names)), scope))
            scope[self.name(len(values) - 1)] = values[-1]
        return values

    def __call__(self, *inputs: Any) -> Any:
        """The number, of Variables and arrays."""
        y = self.values(inputs)[-1]
        return F.sum(y * weights(y.shape))

    def lines(self) -> Iterator[str]:
        """The program as code, down to `total`."""
        for i, x in enumerate(self.inputs):
            numbers = literal(x.numbers)
            yield f"{self.name(i)} = " + (f"cg.Variable({numbers})" if x.wanted else numbers)
        for k in range(len(self.statements)):
            yield f"{self.name(len(self.inputs) + k)} = {self.line(k)}"
        last = self.name(len(self.inputs) + len(self.statements) - 1)
        yield f"w = np.linspace(0.5, 1.5, {last}.size).reshape({last}.shape)"
        yield f"total = F.sum({last} * w)"

    def text(self, *more: str) -> str:
        return IMPORTS + "\n".join([*self.lines(), *more])


def literal(x: Array) -> str:
    if x.size == 0 or (x.size > 1 and np.all(x == 1.0)):
        return f"np.ones({x.shape})"
    return f"np.array({x.tolist()!r})"


def weights(shape: tuple[int, ...]) -> Array:
    n = int(np.prod(shape))
    return np.linspace(0.5, 1.5, n).reshape(shape)


def number_of(value: Any) -> Array:
    return value.data if isinstance(value, cg.Variable) else np.asarray(value)


# ---- Made by seed -----------------------------------------------------------------------------


def random_input(rng: np.random.Generator, wanted: bool) -> Input:
    shapes = [(), (1,), (2,), (3,), (2, 3), (3, 2), (3, 3), (1, 3), (2, 1), (2, 2), (2, 3, 2)]
    shapes += [(0,), (40,)] if rng.random() < 0.1 else []
    shape = shapes[rng.integers(len(shapes))]
    return Input(np.asarray(np.round(rng.uniform(-1.5, 2.0, shape), 2)), wanted)


def random_program(rng: np.random.Generator, longest: int = 12) -> Program:
    """One whose numbers are finite and of moderate size, all the way."""
    while True:
        wants = [True] + [bool(rng.random() < 0.75) for _ in range(rng.integers(1, 4))]
        program = Program(tuple(random_input(rng, w) for w in wants), ())
        values = program.arrays()
        scope_size = int(rng.integers(1, longest + 1))
        for _ in range(8 * scope_size):
            if len(program.statements) == scope_size:
                break
            extended = extend(program, values, rng)
            program = extended or program
        program = pruned(program)
        if program.statements and program.wanted:
            return program


def extend(program: Program, values: list[Array], rng: np.random.Generator) -> Program | None:
    """One more statement, and its value; None if what was drawn cannot be."""
    many = rng.random() < 0.45
    # of recent values more often, so that programs are deep
    places = [int(len(values) * rng.random() ** 0.6) for _ in range(1 + many)]
    makers = BINARY if many else UNARY
    texts = makers[rng.integers(len(makers))](rng, *[values[i] for i in places])
    if texts is None:
        return None
    statement = Statement(*texts, tuple(places))
    tried = Program(program.inputs, (*program.statements, statement))
    scope = {**NAMES, **{program.name(i): cg.Variable(v) for i, v in enumerate(values)}}
    with cg.no_grad():
        value = number_of(eval(tried.line(len(program.statements)), scope))
    if not np.all(np.abs(value) < LARGE):
        return None
    values.append(np.array(value))
    return tried


# ---- Made smaller -----------------------------------------------------------------------------


def pruned(program: Program) -> Program:
    """Without the statements and inputs that the last value does not depend on."""
    n = len(program.inputs)
    used = {n + len(program.statements) - 1}
    for k in range(len(program.statements) - 1, -1, -1):
        if n + k in used:
            used.update(program.statements[k].operands)
    kept = sorted(used)
    place = {old: new for new, old in enumerate(kept)}
    return Program(
        tuple(x for i, x in enumerate(program.inputs) if i in used),
        tuple(
            replace(s, operands=tuple(place[i] for i in s.operands))
            for k, s in enumerate(program.statements)
            if n + k in used
        ),
    )


def smaller(program: Program) -> Iterator[Program]:
    """Programs that are a little smaller: shorter, a value in another's place, rounder numbers."""
    n = len(program.inputs)
    for length in range(1, len(program.statements)):
        yield pruned(Program(program.inputs, program.statements[:length]))
    for k in range(len(program.statements) - 1, -1, -1):
        for stand_in in program.statements[k].operands:
            rest = tuple(
                replace(s, operands=tuple(stand_in if i == n + k else i for i in s.operands))
                for s in program.statements
            )
            yield pruned(Program(program.inputs, rest))
    for i, x in enumerate(program.inputs):
        others = [replace(x, wanted=False)] if x.wanted and len(program.wanted) > 1 else []
        for numbers in (np.ones(x.numbers.shape), np.round(x.numbers), np.round(x.numbers, 1)):
            if not np.array_equal(numbers, x.numbers):
                others.append(replace(x, numbers=numbers))
        for other in others:
            yield Program(
                (*program.inputs[:i], other, *program.inputs[i + 1 :]), program.statements
            )


def size(program: Program) -> tuple[int, int, int, int]:
    return (
        len(program.statements),
        len(program.inputs),
        len(program.wanted),
        sum(len(repr(x.numbers.tolist())) for x in program.inputs),
    )


def shrunk(program: Program, fails: Callable[[Program], object]) -> Program:
    """The smallest program found, by steps, that still fails."""
    again = True
    while again:
        again = False
        for candidate in smaller(program):
            if candidate.statements and candidate.wanted and size(candidate) < size(program):
                try:
                    found = fails(candidate)
                except Exception:  # noqa: BLE001, S112 - it may be no program
                    continue
                if found:
                    program, again = candidate, True
                    break
    return program
