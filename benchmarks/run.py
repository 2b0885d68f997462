"""`python benchmarks/run.py`: cygrad beside its peers, one run, ratios against the targets.

Takes the workloads to run (all of them by default) and prints a table for each; `--json` keeps
every sample, and `--report` writes a page of tables and pictures, and the guide's table. Exit
status 1 if a contender failed or gave a wrong result; a target missed is no failure.
"""

import machine  # first: it pins the threads of what is imported next

# isort: split
import argparse
import dataclasses
import datetime
import json
import shlex
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import asian
import batches
import call
import chain
import cnn
import elem
import extension
import fit
import graph
import hmc
import lstm
import mlp
import optimizers
import page
import pendulum
import plots
import report
import rosen
import runge_kutta
import sin6
import sweeps
import table
from harness import Effort, Workload, captures, measure
from models import MODELS

WORKLOADS: dict[str, Callable[[bool], Workload]] = {
    "rosen": lambda quick: rosen.workload(),
    "call": lambda quick: call.workload(),
    "chain": lambda quick: chain.workload(),
    "sin6": lambda quick: sin6.workload(),
    "elem": elem.workload,
    "graph": graph.workload,
    "mlp": mlp.wide_workload,
    "mlp-digits": mlp.digits_workload,
    "lstm": lambda quick: lstm.workload(),
    "cnn": lambda quick: cnn.workload(),
    "optimizers": lambda quick: optimizers.workload(),
    "extension": lambda quick: extension.workload(),
    "pendulum": lambda quick: pendulum.workload(),
    "rk4": lambda quick: runge_kutta.workload(),
    "rk4-jacobian": runge_kutta.jacobian_workload,
    "asian": asian.workload,
    "hmc": lambda quick: hmc.workload(),
    "pendulums": lambda quick: batches.pendulums(),
    "examples": lambda quick: batches.examples(),
    **{f"fit-{name}": partial(fit.workload, name) for name in MODELS},
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time cygrad beside its peers, in one run.")
    parser.add_argument("workloads", nargs="*", metavar="workload", help=", ".join(WORKLOADS))
    parser.add_argument("--json", metavar="FILE", help="write every sample and ratio there")
    parser.add_argument(
        "--report",
        metavar="DIR",
        type=Path,
        help="write a page there (index.html), its pictures, the guide's table (table.md) and every "
        "sample; measures more",
    )
    parser.add_argument(
        "--peers",
        default=",".join(machine.PEERS),
        help="which peers to import, with commas between (default: %(default)s)",
    )
    parser.add_argument("--repeat", type=int, metavar="N", help="rounds (default: 15, quick: 5)")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="short rounds, under a minute in all, two with --report",
    )
    parsed = parser.parse_args()
    for name in parsed.workloads:
        if name not in WORKLOADS:
            parser.error(f"no workload {name!r}; there are {', '.join(WORKLOADS)}")
    parsed.peers = [name for name in parsed.peers.split(",") if name]
    for name in parsed.peers:
        if name not in machine.PEERS:
            parser.error(f"no peer {name!r}; there are {', '.join(machine.PEERS)}")
    if parsed.repeat is not None and parsed.repeat < 1:
        parser.error("--repeat takes a number of rounds, at least 1")
    if parsed.report is not None:
        # before minutes of measuring: what is drawn with, and where it is written
        try:
            parsed.plt = plots.load()
            parsed.report.mkdir(parents=True, exist_ok=True)
        except (plots.MissingLibrary, OSError) as error:
            parser.error(str(error))
    return parsed


def main() -> int:
    args = arguments()
    began = time.perf_counter()
    effort = Effort(5, slice=0.01, budget=1.0) if args.quick else Effort()
    if args.repeat is not None:
        effort = Effort(args.repeat, effort.slice, effort.budget)

    facts = machine.describe()
    peers = machine.load_peers(args.peers)
    report.print_machine(facts, peers)
    print(f"{'rounds:':<24}{effort.rounds}, some {effort.slice * 1e3:.0f} ms a sample, medians")
    print("\nspread: middle half of the samples over the median; prepared: tracing and compiling,")
    print(
        "for cygrad replayed the call that is captured; / ours, / replayed: time over cygrad's, the"
    )
    print("median of the rounds' own ratios")

    kept: dict[str, Any] = {}
    failed = False
    for name in args.workloads or WORKLOADS:
        workload = WORKLOADS[name](args.quick)
        results = measure(workload, peers, effort)
        figures = [*workload.figures(results), *captures(results)]
        report.print_workload(workload, results, figures)
        sys.stdout.flush()
        kept[name] = report.as_json(workload, results, figures)
        failed = failed or any(result.failed for result in results.values())

    limits: dict[str, float] = {}
    swept: dict[str, Any] = {}
    if args.report is not None:
        measured = sweeps.measure_limits(peers)
        limits = dataclasses.asdict(measured)
        for sweep in sweeps.sweeps(args.quick):
            swept[sweep.name], wrong = sweeps.run(sweep, measured, peers, args.quick)
            report.print_sweep(sweep.name, swept[sweep.name])
            sys.stdout.flush()
            failed = failed or wrong

    took = time.perf_counter() - began
    print(f"\nthe whole run took {took:.0f} s")
    written = {
        "command": shlex.join(["python", "benchmarks/run.py", *sys.argv[1:]]),
        "date": datetime.date.today().isoformat(),
        "machine": facts,
        "threads": dict(machine.THREADS),
        "versions": peers.versions,
        "settings": peers.settings,
        "missing": peers.missing,
        "rounds": effort.rounds,
        "seconds": took,
        "workloads": kept,
        "limits": limits,
        "sweeps": swept,
    }
    files = [args.json] if args.json else []
    if args.report is not None:
        files.append(args.report / "run.json")
        pictures = plots.draw(args.plt, written, args.report)
        print(f"written: {page.write(args.report, written, pictures)}")
        print(f"written: {table.write(args.report, written)}")
    for name in files:
        with open(name, "w", encoding="utf-8") as file:
            json.dump(written, file, indent=1)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
