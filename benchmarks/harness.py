"""How a workload is measured: contenders checked against a known result, then timed interleaved.

Each round times every contender once, in an order drawn afresh, with as many evaluations as fill a
slice of some 30 ms. A time is the median over the rounds; a ratio is the median over the rounds of
the ratio within the round, so that a machine whose speed drifts between rounds does not move it.
One evaluation goes untimed before each slice: a system that takes idle memory back (a virtual
machine's, most of all) would else charge its return to whoever comes next. All in one process.
What is replayed is captured before (`replay.py`); tables are in `report.py`.
"""

import itertools
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from machine import Peers

Run = Callable[[], Any]

TOLERANCE = 1e-9
LONG = 1.0  # seconds of an evaluation that is not repeated untimed


@dataclass(frozen=True)
class Replayed:
    """A run of ours that is replayed; the seconds of the first call, which was captured, and of the
    second, which was compared; the length of the program; and whether a run is one call.
    """

    run: Run
    captured: float
    compared: float
    instructions: int
    is_call: bool = True


class StaysEager(Exception):
    """What a row would replay cannot be captured: no row then, and no failure."""


@dataclass(frozen=True)
class Contender:
    """One side of a workload.

    `make(module)` prepares (and compiles, where the peer does) and returns the callable that does
    the whole workload once, or a `Replayed` with it; `expected` is what that callable must return to within `tolerance`,
    None where it is not the same mathematics. `against` names the contender of ours that the ratio
    is taken to ("" for no ratio), `target` the least ratio to reach. `impossible` says why a peer
    cannot take part.
    """

    label: str
    peer: str
    make: Callable[[Any], Run | Replayed]
    expected: Sequence[Any] | None = None
    nodes: int = 0
    against: str = "cygrad"
    target: float | None = None
    impossible: str = ""
    tolerance: float = TOLERANCE


@dataclass
class Measured:
    """What came of one contender: seconds an evaluation in each round, or a `problem`."""

    contender: Contender
    problem: str = ""
    failed: bool = False
    prepared: float = 0.0
    first: float = 0.0
    replayed: Replayed | None = None
    evaluations: int = 1
    samples: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def spread(self) -> float:
        """The middle half of the samples, as a fraction of their median."""
        if len(self.samples) < 3:
            return 0.0
        low, _, high = statistics.quantiles(self.samples, n=4, method="inclusive")
        return (high - low) / self.median

    @property
    def threads(self) -> float:
        """CPU time over wall time: 1 for a contender that keeps to one thread."""
        return statistics.median(self.busy)


@dataclass(frozen=True)
class Figure:
    """A number derived from a workload, with the most or the least that it may be."""

    label: str
    value: float | None
    unit: str
    at_most: float | None = None
    problem: str = ""
    at_least: float | None = None


Results = Mapping[str, Measured]


@dataclass(frozen=True)
class Workload:
    name: str
    what: str
    contenders: Sequence[Contender]
    figures: Callable[[Results], list[Figure]] = lambda results: []


@dataclass(frozen=True)
class Effort:
    """How long to measure; a contender past its `budget` (after 2 samples) sits out the rest."""

    rounds: int = 15
    slice: float = 0.03
    budget: float = 5.0


def measure(workload: Workload, peers: Peers, effort: Effort) -> dict[str, Measured]:
    """Check and time every contender whose peer was asked for."""
    results: dict[str, Measured] = {}
    runs: dict[str, Run] = {}
    for contender in workload.contenders:
        result = Measured(contender, problem=contender.impossible)
        if contender.peer in peers.missing:
            result.problem = peers.missing[contender.peer]
        elif contender.peer not in peers.modules:
            continue
        results[contender.label] = result
        if not result.problem:
            run = _prepare(result, peers, effort)
            if run is not None:
                runs[contender.label] = run

    for number in range(effort.rounds):
        order = list(runs)
        random.Random(number).shuffle(order)
        for label in order:
            result = results[label]
            spent = sum(result.samples) * result.evaluations
            if len(result.samples) < 2 or spent < effort.budget:
                if result.first < LONG:
                    runs[label]()
                seconds, busy = _time(runs[label], result.evaluations)
                result.samples.append(seconds / result.evaluations)
                result.busy.append(busy / seconds)
    return results


