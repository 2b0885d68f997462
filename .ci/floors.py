#!/usr/bin/env python3
"""The library's modules stand on floors, and import from below: none from above, none in a circle.

    .ci/floors.py [folder of the sources]

Imports and cimports count alike. An import inside a function is none up the floors either, unless
LATER names it; but it makes no circle, as it is there to have none. What is for type checkers alone,
and that a module's own package is imported before it, does not count.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# From the ground up: packages and modules of cygrad, with all that is in them.
FLOORS = [
    "_cython _version elsewhere",
    "kernels",
    "core",
    "functions",
    "programs",
    "transforms linalg special",
    "stats layers optimizers data datasets",
    "abi dot hooks interface ipopt methods models numerical numpy_forms numpy_protocol optimize",
    "cygrad",
    "commands __main__",
]

# The one circle: the types that a graph is made of.
CIRCLE = {
    f"cygrad.core.{name}"
    for name in [
        *["anomaly", "arrays", "backward", "buffers", "changes", "function", "history", "journal"],
        *["lifetime", "losing", "operators", "repetition", "reshaping", "tape", "variable"],
    ]
}

# Imports inside functions that lead up the floors: what is loaded when it is first asked for.
LATER: set[tuple[str, str]] = set()

DOCSTRING = re.compile(r'"""(?:.|\n)*?"""')
FOR_CHECKERS = re.compile(r"^( *)if TYPE_CHECKING:\n(?:\1 +.*\n|\n)+", re.MULTILINE)
NAMES = r"\([^)]*\)|[^\n(]+"
IMPORT = re.compile(
    rf"^( *)(?:from (cygrad[\w.]*) c?import ({NAMES})|c?import (cygrad[\w.]*))", re.MULTILINE
)


class Arrow(NamedTuple):
    source: str
    target: str
    inside: bool  # inside a function


def modules_in(root: Path) -> dict[str, list[Path]]:
    """The files of each module: .py, .pyx, .pxd."""
    modules: dict[str, list[Path]] = {}
    for path in sorted((root / "cygrad").glob("**/*")):
        if path.suffix in (".py", ".pyx", ".pxd"):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            modules.setdefault(name.removesuffix(".__init__"), []).append(path)
    return modules


def names_in(text: str) -> Iterator[str]:
    """The names of `from x import (a, b as c)`."""
    for part in re.sub(r"#.*", "", text).strip("() \n").split(","):
        if part.strip():
            yield part.split()[0]


def arrows_in(modules: dict[str, list[Path]]) -> Iterator[Arrow]:
    """Who imports whom."""
    for source, paths in modules.items():
        for path in paths:
            text = DOCSTRING.sub("", path.read_text(encoding="utf-8"))
            for found in IMPORT.finditer(FOR_CHECKERS.sub("", text)):
                indent, package, names, whole = found.groups()
                targets = [whole] if whole else []
                for name in names_in(names or ""):
                    module = f"{package}.{name}"
                    targets.append(module if module in modules else package)
                for target in targets:
                    if target in modules and target != source:
                        yield Arrow(source, target, bool(indent))


def floor_of(module: str) -> int:
    """How high a module stands."""
    top = module.split(".")[1] if "." in module else module
    for height, names in enumerate(FLOORS):
        if top in names.split():
            return height
    raise SystemExit(f"{module} stands on no floor: write {top} into FLOORS")


def circles(modules: dict[str, list[Path]], arrows: set[Arrow]) -> list[set[str]]:
    """The modules that can be reached from each other; each such set once."""
    above: dict[str, set[str]] = {module: set() for module in modules}
    for arrow in arrows:
        if not arrow.inside:
            above[arrow.source].add(arrow.target)
    reached = {module: reachable(module, above) for module in modules}
    found: list[set[str]] = []
    for module in modules:
        circle = {other for other in reached[module] if module in reached[other]}
        if circle and circle not in found:
            found.append(circle)
    return found


def reachable(start: str, above: dict[str, set[str]]) -> set[str]:
    """The modules that one or more arrows lead to."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for target in above[waiting.pop()] - seen:
            seen.add(target)
            waiting.append(target)
    return seen


def complaints(root: Path) -> list[str]:
    """What is wrong, a line each."""
    modules = modules_in(root)
    arrows = set(arrows_in(modules))
    lines = []
    for source, target, inside in sorted(arrows):
        if floor_of(source) < floor_of(target) and not (inside and (source, target) in LATER):
            lines.append(f"up: {source} imports {target}")
    for circle in circles(modules, arrows):
        if not circle <= CIRCLE:
            lines.append(f"in a circle: {', '.join(sorted(circle))}")
    used = {(source, target) for source, target, inside in arrows if inside}
    lines += [f"LATER names what is not: {source}, {target}" for source, target in LATER - used]
    return lines


if __name__ == "__main__":
    wrong = complaints(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent))
    print("\n".join(wrong) or "no import leads up the floors, or in a circle")
    sys.exit(bool(wrong))
