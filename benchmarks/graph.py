"""`graph`: time a node for chains of 10^3 to 10^6 scalar operations, and bytes a node kept alive.

A node is one multiplication or one sine; its time covers forward, backward and freeing. The memory
is measured in a fresh interpreter, `python benchmarks/graph.py PEER NODES`, as the growth of the
resident set while the graph is built; of a captured program (the peer `replayed`), which leaves idle
memory behind where it is made, as what is given back when it goes.
"""

import ctypes
import os
import subprocess
import sys
from functools import partial
from typing import Any

import machine
from chain import chain
from harness import Contender, Figure, Replayed, Results, Run, Workload, ratio_a_node
from replay import capture, replayed

START, ELSEWHERE = 0.7, 0.5
NODES = (1_000, 10_000, 100_000, 1_000_000)
REPLAYED = 100_000  # the most that is captured here


def ours(nodes: int, cg: Any) -> Run:
    variable, sin = cg.Variable, cg.functions.sin

    def run() -> None:
        x = variable(START)
        chain(x, sin, nodes // 2).backward()

    return run


def function(nodes: int, cg: Any) -> Any:
    """Value and gradient of a chain."""
    return cg.value_and_grad(lambda x: chain(x, cg.functions.sin, nodes // 2))


def ours_replayed(nodes: int, cg: Any) -> Replayed:
    return replayed(cg, function(nodes, cg), (START,), (ELSEWHERE,))


def with_torch(nodes: int, torch: Any) -> Run:
    tensor, sin, float64 = torch.tensor, torch.sin, torch.float64

    def run() -> None:
        x = tensor(START, dtype=float64, requires_grad=True)
        chain(x, sin, nodes // 2).backward()

    return run


def resident_bytes() -> int:
    """The resident set of this process; Linux only."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def bytes_a_node(peer: str, nodes: int) -> float:
    """Build a graph in this process and keep it; what is loaded lazily is loaded before."""
    if peer == "replayed":
        return program_bytes_a_node(machine.load_peers([]).modules["cygrad"], nodes)
    module: Any = machine.load_peers([peer]).modules[peer]

    def build(count: int) -> Any:
        if peer == "torch":
            x = module.tensor(START, dtype=module.float64, requires_grad=True)
            return chain(x, module.sin, count // 2)
        return chain(module.Variable(START), module.functions.sin, count // 2)

    build(100).backward()
    before = resident_bytes()
    alive = build(nodes)
    after = resident_bytes()
    del alive
    return (after - before) / nodes


def program_bytes_a_node(cg: Any, nodes: int) -> float:
    """Capture a program, and let it go."""
    trim = ctypes.CDLL(None).malloc_trim  # glibc's: what is free goes back to the system
    call = capture(cg, function(nodes, cg), (START,), (ELSEWHERE,))[0]
    trim(0)
    before = resident_bytes()
    del call
    trim(0)
    return (before - resident_bytes()) / nodes


def memory(peer: str, nodes: int, at_most: float | None = None) -> Figure:
    """`bytes_a_node` in a fresh interpreter."""
    label = f"{peer} memory, 10^{len(str(nodes)) - 1} nodes alive"
    command = [sys.executable, __file__, peer, str(nodes)]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        return Figure(label, float(told.stdout), "bytes a node", at_most)
    except subprocess.CalledProcessError as error:
        problem = (error.stderr.strip() or str(error)).splitlines()[-1]
    except (subprocess.TimeoutExpired, ValueError) as error:
        problem = str(error)
    return Figure(label, None, "bytes a node", at_most, problem)


def label(name: str, nodes: int) -> str:
    return f"{name}, 10^{len(str(nodes)) - 1} nodes"


def figures(results: Results, torch_nodes: int, replayed_nodes: int) -> list[Figure]:
    short, long = (results.get(label("cygrad", nodes)) for nodes in (NODES[0], NODES[-1]))
    growth = ratio_a_node(long, short)
    found = [
        Figure("cygrad, a node at 10^6 against 10^3", growth, "times", 1.5),
        memory("cygrad", NODES[-1], at_most=300),
        memory("replayed", replayed_nodes, at_most=75),
    ]
    if any(result.contender.peer == "torch" and result.samples for result in results.values()):
        found.append(memory("torch", torch_nodes))
    return found


def workload(quick: bool) -> Workload:
    """`quick` leaves out torch's longest graphs and the longest captures, which take most time."""
    contenders = []
    torch_nodes = NODES[:2] if quick else NODES
    most = 10_000 if quick else REPLAYED
    for nodes in NODES:
        mine = label("cygrad", nodes)
        contenders.append(Contender(mine, "cygrad", partial(ours, nodes), None, nodes, against=""))
        if nodes <= most:
            contenders.append(
                Contender(
                    label("cygrad replayed", nodes),
                    "cygrad",
                    partial(ours_replayed, nodes),
                    None,
                    nodes,
                    against=mine,
                )
            )
        if nodes in torch_nodes:
            contenders.append(
                Contender(
                    label("torch", nodes),
                    "torch",
                    partial(with_torch, nodes),
                    None,
                    nodes,
                    against=mine,
                )
            )
    return Workload(
        name="graph",
        what="chains of scalar operations: time and memory a node",
        contenders=contenders,
        figures=lambda results: figures(results, 100_000 if quick else NODES[-1], most),
    )


if __name__ == "__main__":
    print(bytes_a_node(sys.argv[1], int(sys.argv[2])))
