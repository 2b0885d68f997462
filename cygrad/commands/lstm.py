"""Train an LSTM on a noisy sine, or to forecast atmospheric carbon dioxide a year ahead."""

import argparse
import importlib
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F
from cygrad.data import SequenceLoader, co2
from cygrad.hooks import ClipGrad
from cygrad.models import LSTM
from cygrad.optimizers import Adam, AdamW, Optimizer

HELP = "train an LSTM on a time series"

_Array = NDArray[np.float64]
YEAR = 12


class Forecast(NamedTuple):
    """What a run has found: a series, the forecast of each of its last points, and the errors."""

    time: _Array
    actual: _Array
    forecast: _Array
    error: float
    baseline: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", choices=("sine", "co2"), default="sine", help="what to train on (sine)"
    )
    parser.add_argument("--epochs", type=int, help="passes over the series (sine 80, co2 60)")
    parser.add_argument("--hidden", type=int, help="hidden size (sine 100, co2 8)")
    parser.add_argument("--seed", type=int, default=0, help="of weights and noise (0)")
    parser.add_argument("--models", type=int, default=5, help="co2: how many to average (5)")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw it, with matplotlib")


def run(options: argparse.Namespace) -> int:
    for name in ("epochs", "hidden", "models"):
        value = getattr(options, name)
        if value is not None and value < 1:
            raise argparse.ArgumentError(None, f"--{name} must be at least 1, got {value}")
    if options.seed < 0:
        raise argparse.ArgumentError(None, f"--seed must be 0 or more, got {options.seed}")
    figure = None
    if options.plot is not None:
        # Before the training, not after it.
        if not options.plot.parent.is_dir():
            raise argparse.ArgumentError(None, f"--plot: there is no folder {options.plot.parent}")
        try:
            figure = _figure()
        except ImportError:
            print("--plot needs matplotlib: pip install matplotlib", file=sys.stderr)
            return 1
        kinds = figure.canvas.get_supported_filetypes()
        if options.plot.suffix[1:].lower() not in kinds:
            raise argparse.ArgumentError(
                None, f"--plot: {options.plot} must end in one of .{', .'.join(sorted(kinds))}"
            )
    if options.data == "sine":
        found = sine(options.epochs or 80, options.hidden or 100, options.seed)
    else:
        found = carbon_dioxide(
            options.epochs or 60, options.hidden or 8, options.seed, options.models
        )
    if figure is not None:
        _draw(found, figure)
        try:
            figure.savefig(options.plot)
        except OSError as error:
            print(f"cygrad lstm: {error}", file=sys.stderr)
            return 1
        print(f"drawn in {options.plot}")
    return 0


