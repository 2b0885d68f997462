"""Print or draw the graph of a derivative of a function of one variable."""

import argparse
import difflib
import itertools
import sys
from collections.abc import Callable

import numpy as np

import cygrad as cg
import cygrad.functions as F
from cygrad.core.walk import functions_behind
from cygrad.dot import graph, render
from cygrad.functions.families import FAMILIES

HELP = "draw the graph of a function's derivative"

MOST = 10_000  # functions in a graph: what has more is no picture, and no text that one reads
HIGHEST = 100

# Of several axes and signs, with a NaN. Numbers alone would not tell transpose from a function of
# each number.
SAMPLE = np.array([[[0.3, -0.7, 2.5], [np.nan, 1.9, -0.2]]])


# Functions that take more than x, with what is given to them.
WITH_ARGUMENTS: dict[str, Callable[[cg.Variable], cg.Variable]] = {"pow": lambda x: F.pow(x, 3.0)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--func",
        default="tanh",
        help="an elementwise function of cygrad.functions, or pow for x ** 3 (tanh)",
    )
    parser.add_argument(
        "--order", type=int, default=1, help="of the derivative; 0 for the function itself (1)"
    )
    parser.add_argument("--x", type=float, default=0.5, help="where to differentiate (0.5)")
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="a .svg, .png or .pdf (drawn by Graphviz) or .dot; without it, DOT text is printed",
    )
    parser.add_argument("--verbose", action="store_true", help="show shapes and generations")


def run(options: argparse.Namespace) -> int:
    if options.order < 0:
        raise argparse.ArgumentError(None, f"--order must not be negative, got {options.order}")
    if options.order > HIGHEST:
        raise argparse.ArgumentError(
            None, f"--order must be at most {HIGHEST}, got {options.order}"
        )
    y = _derivative(options.func, options.order, options.x)
    if options.out is None:
        print(graph(y, options.verbose), end="")
        return 0
    try:
        render(y, options.out, options.verbose)
    except ValueError as error:
        raise argparse.ArgumentError(None, str(error)) from None
    except (OSError, RuntimeError) as error:
        print(f"cygrad dot: {error}", file=sys.stderr)
        return 1
    return 0


def _derivative(name: str, order: int, at: float) -> cg.Variable:
    if name not in WITH_ARGUMENTS and not _is_elementwise(name):
        functions = [f for f in sorted(FAMILIES) if _is_elementwise(f)]
        near = difflib.get_close_matches(name, functions, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise argparse.ArgumentError(
            None,
            f"no elementwise function {name!r} of one variable; {hint}there are {', '.join(functions)}",
        )
    x = cg.Variable(at, name="x")
    y: cg.Variable = WITH_ARGUMENTS.get(name, getattr(F, name))(x)
    y.name = "y"
    for n in range(1, order + 1):
        x.cleargrad()
        y.backward(create_graph=True)
        if x.grad is None:
            raise argparse.ArgumentError(
                None, f"the derivative of order {n} of {name} is zero and has no graph"
            )
        y = x.grad
        if sum(1 for _ in itertools.islice(functions_behind([y]), MOST + 1)) > MOST:
            raise argparse.ArgumentError(
                None,
                f"--order: the derivative of order {n} of {name} has more than {MOST:,} functions "
                "in its graph; give a lower order",
            )
        y.name = f"gx{n}"
    return y


def _is_elementwise(name: str) -> bool:
    """Whether it is a function of one number, which computes something with each one of an array.

    Found by calling it: a function that sums, sorts or turns an array does not give for each
    element what it gives for that number alone.
    """
    if name not in FAMILIES:
        return False
    function = getattr(F, name)
    try:
        with cg.no_grad(), cg.test_mode(), np.errstate(all="ignore"):
            of_all = np.asarray(function(SAMPLE))
            of_each = np.reshape([np.asarray(function(v)) for v in SAMPLE.flat], SAMPLE.shape)
    except (TypeError, ValueError, IndexError, RuntimeError):
        return False
    changes = not np.array_equal(of_all, SAMPLE, equal_nan=True)
    return changes and np.array_equal(of_all, of_each, equal_nan=True)
