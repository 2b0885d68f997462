"""The report's pictures, from what a run kept. Nothing is measured here.

matplotlib is imported by `load` alone, which says what to install where it is missing.
"""

import importlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# By Okabe and Ito: told apart by readers who see few colours.
COLORS = {
    "cygrad": "#000000",
    "torch": "#D55E00",
    "jax": "#009E73",
    "autograd": "#0072B2",
    "mygrad": "#CC79A7",
    "casadi": "#56B4E9",
    "numpy": "#999999",
    "python": "#E69F00",
}
MARKERS = {"cygrad": "o", "torch": "s", "jax": "^", "autograd": "D", "mygrad": "v"}
MARKERS |= {"casadi": "P", "numpy": "x"}
LIMITS = ("--", ":", "-.")


class MissingLibrary(Exception):
    pass


def load() -> Any:
    """matplotlib's pyplot, drawing into files."""
    try:
        importlib.import_module("matplotlib").use("Agg")
        return importlib.import_module("matplotlib.pyplot")
    except ImportError as error:
        raise MissingLibrary(
            f"--report draws with matplotlib, which cannot be imported ({error}): "
            "pip install '.[bench]' or pip install matplotlib"
        ) from None


def draw(plt: Any, kept: Mapping[str, Any], folder: Path) -> dict[str, Path]:
    """Write every picture of a run; the file of each by its name."""
    files = {}
    drawings = {"ratios": lambda: ratios(plt, kept["workloads"])} | {
        name: lambda sweep=sweep: curves(plt, sweep) for name, sweep in kept["sweeps"].items()
    }
    for name, drawing in drawings.items():
        figure = drawing()
        if figure is not None:
            files[name] = folder / f"{name}.png"
            figure.savefig(files[name], dpi=120, metadata={"Software": None})
            plt.close(figure)
    return files


def ratios(plt: Any, workloads: Mapping[str, Any]) -> Any:
    """A bar for each peer in each workload: its time over ours, and the target as a line."""
    groups = {
        name: [(label, c) for label, c in kept["contenders"].items() if c["ratio"] is not None]
        for name, kept in workloads.items()
    }
    groups = {name: rows for name, rows in groups.items() if rows}
    if not groups:
        return None
    height = sum(len(rows) for rows in groups.values()) + 1.3 * len(groups)
    figure, axes = plt.subplots(figsize=(9, 0.21 * height + 1), layout="constrained")
    y, ticks, labels = 0.0, [], []
    targets: list[tuple[float, float]] = []
    axes.set_xscale("log")
    for name, rows in groups.items():
        axes.text(
            0, y, f" {name}", transform=axes.get_yaxis_transform(), va="center", weight="bold"
        )
        for label, contender in rows:
            y += 1
            times = contender["ratio"]
            # bars start at 1, where a peer is as fast as cygrad
            axes.barh(y, times - 1, left=1, height=0.8, color=COLORS[contender["peer"]])
            axes.annotate(
                f"{times:.3g}",
                (times, y),
                xytext=(3 if times >= 1 else -3, 0),
                textcoords="offset points",
                ha="left" if times >= 1 else "right",
                va="center",
                fontsize=7,
            )
            if contender["target"] is not None:
                targets.append((contender["target"], y))
            ticks.append(y)
            labels.append(label)
        y += 1.3
    axes.set_yticks(ticks, labels, fontsize=8)
    axes.set_ylim(y - 0.5, -0.8)
    axes.axvline(1, color="black", linewidth=1)
    for target, place in targets:
        axes.plot([target, target], [place - 0.5, place + 0.5], color="red", linewidth=2, zorder=3)
    low, high = axes.get_xlim()
    axes.set_xlim(low / 1.3, high * 1.5)
    axes.set_xlabel("time over cygrad's: right of 1 cygrad is faster; red: the target")
    axes.grid(axis="x", alpha=0.3)
    return figure


def curves(plt: Any, sweep: Mapping[str, Any]) -> Any:
    """A line for each contender over the sizes, and the machine's limits."""
    figure, axes = plt.subplots(figsize=(9, 5.5), layout="constrained")
    lines: dict[str, list[tuple[int, float]]] = {}
    peers: dict[str, str] = {}
    for point in sweep["points"]:
        for label, contender in point["contenders"].items():
            if contender["median"] is not None:
                peers[label] = contender["peer"]
                lines.setdefault(label, []).append((point["size"], seconds(contender, sweep)))
    for label, points in lines.items():
        color, marker = COLORS[peers[label]], MARKERS[peers[label]]
        width = 2.5 if peers[label] == "cygrad" else 1.2
        dashes = "--" if "replayed" in label else "-"
        axes.plot(*zip(*points, strict=True), marker, ls=dashes, color=color, lw=width, label=label)
    bottom = min(time for points in lines.values() for _, time in points) if lines else 1.0
    sizes = [point["size"] for point in sweep["points"]]
    for style, (label, times) in zip(LIMITS, sweep["limits"].items(), strict=False):
        axes.plot(sizes, times, style, color="red", linewidth=1, label=f"limit: {label}")
        if sweep["a_node"]:
            bottom = min(bottom, *times)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(bottom=10 ** (math.log10(bottom) - 0.4))  # limits run out of sight below
    axes.set_xlabel(sweep["across"])
    axes.set_ylabel("seconds a node" if sweep["a_node"] else "seconds an evaluation")
    axes.set_title(sweep["what"], fontsize=10)
    axes.grid(which="major", alpha=0.3)
    axes.legend(fontsize=8)
    return figure


def seconds(contender: Mapping[str, Any], sweep: Mapping[str, Any]) -> float:
    """What a sweep shows of a contender at one size."""
    return float(contender["median"] / (contender["nodes"] if sweep["a_node"] else 1))
