"""A leak check: the same cases over and over, after which no more memory may be in use than before.

glibc counts the bytes that malloc has given out; `.ci/sanitize leaks` makes Python allocate by malloc
too, and switches malloc's own caches off. Other caches, NumPy's and Python's, fill up ever more slowly;
so a leak is what grows by as much in every stretch.
"""

import ctypes
import gc
import importlib

import cygrad as cg

KINDS = ["programs", "transforms", "misuse"]
CASES = 4  # of each kind, by seed
ROUNDS = 10  # a stretch
STRETCHES = 16
ALLOWED = 64  # bytes a round and case: less than a Variable, or a node, or memory for numbers


class _Mallinfo(ctypes.Structure):
    """struct mallinfo2 of <malloc.h>: ten counts."""

    _fields_ = [(name, ctypes.c_size_t) for name in "abcdefghij"]


def in_use() -> int:
    """Bytes given out by malloc, without and with memory of their own (uordblks, hblkhd)."""
    gc.collect()
    cg.empty_cache()
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = _Mallinfo
    info = mallinfo()
    return int(info.h) + int(info.e)


def failure(seed: int) -> str | None:
    """Seeds in steps of CASES."""
    for kind in KINDS:
        seeds = range(seed * CASES, (seed + 1) * CASES)
        if growth(kind, seeds) == 0.0:
            continue
        for one in seeds:
            grown = growth(kind, range(one, one + 1))
            if grown:
                return f"python -m fuzz {kind} --seed {one} --count 1: {grown} bytes a round stay"
    return None


def growth(kind: str, seeds: range) -> float:
    """Bytes that every round leaves; 0 if there is a stretch without."""
    case = importlib.import_module(f"fuzz.{kind}").failure
    before, least = in_use(), float("inf")
    for _ in range(STRETCHES):
        for _ in range(ROUNDS):
            for seed in seeds:
                case(seed)
        after = in_use()
        least = min(least, (after - before) / ROUNDS)
        if least <= ALLOWED * len(seeds):
            return 0.0
        before = after
    return least
