"""Our functions captured, for the rows of what is replayed. How they are timed is in `harness.py`.

A row takes part once its program is trusted: it has been called twice, the second time with other
numbers, at which the replay is compared with the function.
"""

import time
from collections.abc import Callable
from typing import Any

from harness import Replayed, Run, StaysEager

Arguments = tuple[Any, ...]


def replayed(
    cg: Any, function: Callable[..., Any], at: Arguments, elsewhere: Arguments
) -> Replayed:
    """A run of the function at some arguments; captured at others of their kind."""
    call, captured, compared = capture(cg, function, elsewhere, at)
    return Replayed(lambda: call(*at), captured, compared, instructions(call))


def capture(
    cg: Any, function: Callable[..., Any], first: Arguments, second: Arguments
) -> tuple[Any, float, float]:
    """The function compiled, after two calls; and the seconds of each."""
    call = cg.compile(function, fallback=False)
    try:
        return call, seconds(lambda: call(*first)), seconds(lambda: call(*second))
    except RuntimeError as error:
        if "stays eager" not in str(error):
            raise
        raise StaysEager(str(error).rpartition("stays eager")[2].strip(": ")) from None


def instructions(call: Any) -> int:
    return int(call.program().instructions)


def seconds(run: Run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
