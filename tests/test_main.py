"""The commands, as a user runs them: output, exit codes, errors."""

import math
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.__main__ import main
from cygrad.commands import COMMANDS, check, guide, lstm
from cygrad.commands.demo import demo
from cygrad.data import co2
from cygrad.dot import graph
from operations import OPERATIONS

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


def assert_refused(
    command: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong arguments: the message, the usage, and the exit code for it."""
    with pytest.raises(SystemExit) as exit:
        main([command, *arguments])
    assert exit.value.code == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert f"usage: cygrad {command}" in shown.err
    assert shown.out == ""  # nothing was done


# ---- demo -------------------------------------------------------------------------------------


def test_demo_learns_the_digits() -> None:
    result = run("demo")
    assert result.returncode == 0, result.stderr
    first, *epochs, last = result.stdout.splitlines()
    assert first == "1437 handwritten digits to learn from, 360 held out"
    losses = [float(line.split()[-1]) for line in epochs]
    assert len(losses) == 9
    assert losses[0] < 2.3  # the loss of a guess is log 10
    assert losses[-1] < 0.05
    share = re.fullmatch(r"accuracy on held-out digits ([\d.]+)%, after [\d.]+ s", last)
    assert share is not None
    assert float(share[1]) > 97


def test_demo_by_its_seed(capsys: pytest.CaptureFixture[str]) -> None:
    def shown(seed: int) -> str:
        accuracy = demo(epochs=2, rate=0.01, hidden=16, seed=seed)
        assert 0.5 < accuracy < 1
        out = capsys.readouterr().out
        assert f"digits {accuracy:.1%}, after" in out
        return out.partition("accuracy")[0]

    assert shown(3) == shown(3)
    assert shown(3) != shown(4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "0"], "--epochs must be at least 1, got 0"),
        (["--hidden", "-3"], "--hidden must be at least 1, got -3"),
        (["--rate", "0"], "--rate must be finite and greater than 0, got 0.0"),
        (["--rate", "nan"], "--rate must be finite and greater than 0, got nan"),
        (["--rate", "inf"], "--rate must be finite and greater than 0, got inf"),
        (["--seed", "-1"], "--seed must be 0 or more, got -1"),
        (["--epochs", "many"], "invalid int value: 'many'"),
    ],
)
def test_demo_wrong_arguments(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused("demo", arguments, message, capsys)


def test_demo_that_fails_to_learn(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--rate", "1e308", "--hidden", "4", "--epochs", "3"]) == 1
    shown = capsys.readouterr()
    assert "accuracy" not in shown.out
    assert shown.err.startswith(
        "cygrad demo: the loss is nan in epoch 1: the learning rate 1e+308 "
    )


# ---- lstm -------------------------------------------------------------------------------------


def test_lstm_learns_a_noisy_sine() -> None:
    result = run("lstm", "--epochs", "10", "--hidden", "20")
    assert result.returncode == 0, result.stderr
    losses = [float(line.split()[-1]) for line in result.stdout.splitlines() if "loss" in line]
    assert len(losses) == 10
    assert losses[-1] < 0.02 < losses[0]
    errors = re.search(
        r"error ([\d.]+); of its last value as the forecast ([\d.]+)\n", result.stdout
    )
    assert errors is not None
    assert float(errors[1]) < 0.2
    assert float(errors[2]) == pytest.approx(0.1 / math.sqrt(2), abs=1e-3)


def test_lstm_forecasts_carbon_dioxide() -> None:
    result = run("lstm", "--data", "co2")
    assert result.returncode == 0, result.stderr
    errors = {
        what.strip(): float(ppm)
        for what, ppm in re.findall(r"^(.*?) {2,}([\d.]+) ppm$", result.stdout, re.MULTILINE)
    }
    ours = errors["error of their mean, a year ahead"]
    ppm = co2().ppm
    naive = np.sqrt(np.mean((ppm[-120:] - ppm[-132:-12]) ** 2))
    assert errors["seasonal-naive: the same month before"] == pytest.approx(naive, abs=1e-3)
    assert ours < 0.5 * naive
    assert ours < errors["the same, and the mean growth till then"]


def test_the_forecast_does_not_know_the_future(monkeypatch: pytest.MonkeyPatch) -> None:
    found = lstm.carbon_dioxide(epochs=2, models=2)
    ppm = co2().ppm
    assert np.array_equal(found.actual, ppm[-120:])
    assert found.error == np.sqrt(np.mean((found.forecast - ppm[-120:]) ** 2))
    # The first month is forecast a year before: from then on, anything may happen.
    changed = ppm.copy()
    changed[-131:] = 1000.0
    monkeypatch.setattr(lstm, "co2", lambda: co2()._replace(ppm=changed))
    other = lstm.carbon_dioxide(epochs=2, models=2)
    assert other.forecast[0] == found.forecast[0]
    assert not np.any(other.forecast[1:] == found.forecast[1:])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "0"], "--epochs must be at least 1, got 0"),
        (["--data", "co2", "--hidden", "0"], "--hidden must be at least 1, got 0"),
        (["--seed", "-1"], "--seed must be 0 or more, got -1"),
        (["--data", "weather"], "invalid choice: 'weather'"),
        (["--plot", "nowhere/a.png"], "--plot: there is no folder nowhere"),
    ],
)
def test_lstm_wrong_arguments(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_refused("lstm", arguments, message, capsys)


def test_lstm_plot_without_matplotlib(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.figure", raising=False)
    assert main(["lstm", "--plot", str(tmp_path / "a.png")]) == 1
    shown = capsys.readouterr()
    assert shown.err == "--plot needs matplotlib: pip install matplotlib\n"
    assert shown.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", ["sine", "co2"])
def test_lstm_plot(data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "a.svg"
    short = ["lstm", "--data", data, "--epochs", "1", "--hidden", "4", "--plot"]
    assert main([*short, str(path)]) == 0
    assert capsys.readouterr().out.endswith(f"\ndrawn in {path}\n")
    assert "<svg" in path.read_text()

    (tmp_path / "folder.png").mkdir()
    assert main([*short, str(tmp_path / "folder.png")]) == 1
    assert "cygrad lstm: " in capsys.readouterr().err
    assert_refused("lstm", ["--plot", str(tmp_path / "a.xyz")], "a.xyz must end in one of", capsys)
    assert_refused("lstm", ["--plot", str(tmp_path / "a")], "must end in one of .", capsys)


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
            "no elementwise function 'tanhh' of one variable; did you mean 'tanh'? there are ",
        ),
        (["--func", "qqqq"], "no elementwise function 'qqqq' of one variable; there are abs, "),
        (["--func", "add"], "no elementwise function 'add' of one variable; "),
        (["--func", "mean"], "no elementwise function 'mean' of one variable; "),
        (["--func", "__name__"], "no elementwise function '__name__' of one variable; "),
        (["--order", "-1"], "--order must not be negative, got -1"),
        (["--order", "101"], "--order must be at most 100, got 101"),
        (["--order", "12"], "the derivative of order 10 of tanh has more than 10,000 functions"),
        (["--order", "x"], "invalid int value: 'x'"),
        (["--func", "neg", "--order", "2"], "order 2 of neg is zero and has no graph"),
        (["--out", "a.jpg"], "the suffix of 'a.jpg' must be one of .svg, .png, .pdf, .dot, .gv"),
    ],
)
def test_dot_wrong_arguments(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused("dot", arguments, message, capsys)


def test_dot_offers_elementwise_functions_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Those that the tests' table of operations has as elementwise, of one argument."""
    unary = {o.name for o in OPERATIONS if o.elementwise and len(o.inputs) == 1 and not o.label}
    with pytest.raises(SystemExit):
        main(["dot", "--func", "qqqq"])
    offered = set(capsys.readouterr().err.partition("there are ")[2].strip().split(", "))
    assert {"exp", "tanh", "relu", "gelu"} <= unary - {"copy"} <= offered
    others = {o.name for o in OPERATIONS if not o.elementwise} - {
        "sinc"
    }  # a single row, of numbers
    assert offered.isdisjoint(others | {"copy", "dropout", "mean"})


# ---- guide ------------------------------------------------------------------------------------


def test_guides_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide"]) == 0
    *lines, empty, last = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(guide.NAMES)
    assert lines[0].endswith("  variables, the graph, backward passes, higher orders, modes")
    assert max(map(len, lines)) <= 100
    assert (empty, last) == ("", "`cygrad guide NAME` shows one.")


@pytest.mark.parametrize("name", ["own-function", "own_function", "Own-Function.md"])
def test_a_guide_is_plain_text_where_nobody_can_page(name: str) -> None:
    result = run("guide", name)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (Path(cg.__file__).parent / "guides/own-function.md").read_text()


def test_a_guide_is_paged_in_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paged: list[str] = []
    monkeypatch.setattr(guide.pydoc, "pager", paged.append)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["guide", "limits"]) == 0
    assert paged == [guide.text_of("limits")]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cocnepts"], "no guide 'cocnepts'; did you mean concepts?"),
        (["numpys"], "no guide 'numpys'; did you mean numpy or numbers?"),
        (["function"], "no guide 'function'; did you mean own-function?"),
        (["qqqq"], "no guide 'qqqq'; there are concepts, data, networks, "),
        (["../limits"], "no guide '../limits'; did you mean limits?"),
        (["data", "limits"], "unrecognized argument 'limits'; guide takes no more"),
        (["--all"], "unrecognized argument '--all'; guide takes no more"),
    ],
)
def test_an_unknown_guide(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused("guide", arguments, message, capsys)


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
    ("arguments", "message"),
    [
        (["dot", "--ordr", "3"], "unrecognized argument '--ordr'; did you mean --order?"),
        (["dot", "--fnc=exp"], "unrecognized argument '--fnc=exp'; did you mean --func?"),
        (["dot", "-o", "x.svg"], "unrecognized argument '-o'; did you mean --order or --out?"),
        (["dot", "exp"], "unrecognized argument 'exp'; there are --func, --order, --x, --out, --"),
        (["demo", "--q"], "unrecognized argument '--q'; there are --epochs, --rate, --hidden, --s"),
        (["check", "-v"], "unrecognized argument '-v'; check takes none"),
    ],
)
def test_unknown_option(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(arguments[0], arguments[1:], message, capsys)


def test_unknown_option_of_cygrad(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["--foo", "dot"])
    assert exit.value.code == 2
    assert "cygrad: error: unrecognized argument '--foo'\n" in capsys.readouterr().err


def test_without_a_command_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert all(name in shown.err and c.HELP in shown.err for name, c in COMMANDS.items())


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
