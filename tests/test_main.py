"""The commands, as a user runs them: output, exit codes, errors."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.__main__ import main
from cygrad.commands import COMMANDS, check
from cygrad.commands.demo import demo
from cygrad.dot import graph

PYTHON = [sys.executable, "-P"]


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)} | more


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PYTHON, "-m", "cygrad", *arguments],
        env=environment(**more),
        capture_output=True,
        check=False,
        text=True,
    )


# ---- demo -------------------------------------------------------------------------------------


def test_demo_learns_the_digits() -> None:
    result = run("demo")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.split("\n")
    losses = [float(line.split()[-1]) for line in lines if "loss" in line]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] < 2.3
    assert losses[-1] < 0.1
    assert "accuracy on held-out digits 9" in result.stdout
    assert "\r" not in result.stdout  # the progress line is for a terminal


def test_demo_accuracy(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo() > 0.97
    assert " s\n" in capsys.readouterr().out


# ---- dot --------------------------------------------------------------------------------------


def test_dot_prints_the_graph_of_a_derivative() -> None:
    x = cg.Variable(0.5, name="x")
    y = F.tanh(x)
    y.name = "y"
    y.backward(create_graph=True)
    gx = x.grad
    assert gx is not None
    gx.name = "gx1"
    result = run("dot")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == graph(gx)
    assert run("dot", "--verbose").stdout == graph(gx, verbose=True)
    assert run("dot", "--func", "tanh", "--order", "0").stdout == graph(y)


def test_dot_of_higher_order(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = []
    for order in ("1", "2", "3"):
        assert main(["dot", "--order", order]) == 0
        text = capsys.readouterr().out
        assert f'label="gx{order}"' in text
        assert text.count('label="x"') == 1
        sizes.append(text.count("->"))
    assert sizes == sorted(sizes)


def test_dot_writes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dot", "--func", "exp", "--out", str(tmp_path / "a.dot")]) == 0
    assert capsys.readouterr().out == ""
    assert 'label="Exp"' in (tmp_path / "a.dot").read_text()


def test_dot_without_graphviz(tmp_path: Path) -> None:
    result = run("dot", "--out", str(tmp_path / "a.svg"), PATH=str(tmp_path))
    assert result.returncode == 1
    assert result.stderr.startswith("cygrad dot: drawing a graph needs Graphviz")
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--func", "tanhh"],
            "no function 'tanhh' of one variable; did you mean 'tanh'? there are ",
        ),
        (["--func", "qqqq"], "no function 'qqqq' of one variable; there are abs, "),
        (["--func", "add"], "no function 'add' of one variable; "),
        (["--func", "__name__"], "no function '__name__' of one variable; "),
        (["--order", "-1"], "--order must not be negative, got -1"),
        (["--order", "x"], "invalid int value: 'x'"),
        (["--func", "neg", "--order", "2"], "order 2 of neg is zero and has no graph"),
        (["--out", "a.jpg"], "the suffix of 'a.jpg' must be one of .svg, .png, .pdf, .dot, .gv"),
    ],
)
def test_dot_wrong_arguments(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["dot", *arguments])
    assert exit.value.code == 2
    shown = capsys.readouterr().err
    assert message in shown
    assert "usage: cygrad dot" in shown


# ---- check ------------------------------------------------------------------------------------


def test_check() -> None:
    result = run("check", CYGRAD_ISA="baseline", OMP_NUM_THREADS="3")
    assert result.returncode == 0, result.stderr
    for fact in (
        cg.__version__,
        platform.python_version(),
        np.__version__,
        "baseline, CYGRAD_ISA=baseline",
        "OMP_NUM_THREADS=3",
    ):
        assert fact in result.stdout
    assert f"all {len(check.CASES)} checks of gradients passed" in result.stdout


def test_check_fails_where_a_gradient_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(x: cg.Variable) -> cg.Variable:
        return x * x.data

    monkeypatch.setitem(check.CASES, "wrong", (wrong, (2.0,)))
    assert main(["check"]) == 1
    shown = capsys.readouterr().out
    assert "FAILED: check_grads: wrong derivative of order 1 by input 0" in shown
    assert f"1 of {len(check.CASES)} checks of gradients failed" in shown


# ---- All of them ------------------------------------------------------------------------------


def test_version() -> None:
    result = run("--version")
    assert result.returncode == 0
    assert result.stdout.startswith("cygrad ")


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main([*name.split(), "--help"])
    assert exit.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"usage: cygrad {name}".rstrip() in shown
    if name:
        assert " ".join((COMMANDS[name].__doc__ or "?").split()) in shown
    else:
        assert all(command.HELP in shown for command in COMMANDS.values())


@pytest.mark.parametrize("arguments", [[], ["dmeo"], ["demo", "--steps", "0"], ["demo", "--x"]])
def test_wrong_arguments(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert "usage:" in result.stderr


@pytest.mark.parametrize(
    ("name", "hint"),
    [("dmeo", "did you mean 'demo'?"), ("chekc", "did you mean 'check'?"), ("q", "there are ch")],
)
def test_unknown_command(name: str, hint: str) -> None:
    result = run(name)
    assert result.returncode == 2
    assert f"unknown command {name!r}; {hint}" in result.stderr
    assert "Traceback" not in result.stderr


def test_control_c(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(COMMANDS["check"], "run", interrupted)
    assert main(["check"]) == 130
    assert capsys.readouterr().err == "\nstopped\n"


@pytest.mark.parametrize("arguments", [["dot", "--order", "7"], ["dot"], ["--help"]])
def test_a_reader_that_leaves(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        result = subprocess.run(
            [*PYTHON, "-m", "cygrad", *arguments],
            env=environment(),
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
            text=True,
        )
    finally:
        os.close(writer)
    assert result.stderr == ""
    # argparse itself ignores that nobody reads its help, where Python writes without a buffer.
    assert result.returncode == 141 or arguments == ["--help"]


def test_importing_cygrad_does_not_import_the_commands() -> None:
    code = (
        "import sys, cygrad; print(sorted({'argparse', 'difflib', 'subprocess', 'cygrad.__main__', "
        "'cygrad.commands', 'cygrad.data', 'cygrad.dot', 'cygrad.numerical'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [*PYTHON, "-c", code], env=environment(), capture_output=True, check=True, text=True
    )
    assert result.stdout == "[]\n"
