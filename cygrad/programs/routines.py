"""Routines as statements of C: those that are plain loops; the longer ones are in routines.h."""

from __future__ import annotations

from collections.abc import Sequence

from .statements import ITEM, Instruction, Routine, Statements, in_numbers, literal, merged


def reduced(combined: str | None) -> Routine:
    """n: results, axes, which of them, numbers in each result, the shape, the strides."""

    def write(to: Statements, at: Instruction) -> None:
        ndim = at.n[1]
        shape, strides = at.n[4 : 4 + ndim], in_numbers(at.n[4 + ndim :][:ndim])
        x = at.operands[0]._replace(shape=shape, strides=strides)
        to.reduce(at.outs[0], x, at.n[2], at.c[0], combined)

    return write


def write_mean(to: Statements, at: Instruction) -> None:
    reduced(None)(to, at)
    target = to.whole(at.outs[0])
    to.for_all(at.outs[0], f"{target} = {target} / {literal(float(at.n[3]))};")


def write_concat(to: Statements, at: Instruction) -> None:
    """n: parts, how often each gives a piece, and the lengths of their pieces."""
    to.declare(at.outs)
    parts, rows, *lengths = at.n
    whole, start = sum(lengths), 0
    for x, length in zip(at.operands[:parts], lengths, strict=True):
        around, (target, source) = merged((rows, length), [(whole, 1), (length, 1)])
        text = f"{to.item(at.outs[0], start, target)} = {to.item(x.value, x.offset, source)};"
        to.add_loops(around, [text], rows * length)
        start += length


def write_put(to: Statements, at: Instruction) -> None:
    """n: numbers, the view's offset, axes, shape and strides, and x's strides."""
    _size, offset, ndim = at.n[:3]
    shape, strides, own = [at.n[3 + k * ndim :][:ndim] for k in range(3)]
    x = at.operands[0]._replace(shape=shape, strides=in_numbers(own))
    to.declare(at.outs)
    to.fill(at.outs[0], 0.0)
    to.add_at(at.outs[0], offset // ITEM, in_numbers(strides), x, shape)


def write_gather(to: Statements, at: Instruction) -> None:
    """n: blocks, their length, the numbers of what they are in, and their positions."""
    to.declare(at.outs)
    count, block, _whole, *positions = at.n
    x = at.operands[0]
    target = to.item(at.outs[0], 0, block_strides(block))
    source = block_at(to, x.value, x.offset, positions, block)
    to.add_loops(blocks(count, block), [f"{target} = {source};"], count * block)


def write_scatter(to: Statements, at: Instruction) -> None:
    count, block, _size, *positions = at.n
    out, x = at.outs[0], at.operands[0]
    to.declare(at.outs)
    to.fill(out, 0.0)
    target = block_at(to, out, 0, positions, block)
    source = to.item(x.value, x.offset, block_strides(block))
    to.add_loops(blocks(count, block), [f"{target} += {source};"], count * block)


def blocks(count: int, block: int) -> list[int]:
    """Loops over blocks, and over the numbers of one where there are several."""
    return [count] if block == 1 else [count, block]


def block_strides(block: int) -> list[int]:
    return [1] if block == 1 else [block, 1]


def block_at(to: Statements, value: int, offset: int, positions: Sequence[int], block: int) -> str:
    """A number of the block at the present one of the positions."""
    if to.draft.values[value].size == 1:
        return to.item(value, 0)
    index = f"{to.table([p * block + offset for p in positions])}[i]"
    return f"{to.name(value)}[{index}{'' if block == 1 else ' + j'}]"


def write_cumsum(to: Statements, at: Instruction) -> None:
    """n: the lengths before the axis, along it and after it, and whether the sums run backwards."""
    to.declare(at.outs)
    outer, n, inner, backwards = at.n
    out, x = at.outs[0], at.operands[0]
    first, step = ((n - 1) * inner, -inner) if backwards else (0, inner)
    around, (rows,) = merged((outer, inner), [(n * inner, 1)])
    target = to.item(out, first, rows)
    source = to.item(x.value, x.offset + first, rows)
    to.add_loops(around, [f"{target} = {source};"], outer * n * inner)
    if n < 2:
        return
    around, (rows,) = merged((outer, n - 1, inner), [(n * inner, step, 1)])
    target = to.item(out, first + step, rows)
    added = f"{to.item(out, first, rows)} + {to.item(x.value, x.offset + first + step, rows)}"
    to.add_loops(around, [f"{target} = {added};"], outer * (n - 1) * inner)


def called(to: Statements, at: Instruction) -> None:
    """What is a function of plain.h, of the operands, the results and the numbers n."""
    to.declare(at.outs)
    numbers = [str(n) for n in at.n]
    if at.name == "scales":
        numbers = [to.table(at.n), str(int(at.c[0] > 0.0))]
    elif at.name in ("within", "between"):
        numbers += map(literal, at.c)
    given = [to.pointer(x.value, x.offset) for x in at.operands]
    made = [to.target(value) for value in at.outs]
    to.lines.append(f"cg_{at.name}({', '.join([*given, *made, *numbers])});")


def write_error_gradient(to: Statements, at: Instruction) -> None:
    """Of a mean squared error; n: how many numbers, and whether the inputs change places."""
    to.declare(at.outs)
    size, turned = at.n
    x, y = at.operands[turned], at.operands[1 - turned]
    g = at.operands[2]
    factor = f"{to.item(g.value, g.offset)} * {literal(2.0 / size if size else 0.0)}"
    one, other = [to.item(z.value, z.offset, (1,)) for z in (x, y)]
    to.for_all(at.outs[0], f"{to.whole(at.outs[0])} = ({one} - {other}) * ({factor});")


ROUTINES: dict[str, Routine] = {
    "mean": write_mean,
    "max": reduced("cg_greater({0}, {1})"),
    "min": reduced("cg_lesser({0}, {1})"),
    "prod": reduced("{0} * {1}"),
    "concat": write_concat,
    "put": write_put,
    "gather": write_gather,
    "scatter_add": write_scatter,
    "cumsum": write_cumsum,
    "mean_squared_error_gradient": write_error_gradient,
    **dict.fromkeys(["softmax", "softmax_gradient", "log_softmax"], called),
    **dict.fromkeys(["log_softmax_gradient", "logsumexp", "scales"], called),
    **dict.fromkeys(["gather_at", "scatter_add_at", "within", "between"], called),
}
