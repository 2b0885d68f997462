"""Show a guide to cygrad, or list them all."""

import argparse
import difflib
import pydoc
import sys
from importlib import resources

HELP = "list the guides, or show one"

# Files in cygrad/guides, in the order in which one would read them. The first line of each is its
# title, and the paragraph below is what the list says of it.
NAMES = (
    "concepts",
    "data",
    "networks",
    "numpy",
    "replay",
    "batches",
    "optimal-control",
    "controller",
    "pictures",
    "own-function",
    "coming-from",
    "names",
    "numbers",
    "limits",
    "speed",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="which one to show; without it they are listed")


def run(options: argparse.Namespace) -> int:
    if options.name is None:
        width = max(map(len, NAMES))
        for name in NAMES:
            print(f"{name:{width}}  {summary(text_of(name))}")
        print("\n`cygrad guide NAME` shows one.")
    else:
        show(text_of(named(options.name)))
    return 0


def named(given: str) -> str:
    """The guide that is meant; its file's name is understood, too."""
    name = given.lower().removesuffix(".md").replace("_", "-")
    if name in NAMES:
        return name
    near = difflib.get_close_matches(name, NAMES) or [n for n in NAMES if name and name in n]
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(NAMES)}"
    raise argparse.ArgumentError(None, f"no guide {given!r}; {hint}")


def text_of(name: str) -> str:
    """A guide, in Markdown."""
    file = resources.files("cygrad") / "guides" / f"{name}.md"
    return file.read_text(encoding="utf-8")


def summary(text: str) -> str:
    """The line below a guide's title."""
    line = text.splitlines()[2].removesuffix(".")
    return line[0].lower() + line[1:]


def show(text: str) -> None:
    """In the pager of the user's terminal; where the output goes elsewhere, as it is."""
    if sys.stdout.isatty():
        pydoc.pager(text)
    else:
        print(text, end="")
