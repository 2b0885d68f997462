"""The command line, `python -m cygrad` or `cygrad`; the commands are in cygrad/commands."""

import argparse
import difflib
import os
import re
import sys
from collections.abc import Sequence

import cygrad as cg
from cygrad.commands import COMMANDS

WRONG_ARGUMENTS = 2  # as argparse exits
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
        subparser.set_defaults(
            run=command.run, error=subparser.error, usage=subparser.format_usage().rstrip()
        )
    if not arguments:
        parser.print_help(sys.stderr)
        return WRONG_ARGUMENTS
    if not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        near = difflib.get_close_matches(arguments[0], COMMANDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(COMMANDS)}"
        parser.error(f"unknown command {arguments[0]!r}; {hint}")
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        if arguments[0] != options.command:
            parser.error(f"unrecognized argument {unknown[0]!r}")
        options.error(_unrecognized(unknown[0], options))  # argparse would show cygrad's usage
    try:
        code: int = options.run(options)
    except argparse.ArgumentError as error:
        options.error(str(error))
    return code


def _unrecognized(argument: str, options: argparse.Namespace) -> str:
    """What is said of an argument that the command does not have."""
    there = re.findall(r"--[\w-]+", options.usage)
    name = argument.lstrip("-").partition("=")[0]
    near = [option for option in there if name and option.startswith(f"--{name}")]
    near = near or difflib.get_close_matches(f"--{name}", there, n=1)
    takes_nothing = options.usage.endswith(f"{options.command} [-h]")
    hint = f"{options.command} takes {'none' if takes_nothing else 'no more'}"
    if there:
        hint = f"there are {', '.join(there)}"
    if near and argument.startswith("-"):
        hint = f"did you mean {' or '.join(near)}?"
    return f"unrecognized argument {argument!r}; {hint}"


if __name__ == "__main__":
    sys.exit(main())
