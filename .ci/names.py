#!/usr/bin/env python3
"""Put the names of new functions of cygrad/functions where they have to stand. `.ci/build` begins with this.

A function that has been written into the file of a family gets its name into families.py, from which
it is found, into the lists for readers, and its line into the stub if its parameters are those of an
elementwise operation. In each it comes beside the function that is beside it in its file. A name that
is there already stays where it is, so a person may move it to where a reader would look.

With --check nothing is written, and what is missing is an error.
"""

import ast
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ROOT / "cygrad" / "functions"
STUBS = ROOT / "stubs" / "cygrad" / "functions"
TABLE = FUNCTIONS / "families.py"
DOCSTRING = FUNCTIONS / "__init__.py"
GUIDE = ROOT / "cygrad" / "guides" / "names.md"

# Of operations that are elementwise, and what a type checker reads of them.
PLAIN = {"x": "x: _ArrayLike", "a, b": "a: _ArrayLike, b: _ArrayLike"}

WIDTH = 100


# ---- What there is ----------------------------------------------------------------------------


def signatures(source: Path) -> dict[str, str]:
    """The functions of a file that are not private, in its order, with their parameters."""
    found = re.findall(r"^def ([a-z]\w*)\(([^)]*)\)", source.read_text("utf-8"), re.MULTILINE)
    return dict(found)


def assigned(file: Path) -> dict[str, ast.expr]:
    nodes = ast.parse(file.read_text("utf-8")).body
    return {
        node.targets[0].id: node.value
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def public(family: str) -> list[str]:
    """The functions of a family, in the order of its file."""
    source = FUNCTIONS / f"{family}.pyx"
    if source.exists():
        return [*signatures(source), *[n for n in assigned(stub_of(family)) if n[0] != "_"]]
    source = source.with_suffix(".py")
    chosen = assigned(source).get("__all__")
    names = list(signatures(source))
    return names if chosen is None else [n for n in names if n in ast.literal_eval(chosen)]


def stub_of(family: str) -> Path:
    return STUBS / f"{family}.pyi"


def beside(name: str, order: list[str], there: set[str]) -> tuple[str, bool] | None:
    """Of those that are there, the next one before it and True, or else after it and False."""
    at = order.index(name)
    before = [(other, True) for other in reversed(order[:at])]
    after = [(other, False) for other in order[at + 1 :]]
    return next((pair for pair in before + after if pair[0] in there), None)


# ---- Where the names stand --------------------------------------------------------------------


def stub_with(text: str, name: str, parameters: str, order: list[str]) -> str:
    """The stub with a line for an elementwise function."""
    line = f"def {name}({PLAIN[parameters]}) -> Variable: ...\n"
    there = set(re.findall(r"^def (\w+)\(", text, re.MULTILINE))
    pair = beside(name, order, there)
    if pair is None:
        return text + line
    definition = re.search(rf"^def {pair[0]}\(.*?: \.\.\.\n", text, re.MULTILINE | re.DOTALL)
    assert definition is not None
    at = definition.end() if pair[1] else definition.start()
    return text[:at] + line + text[at:]


def table_of(families: list[str]) -> str:
    lines = []
    for family in families:
        line = f'    "{family}": "{" ".join(sorted(public(family)))}",'
        pieces = [line] if len(line) <= WIDTH else textwrap.wrap(line, WIDTH - 2)
        lines += [' "\n    "'.join(piece.strip() for piece in pieces)]
    return "".join(f"    {line}\n" for line in lines)


def in_docstring(bullet: str) -> list[re.Match[str]]:
    """The names in a bullet, and other words of it."""
    return [*re.finditer(r"\w+(?=[,.;) ])", bullet)]


def in_guide(bullet: str) -> list[re.Match[str]]:
    """The names in a bullet: those between backquotes, where F. comes first."""
    word = re.compile(r"\w+")
    spans = [found.span(1) for found in re.finditer(r"`F\.([^`]*)`", bullet)]
    return [name for start, end in spans for name in word.finditer(bullet, start, end)]


Reader = Callable[[str], list[re.Match[str]]]


def list_with(
    text: str, name: str, order: list[str], names_in: Reader, *, mark: str, width: int
) -> str:
    """A list of bullets with the name in it, if it has one of the family; `mark` is between two."""
    where = {
        found[0]: (bullet, found)
        for bullet in re.findall(r"^- .*\n(?:  .*\n)*", text, re.MULTILINE)
        for found in names_in(bullet)
    }
    pair = beside(name, order, set(where))
    if name in where or pair is None:
        return text
    bullet, found = where[pair[0]]
    both = f"{found[0]}{mark}{name}" if pair[1] else f"{name}{mark}{found[0]}"
    longer = bullet[: found.start()] + both + bullet[found.end() :]
    lines = textwrap.wrap(
        " ".join(longer.split()),
        width,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return text.replace(bullet, "".join(f"{line}\n" for line in lines))


# ---- All of it --------------------------------------------------------------------------------


def cut(text: str, start: str, end: str) -> tuple[str, str, str]:
    before, head, rest = text.partition(start)
    inside, tail, after = rest.partition(end)
    return before + head, inside, tail + after


def check_stub(stub: str, family: str) -> str:
    """The stub with the elementwise functions that it has not; of others, say so."""
    order = public(family)
    for name, parameters in signatures(FUNCTIONS / f"{family}.pyx").items():
        if f"def {name}(" in stub:
            continue
        if parameters in PLAIN:
            stub = stub_with(stub, name, parameters, order)
        else:
            print(f"stubs/cygrad/functions/{family}.pyi wants {name}({parameters}), with its types")
    return stub


def written() -> dict[Path, str]:
    """The files as they should be."""
    families: list[str] = list(ast.literal_eval(assigned(TABLE)["FUNCTIONS"]))
    texts = {file: file.read_text("utf-8") for file in (TABLE, DOCSTRING, GUIDE)}
    before, _, after = cut(texts[TABLE], "FUNCTIONS = {\n", "}\n")
    texts[TABLE] = before + table_of(families) + after
    for family in families:
        order, stub = public(family), stub_of(family)
        if stub.exists():
            texts[stub] = check_stub(stub.read_text("utf-8"), family)
        for name in order:
            before, inside, after = cut(texts[DOCSTRING], '"""', '"""')
            inside = list_with(inside, name, order, in_docstring, mark=", ", width=WIDTH)
            texts[DOCSTRING] = before + inside + after
            before, inside, after = cut(texts[GUIDE], "## Operations\n", "\n## ")
            inside = list_with(inside, name, order, in_guide, mark=" ", width=120)
            texts[GUIDE] = before + inside + after
    return texts


def main(arguments: list[str]) -> int:
    changed = {p: t for p, t in written().items() if p.read_text("utf-8") != t}
    for path, text in changed.items():
        print(f"{path.relative_to(ROOT)}: {'wants' if arguments else 'has got'} new names")
        if not arguments:
            path.write_text(text, "utf-8")
    return 1 if arguments and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
