"""`fit-*`: whole fits by scipy's L-BFGS-B, each library giving value and gradient.

What is fitted, and to what, is in `models.py`: each model written once, for any module with NumPy's
names. A run is a fit from the start to the optimum, with everything that a user waits for: jax
traces and compiles in every run, from a function that it has not seen. What is checked is the value
at the optimum, and the parameters where there are few.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from harness import (
    Contender,
    Replayed,
    Run,
    Workload,
    over_replayed,
)  # first: it pins the threads

# isort: split
import models
import numpy as np
from models import Model
from replay import capture, instructions

Evaluate = Callable[[Any], tuple[float, Any]]

# How far an optimizer goes, and how near to one another they end: a valley's floor is flat.
OPTIONS = {"maxiter": 2000, "maxfun": 4000, "ftol": 1e-15, "gtol": 1e-7}
SAME = 1e-5


def fitted(model: Model, evaluate: Evaluate) -> tuple[Any, ...]:
    """The value at the optimum, and the parameters where the model has known ones."""
    from scipy.optimize import minimize  # type: ignore[import-untyped,unused-ignore]

    result = minimize(evaluate, model.start, jac=True, method="L-BFGS-B", options=OPTIONS)
    return (result.fun,) if model.optimum is None else (result.fun, result.x)


def ours(model: Model, cg: Any) -> Run:
    return lambda: fitted(model, cg.value_and_grad(partial(model.loss, np, *model.data)))


def ours_replayed(model: Model, cg: Any) -> Replayed:
    """Captured before; what a run finds is already there."""
    function = cg.value_and_grad(partial(model.loss, np, *model.data))
    start = np.array(model.start)
    call, captured, compared = capture(cg, function, (start,), (start + 1e-3,))
    run = partial(fitted, model, call)
    return Replayed(run, captured, compared, instructions(call), is_call=False)


def ours_captured_anew(model: Model, cg: Any) -> Run:
    def run() -> tuple[Any, ...]:
        function = cg.value_and_grad(partial(model.loss, np, *model.data))
        return fitted(model, cg.compile(function))

    return run


def with_autograd(model: Model, autograd: Any) -> Run:
    anp = autograd.numpy
    return lambda: fitted(model, autograd.value_and_grad(partial(model.loss, anp, *model.data)))


def with_torch(model: Model, torch: Any) -> Run:
    data = [torch.from_numpy(a) if isinstance(a, np.ndarray) else a for a in model.data]

    def evaluate(p: Any) -> tuple[float, Any]:
        variable = torch.from_numpy(p).requires_grad_()
        value = model.loss(torch, *data, variable)
        value.backward()
        return value.item(), variable.grad.numpy()

    return lambda: fitted(model, evaluate)


def with_jax(model: Model, jax: Any) -> Run:
    loss = model.loss if model.scanned is None else partial(model.scanned, jax)

    def run() -> tuple[Any, ...]:
        # A function object of this run: jax keeps what it compiled by the function.
        def objective(p: Any) -> Any:
            return loss(jax.numpy, *model.data, p)

        compiled = jax.jit(jax.value_and_grad(objective))

        def evaluate(p: Any) -> tuple[float, Any]:
            value, gradient = compiled(p)
            return float(value), np.asarray(gradient)

        return fitted(model, evaluate)

    return run


def with_compiled_jax(model: Model, jax: Any) -> Run:
    """Compiled before."""
    loss = model.loss if model.scanned is None else partial(model.scanned, jax)
    compiled = jax.jit(jax.value_and_grad(partial(loss, jax.numpy, *model.data)))

    def evaluate(p: Any) -> tuple[float, Any]:
        value, gradient = compiled(p)
        return float(value), np.asarray(gradient)

    evaluate(np.array(model.start))
    return lambda: fitted(model, evaluate)


def workload(name: str, quick: bool) -> Workload:
    model = models.MODELS[name]()
    expected = (model.value,) if model.optimum is None else (model.value, model.optimum)
    check = partial(Contender, expected=expected, tolerance=SAME)
    slow = "takes 9 s: not measured with --quick" if quick and name == "pendulum" else ""
    return Workload(
        name=f"fit-{name}",
        what=f"{model.what}, {len(model.start)} parameters, by L-BFGS-B",
        contenders=[
            check("cygrad", "cygrad", partial(ours, model)),
            check("cygrad replayed", "cygrad", partial(ours_replayed, model)),
            check("cygrad, captured anew", "cygrad", partial(ours_captured_anew, model)),
            check(
                "HIPS autograd",
                "autograd",
                partial(with_autograd, model),
                target=model.target,
                impossible=slow,
            ),
            check("torch", "torch", partial(with_torch, model)),
            check("jax, compiled anew", "jax", partial(with_jax, model), target=1.0),
            check("jax, compiled before", "jax", partial(with_compiled_jax, model)),
        ],
        figures=partial(over_replayed, {"jax, compiled before": 1.0}),
    )
