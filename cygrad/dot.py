"""Pictures of graphs: DOT text, files by way of Graphviz, and display in notebooks.

`graph` gives the text, `render` writes a file, `Picture` shows itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cygrad import elsewhere
from cygrad.core.variable import Variable
from cygrad.core.walk import functions_behind

if TYPE_CHECKING:
    from cygrad.core.function import Function

__all__ = ["Picture", "graph", "render"]

if not TYPE_CHECKING:  # a name that does not exist is an error for type checkers too
    __getattr__, __dir__ = elsewhere.of_module(__name__)

TEXT = (".dot", ".gv")
DRAWN = (".svg", ".png", ".pdf")
MALFORMED = ("Cc", "Cn", "Cs")  # Unicode categories
ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "&": "&amp;"})


def graph(y: Variable | Iterable[Variable], verbose: bool = False) -> str:
    """The graph behind a variable as text in Graphviz's DOT language.

    Parameters
    ----------
    y : Variable or iterable of Variable
        The end of the graph, or several; a gradient made with ``create_graph=True`` as well.
    verbose : bool, default False
        Show the shape and the generation of each variable below its name.

    Returns
    -------
    str
        Variables are orange, those that require no gradient gray; functions are blue boxes. The
        same graph gives the same text.

    Raises
    ------
    TypeError
        If y is something else.
    ValueError
        If it has no variable in it.

    Notes
    -----
    What a Function computed and nobody holds any more is left out. Numbers beside a variable, as
    in ``x * 2``, are constants of the function and no variables.

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.dot import graph
    >>> x = cg.Variable(2.0, name="x")
    >>> print(graph(x * x, verbose=True))
    digraph g {
      n0 [label="()\\ngeneration 1", color=orange, style=filled]
      n1 [label="Mul", color=lightblue, style=filled, shape=box]
      n1 -> n0
      n2 [label="x\\n()\\ngeneration 0", color=orange, style=filled]
      n2 -> n1
      n2 -> n1
    }
    <BLANKLINE>
    """
    ends = [y] if isinstance(y, Variable) else _variables(y)
    ids: dict[int, str] = {}
    held: list[Variable | Function] = []  # as long as an id of theirs is in use
    lines = ["digraph g {"]

    def node(thing: Variable | Function) -> str:
        """Its name in the text; a line for it when it comes first."""
        if id(thing) not in ids:
            ids[id(thing)] = f"n{len(ids)}"
            held.append(thing)
            look = _look(thing, verbose)
            lines.append(f"  {ids[id(thing)]} [{look}]")
        return ids[id(thing)]

    for end in ends:
        node(end)
    for f in functions_behind(ends):
        node(f)
        for output in f.outputs:
            if output is not None:
                head = node(output)
                lines.append(f"  {node(f)} -> {head}")
        for x in f.inputs:
            tail = node(x)
            lines.append(f"  {tail} -> {node(f)}")
    return "\n".join([*lines, "}", ""])


def render(
    y: Variable | Iterable[Variable], path: str | os.PathLike[str], verbose: bool = False
) -> None:
    """Draw the graph behind a variable into a file; needs Graphviz, but for ``.dot`` and ``.gv``.

    Parameters
    ----------
    y : Variable or iterable of Variable
    path : str or path-like
        Its suffix decides: ``.svg``, ``.png``, ``.pdf`` are pictures, ``.dot`` and ``.gv`` the text
        that `graph` gives. A file that is there is replaced once the new one is complete.
    verbose : bool, default False
        As for `graph`.

    Raises
    ------
    ValueError
        If the suffix is another.
    RuntimeError
        If Graphviz is not installed, or fails.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import cygrad as cg
    >>> import cygrad.functions as F
    >>> from cygrad.dot import render
    >>> y = F.sin(cg.Variable(1.0, name="x"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     render(y, Path(folder) / "sin.dot")
    ...     print(Path(folder, "sin.dot").read_text().splitlines()[0])
    digraph g {
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (*TEXT, *DRAWN):
        raise ValueError(
            f"render: the suffix of {str(path)!r} must be one of {', '.join((*DRAWN, *TEXT))}"
        )
    if not path.parent.is_dir():
        raise FileNotFoundError(f"render: there is no folder {str(path.parent)!r}")
    text = graph(y, verbose)
    content = text.encode() if suffix in TEXT else _draw(text, suffix[1:])
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class Picture:
    """The graph behind a variable, which a notebook shows as a picture.

    It is taken when it is made; what becomes of the graph later does not matter. Without Graphviz,
    the DOT text is shown, which is also its `str`.

    Parameters
    ----------
    y : Variable or iterable of Variable
    verbose : bool, default False
        As for `graph`.

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.dot import Picture
    >>> Picture(cg.Variable(1.0, name="x"))
    digraph g {
      n0 [label="x", color=orange, style=filled]
    }
    <BLANKLINE>
    """

    def __init__(self, y: Variable | Iterable[Variable], verbose: bool = False) -> None:
        self._text = graph(y, verbose)

    def __repr__(self) -> str:
        return self._text

    def _repr_svg_(self) -> str | None:
        """For notebooks; None, and they show the repr, where there is no Graphviz."""
        if shutil.which("dot") is None:
            return None
        return _draw(self._text, "svg").decode()


def _variables(ys: Iterable[Variable]) -> list[Variable]:
    try:
        ends = list(ys)
    except TypeError:
        ends = [ys]  # type: ignore[list-item]
    for end in ends:
        if not isinstance(end, Variable):
            raise TypeError(f"graph: of a Variable or several, not of {type(end).__name__}")
    if not ends:
        raise ValueError("graph: no variables given")
    return ends


def _look(thing: Variable | Function, verbose: bool) -> str:
    """The attributes of a node."""
    if not isinstance(thing, Variable):
        # A class of the user's may have a `name` of its own, of any kind.
        return f'label="{_escape(str(thing.name))}", color=lightblue, style=filled, shape=box'
    lines = [] if thing.name is None else [thing.name]
    if verbose:
        lines += [str(thing.shape), f"generation {thing.generation}"]
    label = _escape("\n".join(lines))
    color = "orange" if thing.requires_grad else "lightgray"
    return f'label="{label}", color={color}, style=filled'


def _escape(label: str) -> str:
    r"""A label as it stands between quotes, shown literally.

    Graphviz reads escapes such as \N or \l and entities such as &lt; in labels. Control characters,
    surrogates and what is no character would make the text or an SVG malformed; they are shown as
    Python's escapes.
    """
    lines = [
        "".join(
            c.encode("unicode_escape").decode() if unicodedata.category(c) in MALFORMED else c
            for c in line
        )
        for line in label.split("\n")
    ]
    return "\\n".join(line.translate(ESCAPES) for line in lines)


def _draw(text: str, form: str) -> bytes:
    """A picture of DOT text, by Graphviz's program."""
    program = shutil.which("dot")
    if program is None:
        raise RuntimeError(
            "drawing a graph needs Graphviz, whose program 'dot' was not found: apt install "
            "graphviz, brew install graphviz, or conda install graphviz. A file .dot needs none"
        )
    drawn = subprocess.run(
        [program, f"-T{form}"], input=text.encode(), capture_output=True, check=False
    )
    if drawn.returncode != 0 or not drawn.stdout:
        said = drawn.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"Graphviz failed with exit code {drawn.returncode}: {said}")
    return drawn.stdout
