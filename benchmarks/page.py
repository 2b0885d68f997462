"""The report's page, one HTML file that needs nothing beside it. Nothing is measured here."""

import base64
import html
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import plots
from report import bound, duration, three, verdict

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em;
       color: #222; background: #fff; }
h1, h2, h3 { line-height: 1.2; }
table { border-collapse: collapse; margin: 0.5em 0 1.5em; }
th, td { padding: 0.15em 0.8em 0.15em 0; text-align: right; border-bottom: 1px solid #ddd;
         font-variant-numeric: tabular-nums; }
th:first-child, td:first-child, table.facts td { text-align: left; }
td.note { text-align: left; color: #666; }
img { max-width: 100%; height: auto; }
code { background: #f3f3f3; padding: 0.1em 0.3em; }
.missed { color: #b00020; font-weight: bold; }
.scroll { overflow-x: auto; }
"""

CAPTIONS = {
    "ratios": "Each peer's time over cygrad's, and that of what cg.compile replays, the median of the rounds' own ratios. A red line is "
    "the target; a bar that ends right of it meets it.",
    "nodes": "Time a node, forward, backward and freeing, against the length of the graph. A peer "
    "whose line ends early was not run on longer graphs, which take it many seconds.",
    "elementwise": "Time of one evaluation against the size of the array. No library that stores "
    "its results can be below the lower line where arrays outgrow the caches; only one that fuses "
    "operations can be below the upper one. In a cache memory is faster than these lines.",
    "matmul": "Time of one evaluation against the size of the matrices. Below the line would need "
    "a faster BLAS than NumPy's, or fewer products.",
}
TITLES = {
    "ratios": "Ratios",
    "nodes": "Time a node against the size of the graph",
    "elementwise": "Elementwise chain against the size of the array",
    "matmul": "Matrix product against the size of the matrices",
}


def write(folder: Path, kept: Mapping[str, Any], pictures: Mapping[str, Path]) -> Path:
    """Write `index.html`, the pictures inside it."""
    body = [
        "<h1>cygrad beside its peers</h1>",
        f"<p>Measured in one run of <code>{_escaped(kept['command'])}</code>,",
        f"{kept['date']}, {kept['seconds']:.0f} s; {_targets(kept)}.</p>",
        "<h2>Machine and versions</h2>",
        _facts(kept),
    ]
    for name, picture in pictures.items():
        body += [f"<h2>{TITLES[name]}</h2>", _image(picture, TITLES[name])]
        body.append(f"<p>{CAPTIONS[name]}</p>")
        if name in kept["sweeps"]:
            body.append(_sweep(kept["sweeps"][name]))
    body.append("<h2>Every workload</h2>")
    for name, workload in kept["workloads"].items():
        body += [f"<h3>{name}: {_escaped(workload['what'])}</h3>", _workload(workload)]
    file = folder / "index.html"
    file.write_text(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>cygrad: benchmarks</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n",
        encoding="utf-8",
    )
    return file


def _escaped(text: object) -> str:
    return html.escape(str(text), quote=False)


def _targets(kept: Mapping[str, Any]) -> str:
    met = [
        row["met"]
        for workload in kept["workloads"].values()
        for row in [*workload["contenders"].values(), *workload["figures"]]
        if row["met"] is not None
    ]
    return f"{sum(met)} of {len(met)} targets met"


def _facts(kept: Mapping[str, Any]) -> str:
    limits = kept["limits"]
    rows = {
        **kept["machine"],
        "versions": ", ".join(f"{name} {number}" for name, number in kept["versions"].items()),
        **kept["settings"],
        **kept["missing"],
        "threads": "1 for every contender, by "
        + " ".join(f"{name}={value}" for name, value in kept["threads"].items()),
        "rounds": kept["rounds"],
        "streaming copy": f"{limits['bytes_a_second'] / 1e9:.1f} GB/s, bytes read and written",
        "large matrix product": f"{limits['flops_a_second'] / 1e9:.1f} GFLOP/s",
        "a float operation of Python": duration(limits["python_operation"]),
    }
    return _table([], ((name, value) for name, value in rows.items()), "facts")


def _workload(workload: Mapping[str, Any]) -> str:
    rows: list[list[str]] = []
    for label, c in workload["contenders"].items():
        if c["median"] is None:
            rows.append([label, "", "", "", "", "", "", c["problem"] or ""])
            continue
        rows.append(
            [
                label,
                duration(c["median"]),
                duration(c["median"] / c["nodes"]) if c["nodes"] else "",
                _prepared(c),
                f"{three(c['ratio'])}x" if c["ratio"] is not None else "",
                f"{three(c['ratio_to_replayed'])}x" if c["ratio_to_replayed"] else "",
                f"{c['target']:g}x" if c["target"] is not None else "",
                verdict(c["met"]),
            ]
        )
    for figure in workload["figures"]:
        known = figure["value"] is not None
        most = bound(figure, "at most", "at least")
        value = f"{three(figure['value'])} {figure['unit']}" if known else figure["problem"]
        rows.append(
            [figure["label"], value or "not measured", *[""] * 4, most, verdict(figure["met"])]
        )
    headers = ["", "median", "a node", "prepared", "/ ours", "/ replayed", "target", ""]
    return _table(headers, rows)


def _prepared(contender: Mapping[str, Any]) -> str:
    """Tracing and compiling, where there is any; of ours, the call that was captured."""
    if contender["captured"] is not None:
        return duration(contender["captured"])
    return duration(contender["prepared"]) if contender["prepared"] > 0.05 else ""


def _sweep(sweep: Mapping[str, Any]) -> str:
    labels = list(dict.fromkeys(label for p in sweep["points"] for label in p["contenders"]))
    rows = []
    for place, point in enumerate(sweep["points"]):
        row = [f"{point['size']:,}"]
        for label in labels:
            contender = point["contenders"].get(label)
            measured = contender is not None and contender["median"] is not None
            row.append(duration(plots.seconds(contender, sweep)) if measured else "")
        rows.append(row + [duration(times[place]) for times in sweep["limits"].values()])
    headers = [sweep["across"], *labels, *(f"limit: {label}" for label in sweep["limits"])]
    return _table(headers, rows)


def _image(file: Path, title: str) -> str:
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    return f'<img alt="{_escaped(title)}" src="data:image/png;base64,{data}">'


def _table(headers: Sequence[str], rows: Iterable[Sequence[object]], kind: str = "") -> str:
    lines = [f'<div class="scroll"><table class="{kind}">']
    if headers:
        lines.append("<tr>" + "".join(f"<th>{_escaped(cell)}</th>" for cell in headers) + "</tr>")
    lines += ["<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows]
    return "\n".join([*lines, "</table></div>"])


def _cell(value: object) -> str:
    missed = ' class="missed"' if value == verdict(False) else ""
    return f"<td{missed}>{_escaped(value)}</td>"
