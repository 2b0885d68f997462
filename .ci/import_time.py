"""The time of `import cygrad` over that of `import numpy`, which may be at most 1.2.

Each in processes of its own, by turns; the fastest of each counts, as noise only ever adds. It also
checks that the import loads no optional package.
"""

import subprocess
import sys

LIMIT = 1.2
TURNS = 25
TIMED = """
import sys
from time import perf_counter
before = perf_counter()
import {}
print(perf_counter() - before, *{{name.partition(".")[0] for name in sys.modules}})
"""


def imported(module: str) -> tuple[float, set[str]]:
    """Seconds, and the packages that are loaded then."""
    command = [sys.executable, "-P", "-c", TIMED.format(module)]
    seconds, *names = subprocess.run(
        command, capture_output=True, check=True, text=True
    ).stdout.split()
    return float(seconds), set(names)


ours, numpys = [], []
for _ in range(TURNS):
    numpys.append(imported("numpy")[0])
    ours.append(imported("cygrad")[0])
ratio = min(ours) / min(numpys)
print(
    f"import cygrad {min(ours) * 1e3:.0f} ms, import numpy {min(numpys) * 1e3:.0f} ms: {ratio:.2f}x"
)

loaded = imported("cygrad")[1] - imported("numpy")[1] - set(sys.stdlib_module_names) - {"cygrad"}
loaded = {name for name in loaded if not name.startswith(("_cython", "cython_runtime"))}
if loaded:
    sys.exit(f"import cygrad loads {', '.join(sorted(loaded))}")
if ratio > LIMIT:
    sys.exit(f"import cygrad takes more than {LIMIT} times as long as import numpy")
