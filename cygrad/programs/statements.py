"""Statements: the instructions of a program as statements of C, which compute the same bits.

A single number is a constant of C, under the name that it has in the listing; an array is a pointer:
to an argument, to a result, or into `work`, where a place is used again once nothing reads it any
more. Elementwise instructions on arrays of one shape that follow each other share their loops. What
the results do not need is left out, such as the way back of a gradient that nobody asks for.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .definitions import Kernels

ITEM = 8  # bytes of a number
SHORT = 8  # kernels/reduction.pxd: which axis of a sum runs innermost
INDICES = "ijklmnpqrstuxyzabdefgh"

# Of a value, and of an instruction: draft.pxd.
COMPUTED, INPUT, CONSTANT, OUTSIDE = range(4)
KERNEL, SUM, GATHER, PUT, CALL, CHECK, ROUTINE, PAUSE = range(8)

Shape = tuple[int, ...]


class Value(NamedTuple):
    origin: int
    size: int
    which: int  # of the inputs
    numbers: tuple[float, ...]


class Operand(NamedTuple):
    """A part of a value; strides are of numbers, not of bytes."""

    value: int
    offset: int
    shape: Shape
    strides: Shape

    def spread(self, shape: Shape) -> Shape:
        """Its strides where it is broadcast to a shape."""
        lacking = len(shape) - len(self.shape)
        own = [0 if n == 1 else s for n, s in zip(self.shape, self.strides, strict=True)]
        return (*[0] * lacking, *own)


class Instruction(NamedTuple):
    kind: int
    name: str
    operands: tuple[Operand, ...]
    outs: tuple[int, ...]
    layout: Operand | None  # how it writes, as of its first result
    offset: int
    axes: int
    c: tuple[float, float]
    n: tuple[int, ...]


class Result(NamedTuple):
    """Where a result stands: a part of a value; or numbers that are always the same."""

    at: Operand | None
    shape: Shape
    numbers: tuple[float, ...]


class Draft(NamedTuple):
    values: list[Value]
    instructions: list[Instruction]
    results: list[Operand]


def in_numbers(strides: Sequence[int]) -> Shape:
    return tuple(s // ITEM for s in strides)


# Any: what saving.pyx gives.
def draft_of(state: tuple[Any, ...]) -> Draft:
    """The draft that was saved (saving.pyx) as this state."""
    _format, _version, (_shapes, table, layouts, rows, results), blocks, _digest = state
    left = list(blocks)[::-1]
    values = []
    for origin, size, which in table:
        block = left.pop() if origin in (CONSTANT, OUTSIDE) else b""
        values.append(Value(origin, size, which, struct.unpack(f"{len(block) // ITEM}d", block)))
    instructions = []
    for kind, name, operands, out, outs, form, offset, axes, c, n in rows:
        given = [Operand(v, at, layouts[f][0], in_numbers(layouts[f][1])) for v, at, f in operands]
        layout = None
        if form is not None:
            layout = Operand(out, offset, layouts[form][0], in_numbers(layouts[form][1]))
        label = name[0] if kind == ROUTINE else name or ""
        made = tuple(range(out, out + outs)) if outs else ()
        pair = struct.unpack("2d", c)
        instructions.append(
            Instruction(kind, label, tuple(given), made, layout, offset, axes, pair, tuple(n))
        )
    found = [Operand(v, at, tuple(shape), in_numbers(steps)) for v, at, shape, steps in results]
    return Draft(values, instructions, found)


# ---- Text ----------------------------------------------------------------------------------------


def literal(x: float) -> str:
    if math.isnan(x):
        return "(double)NAN"
    text = "(double)INFINITY" if math.isinf(x) else repr(abs(x))
    return f"-{text}" if math.copysign(1.0, x) < 0 else text


def operand_of(x: float) -> str:
    """A number as a part of an expression."""
    text = literal(x)
    return f"({text})" if text.startswith("-") else text


def index_of(offset: int, strides: Sequence[int]) -> str:
    text = ""
    for d, s in sorted(enumerate(strides), key=lambda pair: pair[1] < 0):
        factor = "" if abs(s) == 1 else f"{abs(s)} * "
        if s < 0 and not text:
            text, offset = str(offset), 0
        if s != 0:
            text += (" - " if s < 0 else " + ") * bool(text) + factor + INDICES[d]
    return f"{text} + {offset}" if offset and text else text or str(offset)


def nested(lengths: Sequence[int], body: Sequence[str], depth: int = 0) -> list[str]:
    """Statements in loops of these lengths."""
    if depth == len(lengths):
        return list(body)
    i = INDICES[depth]
    inner = [f"    {line}" for line in nested(lengths, body, depth + 1)]
    several = len(body) > 1 and depth == len(lengths) - 1
    head = f"for (ptrdiff_t {i} = 0; {i} < {lengths[depth]}; {i}++)"
    return [f"{head} {{", *inner, "}"] if several else [head, *inner]


def merged(shape: Shape, parts: list[Shape]) -> tuple[list[int], list[list[int]]]:
    """Loops over a shape: their lengths, and by part its strides; as few of them as can be."""
    lengths: list[int] = []
    strides: list[list[int]] = [[] for _ in parts]
    for d, length in enumerate(shape):
        if length == 1:
            continue
        pairs = list(zip(strides, parts, strict=True))
        if lengths and all(own[-1] == part[d] * length for own, part in pairs):
            lengths[-1] *= length
            for own, part in pairs:
                own[-1] = part[d]
            continue
        lengths.append(length)
        for own, part in pairs:
            own.append(part[d])
    return lengths, strides


def in_order(shape: Shape) -> Shape:
    """The strides of an array in C order."""
    strides: list[int] = []
    step = 1
    for n in reversed(shape):
        strides.insert(0, step)
        step *= n
    return tuple(strides)


# What writes a routine: a function of an instruction.
Routine = Callable[["Statements", Instruction], None]

BLAS = ("matmul", "solve", "lapack", "triangle", "solve_triangular")
BY_BLAS = (
    "BLAS or LAPACK computes in an order of its own; write small products as sums, such as "
    "(a * x).sum(axis=-1) for a @ x"
)
BY_ROUTINE = "the program computes by a routine; write it with sums and elementwise functions"


class Pass(NamedTuple):
    """A loop of a reduction: its length, and its strides in what is read and in the result."""

    length: int
    source: int
    target: int


def loops_of_reduction(x: Operand, axes: int) -> list[Pass]:
    """Loops through memory as kernels/reduction.pyx has them, the innermost last."""
    loops: list[Pass] = []  # the innermost first
    stride = 1
    for d in reversed(range(len(x.shape))):
        length = x.shape[d]
        own = 0 if axes >> d & 1 else stride
        stride *= 1 if axes >> d & 1 else length
        last = loops[-1] if loops else Pass(0, 0, 0)
        goes_on = (last.source * last.length, last.target * last.length) == (x.strides[d], own)
        if loops and length != 1 and goes_on:
            loops[-1] = last._replace(length=last.length * length)
        elif length != 1:
            loops.append(Pass(length, x.strides[d], own))
    if len(loops) > 1 and loops[0].target and loops[0].length < min(SHORT, loops[1].length):
        loops[:2] = loops[1::-1]
    return loops[::-1]


# ---- Statements ----------------------------------------------------------------------------------


class Statements:
    """The body of a function of C, its constants, and how much memory it needs."""

    def __init__(
        self, draft: Draft, results: list[Result], kernels: Kernels, routines: dict[str, Routine]
    ) -> None:
        self.draft = draft
        self.kernels = kernels
        self.routines = routines
        self.results = results
        self.lines: list[str] = []
        self.tables: dict[str, str] = {}
        self.memory: dict[int, str] = {}  # of arrays that are computed: a pointer
        self.places: dict[int, int] = {}  # of those in `work`
        self.free: dict[int, list[int]] = {}
        self.work = 0
        self.checks = 0
        made = [v for at in draft.instructions for v in at.outs]
        self.numbers = {v: k + 1 for k, v in enumerate(made)}
        self.look_back()
        self.find_direct()
        self.write()

    # ---- What is needed, and until when --------------------------------------------------------

    def look_back(self) -> None:
        """What is computed for the results, from the last instruction to the first."""
        rows = self.draft.instructions
        end = next((k for k, at in enumerate(rows) if at.kind == PAUSE), len(rows))
        self.readers: dict[int, list[int]] = {}  # by value: instructions; -1: it is a result
        for result in self.results:
            if result.at is not None:
                self.readers.setdefault(result.at.value, []).append(-1)
        self.needed: list[int] = []
        for k in reversed(range(end)):
            at = rows[k]
            if at.kind == CHECK or any(v in self.readers for v in at.outs):
                self.needed.append(k)
                for operand in self.read_by(at):
                    self.readers.setdefault(operand.value, []).append(k)
        self.needed.reverse()

    def read_by(self, at: Instruction) -> Sequence[Operand]:
        """The operands, but for those that nothing is computed of, as it would be empty."""
        if at.outs and not any(self.draft.values[v].size for v in at.outs):
            return ()
        if at.kind == PUT and at.layout and not math.prod(at.layout.shape):
            return at.operands[1:]
        return at.operands

    def find_direct(self) -> None:
        """Arrays that are computed in the memory of a result."""
        for k, result in enumerate(self.results):
            x = result.at
            if x is None or x.value in self.memory:
                continue
            value = self.draft.values[x.value]
            own = [s for n, s in zip(x.shape, x.strides, strict=True) if n != 1]
            plain = [s for n, s in zip(x.shape, in_order(x.shape), strict=True) if n != 1]
            whole = x.offset == 0 and math.prod(x.shape) == value.size and own == plain
            if value.origin == COMPUTED and value.size > 1 and whole:
                self.memory[x.value] = f"out[{k}]"

    def last_of(self, value: int) -> float:
        readers = self.readers.get(value, [])
        return math.inf if -1 in readers else max(readers, default=-1)

    # ---- Memory --------------------------------------------------------------------------------

    def claim(self, value: int) -> None:
        """A place for an array, where it is not in a result's memory."""
        if value in self.memory:
            return
        size = self.draft.values[value].size
        blocks = self.free.get(size)
        at = blocks.pop() if blocks else self.work
        self.work = max(self.work, at + size)
        self.put_at(value, at)

    def put_at(self, value: int, at: int) -> None:
        self.places[value] = at
        self.memory[value] = f"work + {at}" if at else "work"

    def let_go(self, values: set[int], k: int) -> None:
        """The places of what nothing reads after instruction k."""
        for value in sorted(values):
            if value in self.places and self.last_of(value) <= k:
                self.free.setdefault(self.draft.values[value].size, []).append(
                    self.places.pop(value)
                )

    def declare(self, values: Sequence[int]) -> None:
        """What is to be filled in."""
        for value in values:
            if self.draft.values[value].size == 1:
                self.lines.append(f"double {self.name(value)};")
            else:
                self.claim(value)

    # ---- Names ---------------------------------------------------------------------------------

    def name(self, value: int) -> str:
        of = self.draft.values[value]
        if of.origin == COMPUTED:
            return f"v{self.numbers[value]}"
        return f"i{of.which}" if of.origin == INPUT else f"c{value}"

    def item(self, value: int, offset: int, strides: Sequence[int] = ()) -> str:
        """A number of a value, at the present place in loops."""
        of = self.draft.values[value]
        if offset < len(of.numbers) and (of.size == 1 or not any(strides)):
            return operand_of(of.numbers[offset])
        if of.size == 1:
            return self.name(value)
        return f"{self.name(value)}[{index_of(offset, strides)}]"

    def target(self, value: int) -> str:
        """A pointer to a result, to be filled in."""
        return f"&{self.name(value)}" if self.draft.values[value].size == 1 else self.name(value)

    def pointer(self, value: int, offset: int, strides: Sequence[int] = ()) -> str:
        of = self.draft.values[value]
        if of.size == 1:
            return f"(const double[]){{{self.item(value, 0)}}}"
        index = index_of(offset, strides)
        return self.name(value) if index == "0" else f"{self.name(value)} + {index}"

    # ---- All of them ---------------------------------------------------------------------------

    def write(self) -> None:
        waiting = list(self.needed)
        while waiting:
            group = self.group(waiting)
            del waiting[: len(group)]
            rows = [self.draft.instructions[k] for k in group]
            read = {operand.value for at in rows for operand in at.operands}
            if rows[0].kind == KERNEL and self.size_of(rows[0]) != 1:
                self.loop(group, rows)
            else:
                self.one(group[0], rows[0])
            self.let_go(read | {v for at in rows for v in at.outs}, group[-1])
        for k, result in enumerate(self.results):
            self.give(k, result)

    def size_of(self, at: Instruction) -> int:
        return self.draft.values[at.outs[0]].size if at.outs else 1

    def one(self, k: int, at: Instruction) -> None:
        """An instruction by itself."""
        if at.kind == KERNEL:
            self.number(at)
        elif at.kind == CHECK:
            self.checks += 1
            first, second = [self.item(x.value, x.offset) for x in at.operands]
            self.lines.append(f"if (cg_bits({first}) != cg_bits({second}))")
            self.lines.append("    return 1;")
        elif at.kind == SUM:
            self.reduce(at.outs[0], at.operands[0], at.axes, at.c[0], None)
        elif at.kind == GATHER:
            self.declare(at.outs)
            for j, x in enumerate(at.operands):
                self.lines.append(f"{self.item(at.outs[0], j)} = {self.item(x.value, x.offset)};")
        elif at.kind == PUT:
            self.put(k, at)
        else:
            self.routine(at)

    def give(self, k: int, result: Result) -> None:
        """Copy a result to where it is given."""
        x = result.at
        if x is None:
            for i, number in enumerate(result.numbers):
                self.lines.append(f"out[{k}][{i}] = {literal(number)};")
        elif self.memory.get(x.value) != f"out[{k}]":
            lengths, (target, source) = merged(x.shape, [in_order(x.shape), x.strides])
            text = f"out[{k}][{index_of(0, target)}] = {self.item(x.value, x.offset, source)};"
            self.add_loops(lengths, [text], math.prod(x.shape))

    def whole(self, value: int) -> str:
        """A number of an array, in a loop over all; or the number that it is."""
        return self.item(value, 0, (1,))

    def for_all(self, value: int, text: str) -> None:
        size = self.draft.values[value].size
        self.add_loops([size] if size > 1 else [], [text], size)

    def fill(self, value: int, number: float) -> None:
        self.for_all(value, f"{self.whole(value)} = {literal(number)};")

    def add_loops(self, lengths: Sequence[int], body: Sequence[str], size: int) -> None:
        if size > 0:
            self.lines += nested(lengths, body)

    # ---- Elementwise ---------------------------------------------------------------------------

    def group(self, waiting: list[int]) -> list[int]:
        """Instructions that share their loops."""
        rows = self.draft.instructions
        first = rows[waiting[0]]
        group = waiting[:1]
        if first.kind != KERNEL or self.size_of(first) == 1:
            return group
        made = {value: first.layout for value in first.outs}
        for k in waiting[1:]:
            at = rows[k]
            if at.kind != KERNEL or not at.layout or not first.layout:
                break
            if at.layout.shape != first.layout.shape or self.size_of(at) == 1:
                break
            if not all(self.is_alike(x, made[x.value]) for x in at.operands if x.value in made):
                break
            group.append(k)
            made.update(dict.fromkeys(at.outs, at.layout))
        return group

    @staticmethod
    def is_alike(x: Operand, made: Operand | None) -> bool:
        """Whether what is read is what is made at the same place of the loops."""
        return made is not None and (x.offset, x.shape, x.strides) == (0, made.shape, made.strides)

    def loop(self, group: list[int], rows: list[Instruction]) -> None:
        """Kernels on arrays; what only they read is never in memory."""
        assert rows[0].layout is not None
        shape = rows[0].layout.shape
        local = {v for at in rows for v in at.outs if set(self.readers.get(v, ())) <= set(group)}
        aside = self.read_aside(rows)
        for k, at in zip(group, rows, strict=True):
            self.let_go({x.value for x in at.operands} - aside, k)
            for value in at.outs:
                if value not in local:
                    self.claim(value)
        parts = [x.spread(shape) for at in rows for x in at.operands]
        parts += [at.layout.strides for at in rows if at.layout]
        lengths, strides = merged(shape, parts)
        places = iter(strides)
        operands = [[next(places) for _ in at.operands] for at in rows]
        body: list[str] = []
        for at, given in zip(rows, operands, strict=True):
            out = next(places)
            texts = [
                self.name(x.value) if x.value in local else self.item(x.value, x.offset, s)
                for x, s in zip(at.operands, given, strict=True)
            ]
            targets = [self.name(v) if v in local else self.item(v, 0, out) for v in at.outs]
            body += self.computed(at, texts, targets, [v in local for v in at.outs])
        self.add_loops(lengths, body, math.prod(shape))

    def read_aside(self, rows: list[Instruction]) -> set[int]:
        """What loops read elsewhere than where they write: nothing may be written in its place."""
        forms = {at.layout.strides for at in rows if at.layout}
        return {
            x.value
            for at in rows
            for x in at.operands
            if len(forms) > 1 or not self.is_alike(x, at.layout)
        }

    def number(self, at: Instruction) -> None:
        texts = [self.item(x.value, x.offset) for x in at.operands]
        names = [self.name(v) for v in at.outs]
        self.lines += self.computed(at, texts, names, [True] * len(names))

    def computed(
        self, at: Instruction, operands: list[str], targets: list[str], new: list[bool]
    ) -> list[str]:
        """A kernel of numbers; new: targets that are to be declared."""
        kernel = self.kernels.of(at.name)
        arguments = [*operands, *map(operand_of, at.c)][: len(kernel.parameters) - len(targets) + 1]
        before = []
        if len(targets) == 2:
            arguments.append(f"&{targets[1]}")
            before = [f"double {targets[1]};"] if new[1] else []
        head = f"const double {targets[0]}" if new[0] else targets[0]
        return [*before, f"{head} = {self.kernels.applied(at.name, arguments)};"]

    # ---- Sums and their like -------------------------------------------------------------------

    def reduce(self, out: int, x: Operand, axes: int, start: float, combined: str | None) -> None:
        """Numbers along axes. combined: C of what there is and of one more; None: sums."""
        loops = loops_of_reduction(x, axes)
        inner = loops[-1] if loops else Pass(1, 0, 0)
        sums = combined is None and inner.target == 0 and inner.length > 1
        if sums:
            loops.pop()
        steps = [one.source for one in loops]
        added = self.item(x.value, x.offset, steps)
        if sums:
            pointer = self.pointer(x.value, x.offset, steps)
            added = f"cg_sum({pointer}, {inner.source}, {inner.length})"
        form = combined or "{0} + {1}"
        if self.draft.values[out].size == 1 and not loops:
            text = form.format(literal(start), added)
            self.lines.append(f"double {self.name(out)} = {text.removeprefix('-0.0 + ')};")
            return
        self.declare((out,))
        self.fill(out, start)
        target = self.item(out, 0, [one.target for one in loops])
        lengths = [one.length for one in loops]
        self.add_loops(lengths, [f"{target} = {form.format(target, added)};"], math.prod(x.shape))

    # ---- Parts put into arrays -----------------------------------------------------------------

    def put(self, k: int, at: Instruction) -> None:
        out = at.outs[0]
        x = at.operands[0]
        assert at.layout is not None
        if self.size_of(at) == 1:
            base = at.operands[1] if len(at.operands) == 2 else None
            before = self.item(base.value, base.offset) if base else "0.0"
            self.lines.append(
                f"const double {self.name(out)} = {before} + {self.item(x.value, x.offset)};"
            )
            return
        if not self.put_in_place(k, at):
            self.claim(out)
            if len(at.operands) == 2:
                base = at.operands[1]
                lengths, (source, target) = merged(base.shape, [base.strides] * 2)
                text = (
                    f"{self.item(out, 0, target)} = {self.item(base.value, base.offset, source)};"
                )
                self.add_loops(lengths, [text], math.prod(base.shape))
            else:
                self.fill(out, 0.0)
        self.add_at(out, at.offset, at.layout.strides, x, at.layout.shape)

    def put_in_place(self, k: int, at: Instruction) -> bool:
        """Whether it adds to what nothing else reads any more, in its memory."""
        base = at.operands[-1].value
        if (
            len(at.operands) < 2
            or base == at.operands[0].value
            or base not in self.places
            or at.outs[0] in self.memory
            or self.last_of(base) > k
        ):
            return False
        place = self.places.pop(base)
        self.put_at(at.outs[0], place)
        return True

    def add_at(self, out: int, offset: int, strides: Shape, x: Operand, shape: Shape) -> None:
        lengths, (target, source) = merged(shape, [strides, x.spread(shape)])
        text = f"{self.item(out, offset, target)} += {self.item(x.value, x.offset, source)};"
        self.add_loops(lengths, [text], math.prod(shape))

    # ---- Routines ------------------------------------------------------------------------------

    def routine(self, at: Instruction) -> None:
        """What computes whole arrays: that which is a loop of cygrad's own."""
        if at.name not in self.routines:
            why = BY_BLAS if at.name in BLAS else BY_ROUTINE
            raise TypeError(f"to_c: there is no C source of {at.name}, which {why}")
        self.routines[at.name](self, at)

    def table(self, numbers: Sequence[int]) -> str:
        """Whole numbers as a table: its name."""
        name = f"p{len(self.tables)}"
        text = ", ".join(map(str, numbers)) or "0"
        self.tables[name] = f"static const ptrdiff_t {name}[] = {{{text}}};"
        return name
