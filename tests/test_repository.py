"""What contributors use and no package has: .ci/, .github/, and the links of their pages."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from readme import anchors_of, links_of

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / ".github").glob("*.md"))
LINKS = [(page, link) for page in PAGES for link in links_of(page)]

pytestmark = [
    pytest.mark.skipif(not PAGES, reason="an sdist or a wheel has no .github"),
    pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here"),
]


def script(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", *arguments], cwd=ROOT, capture_output=True, check=False, text=True
    )


def test_the_steps_of_ci_are_listed() -> None:
    listed = script(".ci/run", "--list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert {"lint", "types", "tests"} <= {line.split()[0] for line in listed.stdout.splitlines()}


def test_a_step_that_ci_does_not_have() -> None:
    refused = script(".ci/run", "lint", "lnit")  # before lint has begun
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("no step lnit; there are demo tests lint ")


@pytest.mark.parametrize("file", sorted((ROOT / ".ci").glob("*")), ids=lambda file: file.name)
def test_a_script_is_bash(file: Path) -> None:
    if file.suffix == "":
        assert file.stat().st_mode & 0o111
        assert script("-n", str(file)).stderr == ""


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_the_readme_has_the_commands_that_ci_runs(name: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(re.findall(rf"<!-- {name} -->\n```sh\n(.+)\n```\n", text)) == 1


def test_pre_commit_and_ci_lint_by_the_same_commands() -> None:
    hooks = re.findall(r"entry: (.*)", (ROOT / ".ci/pre-commit.yaml").read_text(encoding="utf-8"))
    steps = (ROOT / ".ci/run").read_text(encoding="utf-8")
    for hook in hooks:
        assert hook.replace(" --force-exclude", "") in steps


@pytest.mark.parametrize(("page", "link"), LINKS, ids=lambda x: getattr(x, "stem", x))
def test_a_link_leads_somewhere(page: Path, link: str) -> None:
    target, _, anchor = link.partition("#")
    file = page.parent / target if target else page
    assert file.exists()
    assert not anchor or anchor in anchors_of(file)


def test_every_room_is_on_the_map() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rooms = project["tool"]["setuptools"]["packages"]
    page = (ROOT / ".github/ARCHITECTURE.md").read_text(encoding="utf-8")
    links = {link for _, link in LINKS}
    for room in rooms[1:]:
        assert f"../{room.replace('.', '/')}" in links, page
