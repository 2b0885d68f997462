"""The README as it is used: its sections, each a program that a person may paste."""

import doctest
import re
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def programs() -> list[doctest.DocTest]:
    """One for each `##` section that has examples; its name is a file's."""
    parser = doctest.DocTestParser()
    found = []
    line = 0
    for section in re.split(r"^(?=## )", README.read_text(encoding="utf-8"), flags=re.MULTILINE):
        name = re.sub(r"\W+", "_", section.partition("\n")[0].lower()).strip("_")
        program = parser.get_doctest(section, {}, name, str(README), line)
        line += section.count("\n")
        if program.examples:
            found.append(program)
    return found
