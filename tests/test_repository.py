"""What contributors use and no package has: .ci/, .github/, and the links of their pages."""

import re
import shutil
import subprocess
import sys
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


def test_the_names_of_all_functions_stand_where_they_have_to() -> None:
    run = [sys.executable, str(ROOT / ".ci" / "names.py"), "--check"]
    missing = subprocess.run(run, capture_output=True, check=False, text=True)
    assert (missing.returncode, missing.stdout + missing.stderr) == (0, ""), "run .ci/build"


def test_a_new_function_is_put_beside_its_neighbour(tmp_path: Path) -> None:
    copy = tmp_path / "clone"
    for folder in (".ci", "cygrad/functions", "cygrad/guides", "stubs/cygrad/functions"):
        ignored = shutil.ignore_patterns("*.so", "*.pyd", "*.c")
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
    source = copy / "cygrad/functions/exponential.pyx"
    first, second = "def logaddexp(a, b):", "def expm1(x):"
    text = source.read_text(encoding="utf-8")
    text = text.replace(first, f"def logratio(a, b):\n    pass\n\n\n{first}")
    text = text.replace(second, f"def exp1(x):\n    pass\n\n\n{second}") + "\n\ndef _own(x):\n"
    source.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(copy / ".ci/names.py")], capture_output=True, check=True, text=True
    )
    expected = {
        "cygrad/functions/families.py": "exp exp1 exp2 expm1 log log10 log1p log2 logaddexp "
        "logaddexp2 logratio",
        "cygrad/functions/__init__.py": "exp, exp1, exp2, expm1, log, log2, log10, logratio, log1p",
        "cygrad/guides/names.md": "`F.exp exp1 exp2 expm1 log log2 log10 logratio log1p logaddexp",
        "stubs/cygrad/functions/exponential.pyi": "def log10(x: _ArrayLike) -> Variable: ...\n"
        "def logratio(a: _ArrayLike, b: _ArrayLike) -> Variable: ...\n",
    }
    for file, part in expected.items():
        assert part in (copy / file).read_text(encoding="utf-8")
        assert file in done.stdout.replace("\\", "/")


def test_every_room_is_on_the_map() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rooms = project["tool"]["setuptools"]["packages"]
    page = (ROOT / ".github/ARCHITECTURE.md").read_text(encoding="utf-8")
    links = {link for _, link in LINKS}
    for room in rooms[1:]:
        assert f"../{room.replace('.', '/')}" in links, page
