"""Source: a program as two files of C, name.h and name.c, that need nothing of cygrad."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .._version import __version__
from .definitions import kernels
from .routines import ROUTINES
from .statements import (
    COMPUTED,
    CONSTANT,
    OUTSIDE,
    Draft,
    Result,
    Shape,
    Statements,
    draft_of,
    literal,
)

KEYWORDS = {
    *["auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else"],
    *["enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register"],
    *["restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef"],
    *["union", "unsigned", "void", "volatile", "while"],
}


class Given(NamedTuple):
    """An argument, or a result: what it is, for people, and its shape."""

    label: str
    shape: Shape

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def text(self) -> str:
        return f"{self.label}: {'a number' if not self.shape else f'an array of {self.shape}'}"


HEADER = """\
/* {name}: the program of a compiled function, written as C by cygrad {version}.
 *
 *     int {name}(const double *const *in, double *const *out, double *work);
 *
 * in[k] and out[k] point to numbers in C order (the last index runs fastest), work to memory for
 * {name}_WORK numbers of 8 bytes, whatever they are; none of these overlaps another.
 *
{inputs}
 *
{outputs}
 *
{returns}
 *
 * It allocates nothing, keeps nothing from one call to the next, and may run in several threads, each
 * with a work of its own. It needs C11 and libm, and IEEE arithmetic in double:
 *
 *     cc -std=c11 -O2 -ffp-contract=off -c {name}.c
 *
 * The numbers are those of cygrad, bit for bit, where the compiler neither fuses nor reorders
 * operations: never with -ffast-math. Of a nan the sign and the payload are the processor's. */
#ifndef CYGRAD_{upper}_H
#define CYGRAD_{upper}_H

#ifdef __cplusplus
extern "C" {{
#endif

enum {{
{sizes}
}};

int {name}(const double *const *in, double *const *out, double *work);

#ifdef __cplusplus
}}
#endif

#endif
"""

CODE = """\
/* {name}, written by cygrad {version}: see {name}.h. */
#include "{name}.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__FAST_MATH__) || (defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0)
#error "{name}.c needs IEEE arithmetic in double: no -ffast-math, and on x86 -msse2 -mfpmath=sse"
#endif
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#if __has_warning("-Wbitwise-conditional-parentheses")
#pragma clang diagnostic ignored "-Wbitwise-conditional-parentheses"
#endif
#endif

/* Functions of cygrad's kernels, under its license, MIT. */

{definitions}
/* The program; v1, v2, ... are the names in its listing. */

int {name}(const double *const *in, double *const *out, double *work)
{{
{body}
    return 0;
}}
"""


# Any: the state of a Program.
def written(
    name: str,
    state: tuple[Any, ...],
    inputs: list[Given],
    results: list[tuple[Given, int, tuple[float, ...]]],
) -> tuple[str, str]:
    """The texts of name.h and name.c.

    results: of each what it is, and the number of the program's result; or -1, and its numbers.
    """
    draft = draft_of(state)
    found = []
    for given, number, numbers in results:
        at = draft.results[number] if number >= 0 else None
        found.append(Result(at, given.shape, numbers))
    to = Statements(draft, found, kernels(), ROUTINES)
    body = "\n".join(f"    {line}" for line in [*named(to, draft), *to.lines])
    definitions = kernels().written(body)
    outputs = [given for given, _, _ in results]
    header = HEADER.format(
        name=name,
        upper=name.upper(),
        version=__version__,
        inputs=listed("in", inputs) or " * It takes nothing: in is not read.",
        outputs=listed("out", outputs) or " * It gives nothing.",
        returns=returns(to.checks),
        sizes=",\n".join(sizes(name, to.work, inputs, outputs)),
    )
    code = CODE.format(name=name, version=__version__, definitions=definitions, body=body)
    return header, code


def listed(array: str, given: Sequence[Given]) -> str:
    return "\n".join(f" * {array}[{k}]: {x.text}" for k, x in enumerate(given))


def returns(checks: int) -> str:
    if checks == 0:
        return " * It returns 0."
    return (
        " * It returns 0; or 1 where Python would go another way with these inputs, as at a\n"
        " * comparison, than it went when the function was captured. Then out has no results."
    )


def sizes(name: str, work: int, inputs: list[Given], outputs: list[Given]) -> list[str]:
    numbers = {"IN": len(inputs), "OUT": len(outputs), "WORK": work}
    numbers |= {f"IN_{k}": x.size for k, x in enumerate(inputs)}
    numbers |= {f"OUT_{k}": x.size for k, x in enumerate(outputs)}
    return [f"    {name}_{key} = {number}" for key, number in numbers.items()]


def named(to: Statements, draft: Draft) -> list[str]:
    """Declarations of what the statements name: arguments, constants and arrays."""
    text = "\n".join(to.lines)
    words = set(re.findall(r"\b[a-z]\w*", text))
    lines = [table for name, table in to.tables.items() if name in words]
    for k, value in enumerate(draft.values):
        if value.origin == COMPUTED and k not in to.memory or to.name(k) not in words:
            continue
        if value.origin == COMPUTED:
            lines.append(f"double *const {to.name(k)} = {to.memory[k]};")
        elif value.origin in (CONSTANT, OUTSIDE):
            numbers = ", ".join(map(literal, value.numbers))
            lines.append(f"static const double {to.name(k)}[] = {{{numbers}}};")
        elif value.size == 1:
            lines.append(f"const double {to.name(k)} = in[{value.which}][0];")
        else:
            lines.append(f"const double *const {to.name(k)} = in[{value.which}];")
    text += "\n".join(lines)
    unread = [x for x in ("in", "out", "work") if not re.search(rf"\b{x}\b", text)]
    return [*lines, *(f"(void){x};" for x in unread)]


# ---- Files ---------------------------------------------------------------------------------------


def check_name(name: object) -> None:
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        raise ValueError(f"to_c: a name of C is needed for the function, not {name!r}")
    if name in KEYWORDS or name.startswith(("cg_", "CG_", "_")):
        raise ValueError(f"to_c: {name!r} is a word of C or of cygrad; choose another name")


def put_both(
    folder: str | os.PathLike[str], name: str, header: str, code: str
) -> tuple[Path, Path]:
    """Write name.h and name.c into a folder; their paths."""
    paths = Path(folder) / f"{name}.h", Path(folder) / f"{name}.c"
    put(paths[0], header)
    put(paths[1], code)
    return paths


def put(path: Path, text: str) -> None:
    """Write a file that is there as a whole or not at all."""
    other = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with other.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        other.replace(path)
    except BaseException:
        other.unlink(missing_ok=True)
        raise