def ratio(result: Measured | None, base: Measured | None) -> float | None:
    """The time of one contender over another's, None if either was not measured."""
    if result is None or base is None or not result.samples or not base.samples:
        return None
    # a contender that sits out does so to the end, so equal places are the same round
    pairs = zip(result.samples, base.samples, strict=False)
    return statistics.median(mine / other for mine, other in pairs)


def ratio_a_node(result: Measured | None, base: Measured | None) -> float | None:
    """`ratio` of the times a node."""
    times = ratio(result, base)
    if times is None or result is None or base is None:
        return None
    return times * base.contender.nodes / result.contender.nodes


def replayed_for(contender: Contender, results: Results) -> Measured | None:
    """What is replayed where the contender's rival of ours is eager; None for that itself."""
    known = results.get(contender.against.replace("cygrad", "cygrad replayed", 1))
    return None if known is None or known.contender is contender else known


def over_replayed(targets: Mapping[str, float], results: Results) -> list[Figure]:
    """Figures of peers' times over that of what is replayed, with the least to reach."""
    found = []
    for label, least in targets.items():
        peer = results.get(label)
        if peer is not None:
            times = ratio(peer, replayed_for(peer.contender, results))
            found.append(Figure(f"{label} / replayed", times, "times", None, peer.problem, least))
    return found


def captures(results: Results) -> list[Figure]:
    """What capturing cost, and after how many calls it has paid."""
    found = []
    for label, result in results.items():
        mine = result.replayed
        eager = results.get(result.contender.against or label.replace(" replayed", "", 1))
        if mine is None:
            continue
        unit = f"ms, {mine.instructions:,} instructions"
        found.append(Figure(f"{label}, first call", 1e3 * mine.captured, unit))
        if mine.is_call and result.samples and eager is not None and eager.samples:
            saved = eager.median - result.median
            spent = mine.captured + mine.compared - 2 * eager.median
            pays = max(2.0, 2.0 + spent / saved) if saved > 0 else None
            found.append(Figure(f"{label}, pays from", pays, "calls on", None, "it does not pay"))
    return found


def _prepare(result: Measured, peers: Peers, effort: Effort) -> Run | None:
    """Make the callable, hold its result against the expected one, choose the evaluations."""
    contender = result.contender
    try:
        start = time.perf_counter()
        made = contender.make(peers.modules[contender.peer])
        result.prepared = time.perf_counter() - start
        result.replayed = made if isinstance(made, Replayed) else None
        run = made.run if isinstance(made, Replayed) else made
        start = time.perf_counter()
        outcome = run()
        result.first = time.perf_counter() - start
        _check(outcome, contender, peers.modules["numpy"])
    except StaysEager as error:
        result.problem = str(error)
        return None
    except Exception as error:  # noqa: BLE001 - a peer may fail in any way; it is listed
        result.problem = f"{type(error).__name__}: {' '.join(str(error).split())}"
        result.failed = True
        return None
    del outcome
    if result.first < LONG:
        result.evaluations = _evaluations(run, effort.slice)
    return run


def _check(outcome: Any, contender: Contender, numpy: Any) -> None:
    expected, tolerance = contender.expected, contender.tolerance
    if expected is None:
        return
    if len(outcome) != len(expected):
        raise AssertionError(f"{len(outcome)} results, expected {len(expected)}")
    for place, (mine, known) in enumerate(zip(outcome, expected, strict=True)):
        # torch's own way out of the graph; the others' results are arrays as they stand
        array = numpy.asarray(mine.detach() if hasattr(mine, "detach") else mine)
        if array.dtype != numpy.float64:
            raise AssertionError(f"result {place} is {array.dtype}, expected float64")
        if numpy.size(array) != numpy.size(known):
            raise AssertionError(f"result {place} has shape {array.shape}")
        numpy.testing.assert_allclose(
            array.reshape(-1), numpy.reshape(known, -1), rtol=tolerance, atol=tolerance
        )


def _evaluations(run: Run, slice_: float) -> int:
    """How many evaluations fill a slice."""
    count = 1
    while True:
        seconds, _ = _time(run, count)
        if seconds >= slice_ / 4:
            return max(1, round(count * slice_ / seconds))
        count *= 4


def _time(run: Run, evaluations: int) -> tuple[float, float]:
    """Wall and CPU seconds of so many evaluations, each result dropped before the next."""
    repeat = itertools.repeat(None, evaluations)
    busy = time.process_time()
    start = time.perf_counter()
    for _ in repeat:
        run()
    wall = time.perf_counter() - start
    return wall, time.process_time() - busy
