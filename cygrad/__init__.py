"""cygrad: reverse-mode automatic differentiation, compiled.

A `Variable` wraps float64 data and remembers how it was computed; `Variable.backward` gives the
gradients, which are Variables themselves. A `Function` is an operation in the graph, and the class
to derive your own from.

- Variables: `zeros`, `ones`, `full`, `zeros_like`, `ones_like`, `full_like`, `arange`, `linspace`,
  `eye`, `identity`; of random numbers: `rand`, `randn`, `normal`.
- Functions made of functions, which compute their derivatives: `grad`, `value_and_grad`,
  `elementwise_grad`, `jacobian`, `hessian`; most of them zero: `sparse_jacobian`, `sparse_hessian`;
  times a vector: `vjp`, `jvp`, `hvp`; all along a line: `taylor`; with less memory: `checkpoint`;
  captured once, and replayed: `compile`; for a batch: `vmap`; of parameters: `functional_call`.
- Modes, for a block or a function: `no_grad`, `test_mode`, `detect_anomaly`; asked for by
  `is_grad_enabled` and `is_test_mode`.
- About the library: `isa`, the instruction set; `empty_cache` and `set_cache_limit`, for freed
  memory; `set_num_threads` and `get_num_threads`; `get_include`, for extensions in Cython.

The differentiable functions are in `cygrad.functions`, linear algebra is in `cygrad.linalg`,
scipy's functions are in `cygrad.special`, `cygrad.stats` and `cygrad.optimize`. Networks are made
of `cygrad.layers` and `cygrad.models`, and trained by `cygrad.optimizers` with `cygrad.hooks`, on
`cygrad.data`. `cygrad.numerical` checks gradients, `cygrad.dot` draws graphs.
"""

from types import ModuleType
from typing import TYPE_CHECKING


def _import_compiled() -> None:
    """Import the compiled core, or say why it is not there."""
    try:
        import cygrad.core.variable  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("cygrad."):
            raise
        raise ImportError(
            "cygrad was found as sources, which are not compiled: Python was started in a clone of "
            "the repository. Start it in another folder, or as python -P."
        ) from error


_import_compiled()

from cygrad import elsewhere, functions
from cygrad import methods as _methods  # noqa: F401  (which adds them to Variable)
from cygrad.core.function import Function
from cygrad.core.mode import detect_anomaly, is_grad_enabled, is_test_mode, no_grad, test_mode
from cygrad.core.operators import load_numpy_protocol_by
from cygrad.core.storage import empty_cache, set_cache_limit
from cygrad.core.variable import Variable
from cygrad.kernels.elementwise import isa

if TYPE_CHECKING:
    from cygrad import data as data
    from cygrad import dot as dot
    from cygrad import hooks as hooks
    from cygrad import layers as layers
    from cygrad import linalg as linalg
    from cygrad import models as models
    from cygrad import numerical as numerical
    from cygrad import optimize as optimize
    from cygrad import optimizers as optimizers
    from cygrad import special as special
    from cygrad import stats as stats
    from cygrad._version import __version__
    from cygrad.abi import get_include
    from cygrad.core.creation import (
        arange,
        eye,
        full,
        full_like,
        identity,
        linspace,
        normal,
        ones,
        ones_like,
        rand,
        randn,
        zeros,
        zeros_like,
    )
    from cygrad.core.threads import get_num_threads, set_num_threads
    from cygrad.layers.calling import functional_call
    from cygrad.transforms import (
        checkpoint,
        elementwise_grad,
        grad,
        hessian,
        hvp,
        jacobian,
        jvp,
        taylor,
        value_and_grad,
        vjp,
    )
    from cygrad.transforms.compile import compile
    from cygrad.transforms.sparse import sparse_hessian, sparse_jacobian
    from cygrad.transforms.vmap import vmap
else:

    def __getattr__(name):
        """What `import cygrad` does not load is loaded when it is asked for."""
        from importlib import import_module

        if name in _MODULES:
            return import_module(f"cygrad.{name}")
        for module, names in _LATER.items():
            if name in names.split():
                found = globals()[name] = getattr(import_module(f"cygrad.{module}"), name)
                return found
        raise elsewhere.missing("cygrad", name, functions.__all__)


def _load_numpy_protocol() -> ModuleType:
    from cygrad import numpy_protocol

    return numpy_protocol


load_numpy_protocol_by(_load_numpy_protocol)

_MODULES = ["data", "dot", "hooks", "layers", "linalg", "models", "numerical", "optimize"]
_MODULES += ["optimizers", "special", "stats"]
_LATER = {
    "_version": "__version__",
    "abi": "get_include",
    "core.creation": "arange eye full full_like identity linspace normal ones ones_like rand randn "
    "zeros zeros_like",
    "core.threads": "get_num_threads set_num_threads",
    "layers.calling": "functional_call",
    "transforms": "checkpoint elementwise_grad grad hessian hvp jacobian jvp taylor value_and_grad "
    "vjp",
    "transforms.compile": "compile",
    "transforms.vmap": "vmap",
    "transforms.sparse": "sparse_hessian sparse_jacobian",
}


def __dir__() -> list[str]:
    return elsewhere.listed("cygrad", _MODULES)


__all__ = [
    "Function",
    "Variable",
    "__version__",
    "arange",
    "checkpoint",
    "compile",
    "detect_anomaly",
    "elementwise_grad",
    "empty_cache",
    "eye",
    "full",
    "full_like",
    "functional_call",
    "functions",
    "get_include",
    "get_num_threads",
    "grad",
    "hessian",
    "hvp",
    "identity",
    "is_grad_enabled",
    "is_test_mode",
    "isa",
    "jacobian",
    "jvp",
    "linspace",
    "no_grad",
    "normal",
    "ones",
    "ones_like",
    "rand",
    "randn",
    "set_cache_limit",
    "set_num_threads",
    "sparse_hessian",
    "sparse_jacobian",
    "taylor",
    "test_mode",
    "value_and_grad",
    "vjp",
    "vmap",
    "zeros",
    "zeros_like",
]
