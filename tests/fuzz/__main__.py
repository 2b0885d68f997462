"""`python -m fuzz KIND [--seed N] [--count N] [--seconds S]`, in the folder tests/.

With both, whichever ends first. So a run in CI, where speed differs, tries no seed above --count.

The cases run in a process of their own, which says what it is about to try: so a crash or a case
that takes more than a minute is a failure with a seed, too. The exit code is 1 after a failure.
"""

import argparse
import contextlib
import faulthandler
import importlib
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings

KINDS = ["programs", "transforms", "misuse", "in_place", "threads", "interrupts", "leaks"]
MEMORY = 4 << 30  # bytes of address space beside what there is: no case needs as much
PATIENCE = 60  # seconds for one case


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--seed", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--count", type=int, default=None, help="so many seeds")
    parser.add_argument(
        "--seconds", type=float, default=None, help="seeds for so long (60 without --count)"
    )
    parser.add_argument("--failures", type=int, default=5, help="stop after so many (5)")
    parser.add_argument(
        "--no-memory-limit", action="store_true", help="as AddressSanitizer needs it"
    )
    parser.add_argument("--log", help=argparse.SUPPRESS)  # of a process that tries cases
    options = parser.parse_args()
    if options.seconds is None:
        options.seconds = 60.0 if options.count is None else math.inf
    if options.count is None:
        options.count = sys.maxsize
    return options


def try_cases(options: argparse.Namespace) -> int:
    """Try seed after seed, write each to the log before it is tried, and print what failed."""
    faulthandler.enable()
    warnings.simplefilter("ignore")
    module = importlib.import_module(f"fuzz.{options.kind}")
    if not options.no_memory_limit:
        limit_memory()
    end = time.monotonic() + options.seconds
    seed, failures = options.seed, 0
    with open(options.log, "w") as log:
        while time.monotonic() < end and seed - options.seed < options.count:
            log.seek(0)
            log.write(f"{seed:<20}{failures}\n")
            log.flush()
            faulthandler.dump_traceback_later(PATIENCE, exit=True)
            found = module.failure(seed)
            faulthandler.cancel_dump_traceback_later()
            if found is not None:
                failures += 1
                print(f"\n== {options.kind}, seed {seed}\n{found}", flush=True)
                if failures == options.failures:
                    break
            seed += 1
    print(f"{options.kind}: {seed - options.seed} seeds from {options.seed}, {failures} failures")
    return 1 if failures else 0


def limit_memory() -> None:
    with contextlib.suppress(ValueError, OSError):  # a lower limit is there already
        with open("/proc/self/statm") as pages:
            used = int(pages.read().split()[0]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, hard))


def main() -> int:
    options = parsed()
    if options.log:
        return try_cases(options)
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        command = [sys.executable, "-m", "fuzz", *sys.argv[1:], "--log", log]
        last = os.path.join(folder, "last")
        code = subprocess.run(
            command, check=False, env={**os.environ, "CYGRAD_FUZZ_LAST": last}
        ).returncode
        if code not in (0, 1) or not os.path.exists(log):
            with contextlib.suppress(FileNotFoundError), open(log) as file:
                seed = file.read().split()[0]
                print(f"\n== {options.kind}, seed {seed}: the process ended with {code}")
                print(f"python -m fuzz {options.kind} --seed {seed} --count 1")
            with contextlib.suppress(FileNotFoundError), open(last) as file:
                print("its last call:", file.read())
        return 0 if code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
