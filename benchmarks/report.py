"""What a run prints, within 96 columns, and the raw figures as JSON. Nothing is measured here."""

import dataclasses
import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from harness import Figure, Measured, Results, Workload, ratio, replayed_for
from machine import THREADS, Peers

WIDTH = 96


def print_machine(facts: Mapping[str, str], peers: Peers) -> None:
    """Machine, interpreter, versions, threads: what a ratio depends on."""
    versions = ", ".join(f"{name} {number}" for name, number in peers.versions.items())
    rows = {
        **facts,
        "versions": versions,
        **peers.settings,
        **{name: reason for name, reason in peers.missing.items()},
        "threads": "1 for every contender, by " + " ".join(name for name in THREADS),
    }
    for name, text in rows.items():
        print(textwrap.fill(f"{name + ':':<24}{text}", WIDTH, subsequent_indent=" " * 24))


def print_workload(workload: Workload, results: Results, figures: Sequence[Figure]) -> None:
    """One row a contender, then the figures derived from them."""
    nodes = any(result.contender.nodes for result in results.values())
    print(f"\n{workload.name}: {workload.what}")
    header = f"{'':<26}{'median':>10}{'a node' if nodes else '':>10}{'spread':>7}"
    print(f"{header}{'prepared':>9}{'/ ours':>8}{'/ replayed':>11}{'target':>8}")
    for result in results.values():
        print(_row(result, results))
    for figure in figures:
        print(_figure_row(figure))


def print_sweep(name: str, sweep: Mapping[str, Any]) -> None:
    """One row a size: each contender's time, a node's where the sweep is of nodes."""
    labels = list(dict.fromkeys(label for p in sweep["points"] for label in p["contenders"]))
    print(f"\n{name}: {sweep['what']}{', a node' if sweep['a_node'] else ''}")
    print(f"{sweep['across']:<18.17}" + "".join(f"{label:>17.16}" for label in labels))
    for point in sweep["points"]:
        row = f"{point['size']:<18,}"
        for label in labels:
            contender = point["contenders"].get(label, {})
            median, nodes = contender.get("median"), contender.get("nodes")
            times = None if median is None else median / (nodes if sweep["a_node"] else 1)
            row += f"{'' if times is None else duration(times):>17}"
        print(row.rstrip())
    problems = {c["problem"] for p in sweep["points"] for c in p["contenders"].values()} - {None}
    for problem in sorted(problems):
        print(textwrap.shorten(problem, WIDTH))


def verdict(met: bool | None) -> str:
    return "" if met is None else "met" if met else "MISSED"


def to_ours(result: Measured, results: Results) -> float | None:
    """The contender's time over ours, None where that is not to be had."""
    ours = results.get(result.contender.against)
    return None if ours is result else ratio(result, ours)


def to_replayed(result: Measured, results: Results) -> float | None:
    """The contender's time over that of what is replayed, None where that is not to be had."""
    return ratio(result, replayed_for(result.contender, results))


def preparation(result: Measured) -> float:
    """Seconds of tracing and compiling; of ours, of the call that was captured."""
    return result.prepared if result.replayed is None else result.replayed.captured


def target_met(result: Measured, results: Results) -> bool | None:
    times, target = to_ours(result, results), result.contender.target
    return None if times is None or target is None else times >= target


def figure_met(figure: Figure) -> bool | None:
    if figure.value is None or (figure.at_most is None and figure.at_least is None):
        return None
    at_most, at_least = figure.at_most, figure.at_least
    return (at_most is None or figure.value <= at_most) and (
        at_least is None or figure.value >= at_least
    )


def bound(figure: Mapping[str, Any], at_most: str, at_least: str) -> str:
    """The most or the least that a figure may be, in words."""
    if figure["at_most"] is not None:
        return f"{at_most} {figure['at_most']:g}"
    return "" if figure["at_least"] is None else f"{at_least} {figure['at_least']:g}"


def as_json(workload: Workload, results: Results, figures: Sequence[Figure]) -> dict[str, Any]:
    """Everything measured in one workload, in seconds, samples included."""
    return {
        "what": workload.what,
        "contenders": {label: _raw(result, results) for label, result in results.items()},
        "figures": [
            {**dataclasses.asdict(figure), "met": figure_met(figure)} for figure in figures
        ],
    }


def _raw(result: Measured, results: Results) -> dict[str, Any]:
    return {
        "peer": result.contender.peer,
        "problem": result.problem or None,
        "nodes": result.contender.nodes or None,
        "median": result.median if result.samples else None,
        "ratio": to_ours(result, results),
        "ratio_to": result.contender.against or None,
        "ratio_to_replayed": to_replayed(result, results),
        "captured": None if result.replayed is None else result.replayed.captured,
        "compared": None if result.replayed is None else result.replayed.compared,
        "instructions": None if result.replayed is None else result.replayed.instructions,
        "target": result.contender.target,
        "met": target_met(result, results),
        "prepared": result.prepared,
        "first": result.first,
        "evaluations_a_sample": result.evaluations,
        "samples": result.samples,
        "cpu_over_wall": result.busy,
    }


def _row(result: Measured, results: Results) -> str:
    contender = result.contender
    if not result.samples:
        text = result.problem
        room = WIDTH - 28
        return f"{contender.label:<26}  {text if len(text) <= room else text[: room - 3] + '...'}"
    node = duration(result.median / contender.nodes) if contender.nodes else ""
    known = result.replayed is not None or result.prepared > 0.05
    prepared = duration(preparation(result)) if known else ""
    row = f"{contender.label:<26}{duration(result.median):>10}{node:>10}{result.spread:>7.0%}"
    row += f"{prepared:>9}{_times(to_ours(result, results)):>8}"
    row += f"{_times(to_replayed(result, results)):>11}"
    if contender.target is not None:
        row += f"{f'{contender.target:g}x':>8} {verdict(target_met(result, results))}"
    if result.threads > 1.2:
        row += f"\n{'':<22}  kept {result.threads:.1f} cores busy: not pinned to one thread"
    return row.rstrip()


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{three(ratio)}x"


def _figure_row(figure: Figure) -> str:
    if figure.value is None:
        return f"{figure.label:<38}  {figure.problem or 'not measured'}"
    row = f"{figure.label:<38}{three(figure.value):>8} {figure.unit:<22}"
    if figure_met(figure) is not None:
        least = bound(dataclasses.asdict(figure), "<=", ">=")
        row += f"{least:>12} {verdict(figure_met(figure))}"
    return row.rstrip()


def duration(seconds: float) -> str:
    """Three digits and a unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{three(seconds / size)} {unit}"
    return f"{three(seconds / 1e-9)} ns"


def three(number: float) -> str:
    """Three digits, no exponent."""
    if number <= 0:
        return f"{number:.3g}"
    return f"{number:.{2 - min(2, max(-2, math.floor(math.log10(number))))}f}"
