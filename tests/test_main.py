"""The commands, as a user runs them: output, exit codes, errors."""

import os
import subprocess
import sys

import pytest

from cygrad.__main__ import demo


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    return subprocess.run(
        [sys.executable, "-P", "-m", "cygrad", *arguments],
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )


def test_demo_learns_the_digits() -> None:
    result = run("demo")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.split("\n")
    losses = [float(line.split()[-1]) for line in lines if "loss" in line]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] == pytest.approx(2.3026)
    assert losses[-1] < 0.1
    assert "accuracy on held-out digits 9" in result.stdout
    assert "\r" not in result.stdout  # the progress line is for a terminal


def test_demo_accuracy(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo() > 0.94
    assert " s\n" in capsys.readouterr().out


def test_version() -> None:
    result = run("--version")
    assert result.returncode == 0
    assert result.stdout.startswith("cygrad ")


@pytest.mark.parametrize("arguments", [[], ["dmeo"], ["demo", "--steps", "0"], ["demo", "--x"]])
def test_wrong_arguments(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert "usage:" in result.stderr