def train(
    model: LSTM, windows: SequenceLoader, epochs: int, optimizer: Optimizer, loud: bool = True
) -> list[float]:
    """Truncated backpropagation through time; the mean loss of each epoch."""
    losses = []
    for epoch in range(1, epochs + 1):
        model.reset_state()
        total = steps = 0.0
        for xs, ts in windows:
            loss = cg.Variable(0.0, requires_grad=False)
            for x, t in zip(xs, ts, strict=True):
                loss = loss + F.mean_squared_error(model(x), t)
            model.cleargrads()
            loss.backward()
            loss.unchain_backward()  # the state goes on to the next window, its history does not
            optimizer.update(model)
            total += loss.item()
            steps += len(xs)
        losses.append(total / steps)
        if loud and (epoch == 1 or epoch % (epochs // 8 or 1) == 0):
            print(f"epoch {epoch:3d}   loss {losses[-1]:.5f}")
            sys.stdout.flush()
    return losses


def predict(model: LSTM, series: _Array) -> _Array:
    """What the model says after each step of a series of shape (n, features)."""
    model.reset_state()
    with cg.no_grad():
        return np.array([model(x[None]).data[0, 0] for x in series])


def sine(epochs: int = 80, hidden: int = 100, seed: int = 0) -> Forecast:
    """Learn the next step of a noisy sine, and test it on a cosine without noise.

    Returns
    -------
    Forecast
        Of the cosine; the baseline is the error of the last value as the forecast of the next.
    """
    rng = np.random.default_rng(seed)
    steps = 0.1 * np.arange(3000.0)
    noisy = np.sin(steps) + rng.uniform(-0.05, 0.05, len(steps))
    print("a noisy sine: 30 streams side by side, in windows of 30 steps")
    model = LSTM(hidden, 1, rng=seed)
    start = time.perf_counter()
    windows = SequenceLoader(noisy, window=30, batch_size=30)
    train(model, windows, epochs, Adam(lr=0.003, hooks=[ClipGrad(1.0)]))
    seconds = time.perf_counter() - start

    cosine = np.cos(steps[:500])
    forecast = predict(model, cosine[:-1, None])
    error = _rms(forecast[50:] - cosine[51:])  # the first steps are for the state to settle
    baseline = _rms(cosine[50:-1] - cosine[51:])
    print(f"trained for {seconds:.1f} s")
    print(
        f"next step of a cosine: error {error:.4f}; of its last value as the forecast {baseline:.4f}"
    )
    return Forecast(np.arange(1.0, 500.0), cosine[1:], forecast, error, baseline)


def carbon_dioxide(epochs: int = 60, hidden: int = 8, seed: int = 0, models: int = 5) -> Forecast:
    """Learn to forecast the monthly CO2 a year ahead from the months until 1991; test on 1992 to 2001.

    At each month the model sees by how much the CO2 has grown since a year, half a year and a month
    before, and says by how much it will have grown in a year. The seasonal-naive forecast, that of
    the same month a year before, says 0. The forecasts of models that differ by their seed are
    averaged. To say the mean growth of the past is hard to beat: what moves the growth from year to
    year is in the oceans, not in this series.

    Returns
    -------
    Forecast
        Of the last ten years; errors are root mean squares, in ppm.
    """
    ppm = co2().ppm
    grown = ppm[YEAR:] - ppm[:-YEAR]  # at YEAR + k: since a year before
    lags = [ppm[YEAR:] - ppm[YEAR - lag : -lag] for lag in (1, 6, YEAR)]
    inputs = np.stack(lags, axis=1)[:-YEAR]  # at months 12 to n - 13
    targets = grown[YEAR:]  # known a year later
    test = 10 * YEAR
    known = len(targets) - test - YEAR  # what has come true before the first test forecast is made
    mean, std = inputs[:known].mean(axis=0), inputs[:known].std(axis=0)
    centre, spread = targets[:known].mean(), targets[:known].std()
    x, t = (inputs - mean) / std, (targets - centre) / spread

    print(
        f"CO2 at Mauna Loa: {known} months to learn from, the last {test} to forecast a year ahead"
    )
    actual, before = ppm[-test:], ppm[-test - YEAR : -YEAR]
    start = time.perf_counter()
    windows = SequenceLoader((x[:known], t[:known, None]), window=48)
    growths = []
    for member in range(models):
        model = LSTM(hidden, 1, rng=seed + member)
        optimizer = AdamW(lr=0.003, weight_decay=1.0, hooks=[ClipGrad(1.0)])
        losses = train(model, windows, epochs, optimizer, loud=False)
        growths.append(predict(model, x)[-test:] * spread + centre)
        alone = _rms(before + growths[-1] - actual)
        print(
            f"model {member + 1}: loss {losses[0]:.3f} to {losses[-1]:.3f}, error {alone:.3f} ppm"
        )
    seconds = time.perf_counter() - start

    growth = np.mean(growths, axis=0)
    error, baseline = _rms(before + growth - actual), _rms(before - actual)
    drift = _rms(before + centre - actual)
    print(f"trained for {seconds:.1f} s")
    print(f"error of their mean, a year ahead        {error:.3f} ppm")
    print(f"seasonal-naive: the same month before    {baseline:.3f} ppm")
    print(f"the same, and the mean growth till then  {drift:.3f} ppm")
    months = 2002.0 - np.arange(test, 0, -1) / YEAR
    return Forecast(months, actual, before + growth, error, baseline)


def _rms(errors: _Array) -> float:
    return float(np.sqrt(np.mean(errors**2)))


# Any: matplotlib need not be installed, for users or for type checkers.


def _figure() -> Any:
    return importlib.import_module("matplotlib.figure").Figure(figsize=(9, 4), layout="constrained")


def _draw(found: Forecast, figure: Any) -> None:
    axes = figure.subplots()
    axes.plot(found.time, found.actual, label="actual")
    axes.plot(found.time, found.forecast, label="forecast", linestyle="--")
    axes.set_title(f"error {found.error:.3f}, baseline {found.baseline:.3f}")
    axes.legend()
