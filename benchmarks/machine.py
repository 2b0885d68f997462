"""Where the benchmarks run: one thread for every library, the peers installed, the machine.

Importing this file pins the thread counts through the environment, so it comes before NumPy and
every peer; those are imported here, by `load_peers`, and nowhere else at the top of a file.
What is measured, and how, is in `harness.py` and in the workloads.
"""

import gc
import importlib
import importlib.metadata
import math
import os
import platform
import sys
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

# NPROC is what sizes XLA's own thread pool: with XLA_FLAGS alone jax 0.10 still uses every core.
THREADS: Mapping[str, str] = MappingProxyType(
    {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "NPROC": "1",
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    }
)
if "numpy" in sys.modules:
    raise ImportError("machine.py pins NumPy's threads: import it first")
os.environ.update(THREADS)

PEERS = ("torch", "jax", "autograd", "mygrad", "casadi", "numpy")


class Peers:
    """The libraries of one run: `modules` by name, and in `missing` why another is not there."""

    def __init__(self) -> None:
        self.modules: dict[str, Any] = {}
        self.missing: dict[str, str] = {}
        self.versions: dict[str, str] = {}
        self.settings: dict[str, str] = {}

    def load(self, name: str) -> None:
        """Import one library and set it up for its best at one thread, in float64."""
        try:
            module = importlib.import_module(name)
            self.settings.update(_set_up(name, module))
        except ModuleNotFoundError as error:
            absent = error.name == name
            self.missing[name] = "not installed" if absent else f"import failed: {error}"
        except Exception as error:  # noqa: BLE001 - a peer may fail in any way; it is listed
            self.missing[name] = f"import failed: {type(error).__name__}: {error}"
        else:
            self.modules[name] = module
            self.versions[name] = _version(name, module)


def load_peers(names: Iterable[str]) -> Peers:
    """Import cygrad, which must be there, then the peers asked for; `python` is always there."""
    peers = Peers()
    for name in ("cygrad", "numpy", *(name for name in names if name != "numpy")):
        peers.load(name)
    if "cygrad" in peers.missing:
        reason = peers.missing["cygrad"]
        raise SystemExit(f"cygrad: {reason} (first: pip install '.[bench]')")
    peers.modules["python"] = math
    return peers


def describe() -> dict[str, str]:
    """The machine and the interpreter, as they stand at this moment."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    facts = {
        "cpu": _cpu_model(),
        "cores": f"{os.cpu_count()}, of which usable {usable}",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "collector": f"{'on' if gc.isenabled() else 'off'}, thresholds {gc.get_threshold()}, "
        "as Python starts",
    }
    if hasattr(os, "getloadavg"):
        facts["load"] = f"{os.getloadavg()[0]:.2f} over the last minute, before the run"
    return facts


def _set_up(name: str, module: Any) -> dict[str, str]:
    """Settings that the library documents for speed, and its threads; returns them to print."""
    if name == "cygrad":
        importlib.import_module("cygrad.functions")
        return {"cygrad.isa()": str(module.isa())}
    if name == "torch":
        module.set_num_threads(1)
        module.set_num_interop_threads(1)
        return {"torch threads": str(module.get_num_threads())}
    if name == "jax":
        module.config.update("jax_enable_x64", True)
        return {"jax_enable_x64": "True"}
    if name == "autograd":
        importlib.import_module("autograd.numpy")
    if name == "mygrad":
        module.turn_memory_guarding_off()
        return {"mygrad memory guarding": "off"}
    return {}


def _version(name: str, module: Any) -> str:
    own = getattr(module, "__version__", None)
    return str(own) if own is not None else importlib.metadata.version(name)


def _cpu_model() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
