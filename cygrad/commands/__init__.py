"""The commands of the command line, a file each.

A command is a module with `HELP`, a line for the list of commands; `add_arguments(parser)`; and
`run(options)`, which returns the exit code. It raises `argparse.ArgumentError(None, message)` for
options that do not make sense together with what they ask for.
"""

from cygrad.commands import check, demo, dot

COMMANDS = {"check": check, "demo": demo, "dot": dot}
