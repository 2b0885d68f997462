"""The command line, `python -m cygrad` or `cygrad`; the commands are in cygrad/commands."""

import argparse
import difflib
import os
import sys
from collections.abc import Sequence

import cygrad as cg
from cygrad.commands import COMMANDS

INTERRUPTED = 130  # as a shell reports SIGINT
CLOSED_PIPE = 141  # and SIGPIPE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    try:
        try:
            return _run(sys.argv[1:] if arguments is None else arguments)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has what it wanted, as in `cygrad dot | head`. Python flushes once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE


def _run(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="cygrad", description="cygrad: automatic differentiation, compiled."
    )
    parser.add_argument("--version", action="version", version=f"cygrad {cg.__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.HELP, description=command.__doc__)
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run, error=subparser.error)
    if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        near = difflib.get_close_matches(arguments[0], COMMANDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(COMMANDS)}"
        parser.error(f"unknown command {arguments[0]!r}; {hint}")
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
    except argparse.ArgumentError as error:
        options.error(str(error))
    return code


if __name__ == "__main__":
    sys.exit(main())
