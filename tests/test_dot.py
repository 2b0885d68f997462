"""Pictures of graphs: the text, and drawing by a Graphviz that is there, missing, or broken."""

import gc
import re
import shutil
import stat
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.dot import Picture, graph, render

# ---- The text ---------------------------------------------------------------------------------


def nodes(text: str) -> dict[str, str]:
    """The label of each node."""
    found = re.findall(r'^  (n\d+) \[label="((?:[^"\\]|\\.)*)", color=', text, re.MULTILINE)
    assert len(found) == len(dict(found))  # each once
    return dict(found)


def edges(text: str) -> list[tuple[str, str]]:
    """The edges, as labels."""
    labels = nodes(text)
    found = re.findall(r"^  (n\d+) -> (n\d+)$", text, re.MULTILINE)
    assert len(labels) + len(found) == len(text.splitlines()) - 2
    return sorted((labels[a], labels[b]) for a, b in found)


def named(name: str, y: cg.Variable) -> cg.Variable:
    y.name = name
    return y


def test_a_shared_node_comes_once() -> None:
    x = cg.Variable(1.0, name="x")
    a = named("a", F.sin(x))
    b = named("b", F.exp(a))
    c = named("c", F.cos(a))
    y = named("y", b + c)
    text = graph(y)
    assert text.startswith("digraph g {\n")
    assert text.endswith("\n}\n")
    assert sorted(nodes(text).values()) == ["Add", "Cos", "Exp", "Sin", "a", "b", "c", "x", "y"]
    assert edges(text) == sorted(
        [
            ("x", "Sin"),
            ("Sin", "a"),
            ("a", "Exp"),
            ("Exp", "b"),
            ("a", "Cos"),
            ("Cos", "c"),
            ("b", "Add"),
            ("c", "Add"),
            ("Add", "y"),
        ]
    )


def test_a_leaf() -> None:
    assert graph(cg.Variable(1.0)) == (
        'digraph g {\n  n0 [label="", color=orange, style=filled]\n}\n'
    )


def test_colors() -> None:
    c = cg.Variable(2.0, name="c", requires_grad=False)
    text = graph(named("y", cg.Variable(1.0, name="x") * c))
    assert '[label="y", color=orange, style=filled]' in text
    assert '[label="c", color=lightgray, style=filled]' in text
    assert '[label="Mul", color=lightblue, style=filled, shape=box]' in text


def test_verbose() -> None:
    y = named("y", F.sin(cg.zeros(2, 3)))
    assert set(nodes(graph(y, verbose=True)).values()) == {
        r"y\n(2, 3)\ngeneration 1",
        r"(2, 3)\ngeneration 0",
        "Sin",
    }


def test_the_graph_of_a_gradient() -> None:
    x = cg.Variable(1.0, name="x")
    y = named("y", F.tanh(x))
    y.backward(create_graph=True)
    assert x.grad is not None
    gx = named("gx", x.grad)
    text = graph(gx)
    assert ("x", "Tanh") in edges(text)
    assert ("Mul", "gx") in edges(text)
    assert nodes(text)["n0"] == "gx"


def test_several_ends() -> None:
    x = cg.Variable(1.0, name="x")
    y, z = named("y", F.sin(x)), named("z", F.cos(x))
    assert edges(graph([y, z, y])) == [("Cos", "z"), ("Sin", "y"), ("x", "Cos"), ("x", "Sin")]
    assert graph(v for v in (y, z)) == graph((y, z))


class Both(cg.Function):
    def forward(self, x: Any) -> tuple[Any, Any]:
        return np.sin(x), np.cos(x)


def test_several_outputs_and_those_that_live_no_longer() -> None:
    x = cg.Variable(1.0, name="x")
    y, z = Both()(x)
    y.name, z.name = "y", "z"
    assert edges(graph(y)) == [("Both", "y"), ("Both", "z"), ("x", "Both")]
    del z
    gc.collect()
    assert edges(graph(y)) == [("Both", "y"), ("x", "Both")]


def test_the_same_graph_gives_the_same_text() -> None:
    def text() -> str:
        x, w = cg.Variable(1.0, name="x"), cg.Variable(2.0)
        y = F.tanh(x * w + x) * F.split(cg.zeros(3), [1, 2])[0]
        y.backward(create_graph=True)
        assert x.grad is not None
        return graph([y, x.grad], verbose=True)

    assert text() == text()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ('a"b', r"a\"b"),
        ("back\\slash\\", r"back\\slash\\"),
        ("\\N", r"\\N"),
        ("two\nlines", r"two\nlines"),
        ("<b>x</b>", "<b>x</b>"),
        ("&lt;", "&amp;lt;"),
        ("\u6f22\u00e9\U0001f600", "\u6f22\u00e9\U0001f600"),
        ("nul\0tab\t", r"nul\\x00tab\\t"),
        ("\ud800", r"\\ud800"),
        ("", ""),
    ],
)
def test_names_are_shown_literally(name: str, label: str) -> None:
    text = graph(cg.Variable(1.0, name=name))
    assert f'  n0 [label="{label}", color=orange, style=filled]\n' in text
    assert len(text.splitlines()) == 3
    assert text.encode()


def test_names_of_classes_are_escaped() -> None:
    kind = type('Quote"d', (Both,), {"name": 'own"name'})
    y, _ = kind()(cg.Variable(1.0))
    assert r'[label="own\"name", color=lightblue' in graph(y)


def test_a_long_chain(in_small_stack: Callable[[Callable[[], None]], None]) -> None:
    def run() -> None:
        y = x = cg.Variable(1.0, name="x")
        for _ in range(100_000):
            y = F.sin(y)
        assert graph(y).count("->") == 200_000
        assert x.grad is None

    in_small_stack(run)


