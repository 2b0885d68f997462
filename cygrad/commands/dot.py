"""Print or draw the graph of a derivative of a function of one variable."""

import argparse
import difflib
import sys

import cygrad as cg
import cygrad.functions as F
from cygrad.dot import graph, render

HELP = "draw the graph of a function's derivative"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--func", default="tanh", help="a function of cygrad.functions of one variable (tanh)"
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
    x = cg.Variable(at, name="x")
    y = _value(name, x)
    if y is None:
        functions = [f for f in F.__all__ if _value(f, cg.Variable(0.5)) is not None]
        near = difflib.get_close_matches(name, functions, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise argparse.ArgumentError(
            None, f"no function {name!r} of one variable; {hint}there are {', '.join(functions)}"
        )
    y.name = "y"
    for n in range(1, order + 1):
        x.cleargrad()
        y.backward(create_graph=True)
        if x.grad is None:
            raise argparse.ArgumentError(
                None, f"the derivative of order {n} of {name} is zero and has no graph"
            )
        y = x.grad
        y.name = f"gx{n}"
    return y


def _value(name: str, x: cg.Variable) -> cg.Variable | None:
    """A function of a variable; None if there is no such function, or it needs more than that."""
    if name not in F.__all__:
        return None
    try:
        y = getattr(F, name)(x)
    except (TypeError, ValueError, IndexError, RuntimeError):
        return None
    return y if isinstance(y, cg.Variable) else None
