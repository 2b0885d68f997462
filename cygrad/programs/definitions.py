"""The kernels' C, taken apart into definitions, and what of it the kernels of a program need.

kernels/*.h and the tables kernels.def and instructions.def are read as text, where a program is
written as C source (source.pyx). plain.h has what stands in place of their loops, routines.h what computes arrays: source computes
one number at a time, by the same functions, which give the same bits.
"""

from __future__ import annotations

import bz2
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

TABLES = ["kernels/kernels.def", "kernels/instructions.def"]
HEADERS = [
    *["scalar", "coefficients", "power_tables", "transcendental", "exponential", "trigonometric"],
    *["hyperbolic", "plane", "error_function", "powers", "pairs", "stirling", "densities"],
    *["logarithmic", "normal_coefficients", "normal_distribution", "normal_quantiles"],
    *["power_slopes", "gamma_coefficients", "gamma_function", "polygamma", "loops", "activations"],
]
# The files, in this order. In a wheel, all of them are in one that setup.py makes.
PACKED = "programs/kernels.bz2"
FILES = [
    "programs/plain.h",
    *[f"kernels/{name}.h" for name in HEADERS],
    "programs/routines.h",
]

# A kernel with such a thing in it is a function; the others are written where they are used.
CHOICE = re.compile(r"\?|\bt\b")
WORD = re.compile(r"\b[A-Za-z_]\w*")
CALL_OF_ONE = re.compile(r"\bONE\(")
CONSTANT = re.compile(r"\bc\[(\d)\]")
DIRECTIVE = re.compile(r"#(\\\n|[^\n])*")
BROKEN = re.compile(r"[ \t]*\\\n")
CALL = re.compile(r"(CG_[A-Z0-9_]+)\(")


class Definition(NamedTuple):
    """A macro, a table, a type or a function: its text, and the names that it defines."""

    text: str
    names: tuple[str, ...]


class Kernel(NamedTuple):
    """A kernel of numbers: its parameters, and what computes it of these."""

    parameters: tuple[str, ...]
    lines: tuple[str, ...]  # of a function; none: the result is written where it is used
    result: str


class Macro(NamedTuple):
    parameters: tuple[str, ...]
    body: str


# ---- Text ----------------------------------------------------------------------------------------


def texts() -> dict[str, str]:
    """The files by name, without comments."""
    folder = files("cygrad")
    if folder.joinpath(PACKED).is_file():
        return unpacked(folder.joinpath(PACKED).read_bytes())
    return {
        name: without_comments(folder.joinpath(name).read_text(encoding="utf-8"))
        for name in [*FILES, *TABLES]
    }


def packed(texts: dict[str, str]) -> bytes:
    return bz2.compress(json.dumps(texts).encode())


def unpacked(data: bytes) -> dict[str, str]:
    found: dict[str, str] = json.loads(bz2.decompress(data))
    return found


def plainly_named(text: str) -> str:
    """Functions without the name of an instruction set: CG_NAME(f) is cg_f."""
    text = re.sub(r"\bCG_NAME\((\w+)##(\w+)\)", r"cg_##\1##\2", text)
    return re.sub(r"\bCG_NAME\((\w+)\)", r"cg_\1", text)


def without_comments(text: str) -> str:
    return re.sub(r"[ \t]*(/\*.*?\*/|//[^\n]*)", "", text, flags=re.DOTALL)


def closing(text: str, start: int) -> int:
    """Where the parenthesis or brace that opens at `start` is closed."""
    depth = 0
    for k in range(start, len(text)):
        depth += (text[k] in "({[") - (text[k] in ")}]")
        if depth == 0:
            return k
    raise ValueError(f"unbalanced: {text[start : start + 40]!r}")


def arguments_of(text: str) -> list[str]:
    """What commas part, outside of parentheses."""
    parts, depth, start = [], 0, 0
    for k, letter in enumerate(text):
        depth += (letter in "({[") - (letter in ")}]")
        if letter == "," and depth == 0:
            parts.append(text[start:k])
            start = k + 1
    return [" ".join(part.split()) for part in [*parts, text[start:]]]


def replaced(text: str, values: dict[str, str]) -> str:
    """Words replaced."""
    return WORD.sub(lambda word: values.get(word[0], word[0]), text)


def expanded(macro: Macro, arguments: list[str]) -> str:
    body = replaced(macro.body, dict(zip(macro.parameters, arguments, strict=True)))
    return re.sub(r"\s*##\s*", "", body)


# ---- Definitions ---------------------------------------------------------------------------------


