"""The threads that long work is cut among: how many, and the pool.

The pool is the standard library's. It is made when it is first needed, and anew in a process that was
forked: threads do not live on there.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

__all__ = ["get_num_threads", "run_parts", "set_num_threads"]

MOST = 1024
PATIENCE = 0.05  # seconds after which an interrupt has come through

# How many; and the pool, the process whose it is, and its threads.
number = 1
pool: ThreadPoolExecutor | None = None
made_for: tuple[int, int] = (0, 0)


def set_num_threads(n: int) -> None:
    """Set how many threads long work is cut among.

    Parameters
    ----------
    n : int
        From 1 on. One thread at first: then no other threads are made.

    Raises
    ------
    ValueError
        If n is less than 1, or more than 1024.
    TypeError
        If n is no whole number.

    Notes
    -----
    Batches of `vmap` are cut among them. No bit depends on their number. BLAS has threads of its own,
    which OPENBLAS_NUM_THREADS or OMP_NUM_THREADS sets before NumPy is imported.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.set_num_threads(2)
    >>> cg.get_num_threads()
    2
    >>> cg.set_num_threads(1)
    """
    global number
    n = operator.index(n)
    if not 1 <= n <= MOST:
        raise ValueError(f"set_num_threads: from 1 to {MOST} threads, not {n}")
    number = n


def get_num_threads() -> int:
    """How many threads long work is cut among.

    Returns
    -------
    int

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.get_num_threads()
    1
    """
    return number


def the_pool() -> ThreadPoolExecutor:
    """Of that many threads; those of one that nobody has any more end by themselves."""
    global pool, made_for
    if pool is None or made_for != (os.getpid(), number):
        pool = ThreadPoolExecutor(number, thread_name_prefix="cygrad")
        made_for = (os.getpid(), number)
    return pool


def run_parts(parts: list[Callable[[], object]]) -> None:
    """Call each in a thread of the pool, so that this one can be interrupted.

    Raises what the first to fail has raised, while others may run still.
    """
    executor = the_pool()
    futures: list[Future[object]] = [executor.submit(part) for part in parts]
    while wait(futures, PATIENCE, FIRST_EXCEPTION).not_done:
        for future in futures:
            if future.done():
                future.result()
    for future in futures:
        future.result()
