"""The table of ratios of the guide to speed, in Markdown, from what a run kept. Nothing is measured."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from report import duration, three

COLUMNS = {
    "torch": ("torch",),
    "HIPS autograd": ("autograd",),
    "MyGrad": ("mygrad",),
    "jax": ("jax",),
    "CasADi": ("casadi",),
    "by hand": ("numpy", "python"),
}
NAMES = ("torch", "HIPS autograd", "autograd", "mygrad", "jax.jit", "jax", "CasADi")


def write(folder: Path, kept: Mapping[str, Any]) -> Path:
    """Write `table.md`: a row for each of our own measurements, a column for each peer."""
    lines = [_row(["", "cygrad", "replayed", *COLUMNS]), _row(["---"] * (len(COLUMNS) + 3))]
    for workload in kept["workloads"].values():
        contenders = workload["contenders"]
        rivals = {c["ratio_to"] for label, c in contenders.items() if label != c["ratio_to"]}
        for ours in [label for label in contenders if label in rivals]:
            what = f"{workload['what']}{ours.removeprefix('cygrad')}"
            cells = [_cell(contenders, ours, peers) for peers in COLUMNS.values()]
            replayed = _replayed(contenders, ours)
            if replayed or any(cells):
                lines.append(_row([what, duration(contenders[ours]["median"]), replayed, *cells]))
    file = folder / "table.md"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _replayed(contenders: Mapping[str, Any], ours: str) -> str:
    """The time of what is replayed, for the eager one of ours."""
    known = contenders.get(ours.replace("cygrad", "cygrad replayed", 1), {})
    return duration(known["median"]) if known.get("median") else ""


def _cell(contenders: Mapping[str, Any], ours: str, peers: tuple[str, ...]) -> str:
    """The ratios of the contenders of a peer, each with what sets it apart."""
    parts = []
    for label, contender in contenders.items():
        if contender["peer"] in peers and contender["ratio_to"] == ours and contender["ratio"]:
            note = label.removesuffix(ours.removeprefix("cygrad"))
            for name in NAMES:
                note = note.removeprefix(name)
            note = note.strip(" ,.")
            parts.append(f"{three(contender['ratio'])}x{f' ({note})' if note else ''}")
    return ", ".join(parts)