def test_wrong_ends() -> None:
    with pytest.raises(TypeError, match="not of float"):
        graph(1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not of NoneType"):
        graph([cg.Variable(1.0).grad])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="no variables"):
        graph([])


# ---- Files ------------------------------------------------------------------------------------


def program(folder: Path, source: str) -> None:
    """A program named dot, in Python."""
    path = folder / "dot"
    path.write_text(f"#!{sys.executable}\nimport sys\ntext = sys.stdin.buffer.read()\n{source}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, the only one on PATH."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def y() -> cg.Variable:
    return named("\u6f22", F.sin(cg.Variable(1.0, name="x")))


ECHO = "sys.stdout.buffer.write(' '.join(sys.argv[1:]).encode() + b'\\n' + text)"
FAIL = "sys.stdout.write('half'); sys.stdout.flush(); sys.exit('syntax error in line 1')"


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "SVG"])
def test_render_runs_dot(tools: Path, tmp_path: Path, y: cg.Variable, suffix: str) -> None:
    program(tools, ECHO)
    path = tmp_path / f"it's a; $(name).{suffix}"
    path.write_text("before")
    render(y, str(path), verbose=True)
    assert path.read_text("utf-8") == f"-T{suffix.lower()}\n" + graph(y, verbose=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, "tools"]


@pytest.mark.parametrize("suffix", ["dot", "gv"])
def test_render_text_needs_no_graphviz(
    tools: Path, tmp_path: Path, y: cg.Variable, suffix: str
) -> None:
    render(y, tmp_path / f"a.{suffix}")
    assert (tmp_path / f"a.{suffix}").read_text("utf-8") == graph(y)


def test_render_without_graphviz(tools: Path, tmp_path: Path, y: cg.Variable) -> None:
    path = tmp_path / "a.svg"
    path.write_text("before")
    with pytest.raises(
        RuntimeError, match=r"apt install\s+graphviz, brew install graphviz, or conda"
    ):
        render(y, path)
    assert path.read_text() == "before"


def test_render_when_graphviz_fails(tools: Path, tmp_path: Path, y: cg.Variable) -> None:
    program(tools, FAIL)
    with pytest.raises(RuntimeError, match="exit code 1: syntax error in line 1"):
        render(y, tmp_path / "a.svg")
    program(tools, "")
    with pytest.raises(RuntimeError, match="exit code 0"):
        render(y, tmp_path / "a.svg")
    assert [p.name for p in tmp_path.iterdir()] == ["tools"]


def test_render_leaves_no_half_of_a_file(tools: Path, tmp_path: Path, y: cg.Variable) -> None:
    (tmp_path / "a.dot").mkdir()  # in the way
    with pytest.raises(OSError):
        render(y, tmp_path / "a.dot")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.dot", "tools"]
    assert list((tmp_path / "a.dot").iterdir()) == []


def test_wrong_paths(tools: Path, tmp_path: Path, y: cg.Variable) -> None:
    for name in ("a", "a.jpg", "a.svg.txt", ".svg"):
        with pytest.raises(ValueError, match=r"must be one of \.svg, \.png, \.pdf, \.dot, \.gv"):
            render(y, tmp_path / name)
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        render(y, tmp_path / "nowhere" / "a.svg")


def test_picture(tools: Path, y: cg.Variable) -> None:
    text = graph(y, verbose=True)
    picture = Picture(y, verbose=True)
    y.unchain()
    assert repr(picture) == str(picture) == text
    assert picture._repr_svg_() is None
    program(tools, ECHO)
    assert picture._repr_svg_() == "-Tsvg\n" + text


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_the_real_graphviz(tmp_path: Path) -> None:
    names = ['a"b', "back\\slash\\", "\\N", "<b>x</b>", "&lt;", "\u6f22\u00e9", "nul\0", "\ud800"]
    xs = [cg.Variable(1.0, name=name) for name in names]
    y = named("two\nlines", F.sum(F.stack(xs)))
    render(y, tmp_path / "a.svg")
    shown = {t.text for t in ET.parse(tmp_path / "a.svg").iter("{http://www.w3.org/2000/svg}text")}
    assert {*names[:6], "nul\\x00", "\\ud800", "two", "lines", "Sum"} <= shown
    for suffix, start in (("png", b"\x89PNG"), ("pdf", b"%PDF")):
        render(y, tmp_path / f"a.{suffix}", verbose=True)
        assert (tmp_path / f"a.{suffix}").read_bytes().startswith(start)
    picture = Picture(y)._repr_svg_()
    assert picture is not None and "</svg>" in picture


def test_the_picture_of_the_guide_is_of_this_graph() -> None:
    x = cg.Variable(1.0, name="x")
    y = named("y", F.tanh(x))
    y.backward(create_graph=True)
    text = graph(named("gx", x.grad))
    drawn = ET.parse(Path(cg.__file__).parent / "guides" / "tanh.svg")
    svg = "{http://www.w3.org/2000/svg}"
    labels = dict(re.findall(r'^  (n\d+) \[label="(.*?)"', text, re.MULTILINE))
    edges = [line.replace(" ", "") for line in re.findall(r"n\d+ -> n\d+", text)]
    shown = {g.findtext(f"{svg}title"): g.findtext(f"{svg}text", "") for g in drawn.iter(f"{svg}g")}
    assert {name: shown[name] for name in labels} == labels
    assert sorted(str(t.text) for t in drawn.iter(f"{svg}title")) == sorted(["g", *labels, *edges])
