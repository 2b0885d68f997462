"""The commands of the command line, a file each.

A command is a module that is entered below under its name. It has `HELP`, a line for the list of
commands; `add_arguments(parser)`; and `run(options)`, which returns the exit code. For options that
make no sense `run` raises `argparse.ArgumentError(None, message)`.
"""

from cygrad.commands import check, demo, dot, guide, lstm

COMMANDS = {"check": check, "demo": demo, "dot": dot, "guide": guide, "lstm": lstm}