class Definitions:
    """All of them, in order; of a name that is found in two files, those of the first."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.macros: dict[str, Macro] = {}
        self.all: list[Definition] = []
        self.known: dict[str, list[int]] = {}
        for name in FILES:
            taken = set(self.known)
            for found in self.found_in(plainly_named(texts[name]), taken):
                for word in found.names:
                    self.known.setdefault(word, []).append(len(self.all))
                self.all.append(found)

    def found_in(self, text: str, taken: set[str]) -> Iterator[Definition]:
        at = 0
        while at < len(text):
            directive, call = DIRECTIVE.match(text, at), CALL.match(text, at)
            if text[at].isspace():
                at += 1
            elif directive:
                at = directive.end()
                yield from self.directive(BROKEN.sub("\n", directive[0]), taken)
            elif call:
                at = closing(text, call.end() - 1) + 1
                yield from self.called(call[1], text[call.end() : at - 1], taken)
            else:
                end = end_of(text, at)
                definition = Definition(text[at:end], names_of(text[at:end]))
                at = end
                if not taken.intersection(definition.names):
                    yield definition

    def called(self, name: str, arguments: str, taken: set[str]) -> Iterator[Definition]:
        """What a macro makes where it stands by itself."""
        if name in self.macros:
            yield from self.found_in(expanded(self.macros[name], arguments_of(arguments)), taken)

    def directive(self, text: str, taken: set[str]) -> Iterator[Definition]:
        """A macro; what chooses among compilers is in plain.h."""
        found = re.match(r"#define (\w+)(\([^)]*\))?\s*(.*)", text, re.DOTALL)
        if not found or found[1] in taken or found[1] == found[3]:
            return
        if found[2]:
            body = re.sub(r"^    ", "", found[3], flags=re.MULTILINE)
            self.macros[found[1]] = Macro(tuple(arguments_of(found[2][1:-1])), body)
        yield Definition(re.sub(r"\s*\n\s*", " ", text), (found[1],))

    def needed(self, text: str) -> list[Definition]:
        """What a text names, and what this names in turn, in order."""
        found: set[int] = set()
        waiting = [text]
        while waiting:
            for word in set(WORD.findall(waiting.pop())):
                for k in self.known.get(word, ()):
                    if k not in found:
                        found.add(k)
                        waiting.append(self.all[k].text)
        return [self.all[k] for k in sorted(found)]

    def alias(self, name: str) -> str:
        """The function that a macro such as CG_SIN stands for."""
        for k in self.known.get(name, ()):
            words = self.all[k].text.split()
            if words[0] == "#define" and len(words) == 3:
                return words[2]
        return name


def end_of(text: str, at: int) -> int:
    """Where a definition ends: a function with its brace, all else with a semicolon."""
    for k in range(at, len(text)):
        if text[k] == ";":
            return k + 1
        if text[k] == "{":
            end = closing(text, k) + 1
            is_function = text[:k].rstrip().endswith(")")
            return end if is_function else text.index(";", end) + 1
    raise ValueError(f"no end: {text[at : at + 40]!r}")


def names_of(text: str) -> tuple[str, ...]:
    if text.startswith("typedef"):
        return (WORD.findall(text)[-1],)
    if text.startswith("enum"):
        return tuple(re.findall(r"(\w+)\s*(?:=[^,}]*)?[,}]", text))
    head = text.split("{")[0]
    if head.rstrip().endswith("=") or text.endswith(";") and "=" in text:
        return tuple(re.findall(r"(\w+)(?:\[[^\]]*\])*\s*=", text))
    return tuple(re.findall(r"(\w+)\s*\(", head)[:1])


# ---- Kernels -------------------------------------------------------------------------------------


class Kernels:
    """The lines of kernels.def and instructions.def, as functions of numbers."""

    def __init__(self) -> None:
        read = texts()
        self.definitions = Definitions(read)
        self.made: dict[str, Kernel] = {}
        self.rows: dict[str, list[str]] = {}
        for table in TABLES:
            for row in rows_of(plainly_named(read[table])):
                self.enter(row)

    def enter(self, row: list[str]) -> None:
        kind, name = row[:2]
        if kind in ("FUSES", "GRADIENT_PASS", "ADDING"):
            return
        if kind.startswith("GRADIENT"):
            name = f"G_{row[1]}_{row[2]}"
        elif kind == "FUNCTION":
            row = ["FUNCTION", name, "X"]
        self.rows[name] = row

    def of(self, name: str) -> Kernel:
        if name not in self.made:
            self.made[name] = self.make(*self.rows[name])
        return self.made[name]

    def make(self, kind: str, name: str, *rest: str) -> Kernel:
        if kind.startswith("GRADIENT"):
            of, (_by, reads, *told) = self.rows[name][2], rest
        else:
            reads, *told = rest
            of = reads
        parameters = letters(reads) + constants(of)
        kind = kind.removeprefix("GRADIENT").removeprefix("FORWARD").lstrip("_")
        if kind == "FUNCTION":
            return Kernel(parameters, (), f"{self.function(name)}(x)")
        if kind == "PAIR":
            return Kernel((*parameters, "second"), (), f"{told[0]}({told[1]}, second)")
        if kind == "BY":
            slope = self.applied(told[0], [*parameters[1:]])
            return Kernel(parameters, (), f"g * ({slope})")
        lines: tuple[str, ...] = ()
        if kind == "OF":
            lines = (f"const double t = {self.function(told[0])}({parameters[1]});",)
        elif kind == "AT":
            lines = (f"const double t = {self.function(told[0])}({told[1]});",)
        elif kind == "AT2":
            both = self.definitions.alias(f"CG_{told[0]}_ONE")
            lines = (f"const double t = {both}({told[1]}, {told[2]});",)
        elif kind == "IF":
            lines = (
                f"if (!({told[0]}))",
                f"    return {told[3]};",
                f"const double t = {self.function('EXP')}({told[1]});",
            )
        result = told[2] if kind == "IF" else told[-1]
        result = CONSTANT.sub(r"c\1", self.with_ones(result))
        lines = tuple(CONSTANT.sub(r"c\1", line) for line in lines)
        if lines or CHOICE.search(result):
            unread = set(parameters) - set(WORD.findall(" ".join([*lines, result])))
            voids = tuple(f"(void){p};" for p in parameters if p in unread)
            return Kernel(parameters, (*voids, *lines, f"return {result};"), "")
        return Kernel(parameters, (), result)

    def function(self, name: str) -> str:
        """The function of a number that an array function of that name computes."""
        array = self.definitions.alias(f"CG_{name}")
        return f"{array}_any" if f"{array}_any" in self.definitions.known else f"{array}_number"

    def with_ones(self, text: str) -> str:
        """Kernels of numbers in place of ONE(kernel, ...)."""
        found = CALL_OF_ONE.search(text)
        while found:
            end = closing(text, found.end() - 1)
            name, *arguments = arguments_of(text[found.end() : end])
            inner = self.applied(name, [self.operand(a) for a in arguments])
            if found.start() > 0 or end < len(text) - 1:
                inner = f"({inner})"
            text = f"{text[: found.start()]}{inner}{text[end + 1 :]}"
            found = CALL_OF_ONE.search(text)
        return text

    def operand(self, text: str) -> str:
        text = self.with_ones(text)
        return text if text.isidentifier() else f"({text})"

    def applied(self, name: str, arguments: list[str]) -> str:
        """The kernel of these numbers, as an expression."""
        kernel = self.of(name)
        if kernel.lines:
            return f"cg_kernel_{name.lower()}({', '.join(arguments)})"
        return replaced(kernel.result, dict(zip(kernel.parameters, arguments, strict=True)))

    def written(self, text: str) -> str:
        """The definitions that a text of expressions needs, as text."""
        functions: dict[str, str] = {}
        self.collect(text, functions)
        kernels = "\n".join(functions.values())
        wrappers = [
            f"static double {name}_number(double x)\n{{\n    {name}(&x, &x, 1);\n    return x;\n}}\n"
            for name in sorted(set(re.findall(r"\b(cg_\w+)_number\b", kernels + text)))
        ]
        needed = self.definitions.needed("\n".join([text, kernels, *wrappers]))
        return "\n".join([*(spaced(d.text) for d in needed), *wrappers, kernels])

    def collect(self, text: str, functions: dict[str, str]) -> None:
        """Kernels that are called by the text, those that they call before them."""
        by_call = {f"cg_kernel_{name.lower()}": name for name in self.rows}
        for word in re.findall(r"\bcg_kernel_\w+", text):
            name = by_call[word]
            if name not in functions:
                kernel = self.of(name)
                self.collect("\n".join(kernel.lines), functions)
                given = ", ".join(f"double {p}" for p in kernel.parameters)
                body = "\n".join(f"    {line}" for line in kernel.lines)
                functions[name] = f"static inline double {word}({given})\n{{\n{body}\n}}\n"


def spaced(text: str) -> str:
    return text if text.startswith("#define") else f"{text}\n"


def letters(reads: str) -> tuple[str, ...]:
    return () if reads == "NONE" else tuple(reads.replace("C", "").lower())


def constants(reads: str) -> tuple[str, ...]:
    return tuple(f"c{k}" for k in range(reads.count("C")))


def rows_of(text: str) -> Iterator[list[str]]:
    text = re.sub(r"^#(\\\n|[^\n])*", "", text, flags=re.MULTILINE)
    for found in re.finditer(r"^([A-Z_0-9]+)\(", text, re.MULTILINE):
        end = closing(text, found.end() - 1)
        yield [found[1], *arguments_of(text[found.end() : end])]


READ: list[Kernels] = []


def kernels() -> Kernels:
    """They are read when a program is first written."""
    if not READ:
        READ.append(Kernels())
    return READ[0]
