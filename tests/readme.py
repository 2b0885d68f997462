"""The README and the guides as they are used: their sections, each a program that a person may paste."""

import doctest
import re
from pathlib import Path

import cygrad

README = Path(__file__).parent.parent / "README.md"
GUIDES = Path(cygrad.__file__).parent / "guides"  # those that are installed
PAGES = [README, *sorted(GUIDES.glob("*.md"))]


def programs() -> list[doctest.DocTest]:
    """One for each `##` section that has examples; its name is a file's."""
    return [program for page in PAGES for program in programs_of(page)]


def programs_of(page: Path) -> list[doctest.DocTest]:
    parser = doctest.DocTestParser()
    found = []
    line = 0
    for section in re.split(r"^(?=## )", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
        title = section.partition("\n")[0].lower()
        name = re.sub(r"\W+", "_", f"{page.stem.lower()} {title}").strip("_")
        program = parser.get_doctest(section, {}, name, str(page), line)
        line += section.count("\n")
        if program.examples:
            found.append(program)
    return found


def links_of(page: Path) -> list[str]:
    """The targets of its links and pictures."""
    return re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))


def anchors_of(page: Path) -> set[str]:
    """The names that GitHub gives to its headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
