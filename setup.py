"""The compiled part of the build; everything that can be declared is in pyproject.toml."""

import itertools
import logging
import os
import runpy
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build import build
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist
from setuptools.modified import newer_group

ROOT = Path(__file__).parent

# One place for what the Cython code assumes; a file that needs another setting says so and why.
DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "c_api_binop_methods": True,  # one function serves an operator and its reflection
    "auto_pickle": False,
}

# Included in every C file: how a module finds those that it imports.
IMPORTS = "cygrad/kernels/imports.h"

# No contraction and no reassociation: the same bits on every CPU (see kernels/loops.h).
COMPILE = (
    ["/O2", "/fp:precise", f"/FI{IMPORTS}"]
    if sys.platform == "win32"
    else [
        "-O3",
        "-g0",
        "-ffp-contract=off",
        "-fno-trapping-math",
        "-fno-math-errno",
        "-fno-semantic-interposition",
        "-fvisibility=hidden",
        "-Wno-unused-function",
        # A misspelt function would be found only when the module is loaded.
        "-Werror=implicit-function-declaration",
        *["-include", IMPORTS],
    ]
)

# Of Linux: code and constants in the same pages, as a small file that is mapped at once loads faster.
LINK = [] if sys.platform == "win32" else ["-lm"]
if sys.platform == "linux":
    LINK.append("-Wl,-z,noseparate-code")

# C sources compiled into a module beside its own. Such a module is built again when any header changes.
EXTRA_SOURCES = {
    "cygrad.kernels.elementwise": ["cygrad/kernels/kernels.c"],
    "cygrad.kernels.incomplete": ["cygrad/kernels/incomplete_sets.c"],
}
HEADERS = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "cygrad/kernels").glob("*.[hd]*")
)
# What a module is built again for, beside its own sources. The catalogue keeps kernels.def out of here.
KERNEL_TYPES = ["cygrad/kernels/kernels.h", IMPORTS]
DEPENDS = {
    "cygrad.optimizers.step": [f"cygrad/kernels/{name}" for name in ("updates.h", "updates.def")]
}


# What Cython would put into every module, such as its memoryviews: once, in a module of its own. That
# makes the package a third as large, and its build and its import faster.
SHARED = "cygrad._cython"


def extensions() -> list[Extension]:
    modules = []
    for path in sorted((ROOT / "cygrad").glob("**/*.pyx")):
        source = path.relative_to(ROOT)
        name = ".".join(source.with_suffix("").parts)
        modules.append(
            Extension(
                name,
                [source.as_posix(), *EXTRA_SOURCES.get(name, [])],
                include_dirs=[numpy.get_include(), "cygrad/kernels", "cygrad/include"],
                depends=HEADERS if name in EXTRA_SOURCES else KERNEL_TYPES + DEPENDS.get(name, []),
                define_macros=[("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION")],
                extra_compile_args=COMPILE,
                extra_link_args=LINK,
            )
        )
    modules.append(
        Extension(
            SHARED,
            ["cygrad/_cython.c"],
            depends=[IMPORTS],
            extra_compile_args=COMPILE,
            extra_link_args=LINK,
        )
    )
    return modules


class BuildWithProgress(build_ext):
    """Say which module is being compiled, and of how many: `pip install . -v` shows it."""

    def finalize_options(self) -> None:
        super().finalize_options()
        if self.editable_mode:
            # In build/, as `build_ext --inplace` does, so that either goes on from what the other
            # has built, and not in the temporary folder of an editable install.
            kept = build(self.distribution)
            kept.ensure_finalized()
            self.build_lib, self.build_temp = kept.build_platlib, kept.build_temp

    def run(self) -> None:
        super().run()
        if self.inplace:
            place_stubs(ROOT, link)

    def build_extensions(self) -> None:
        self.stale = {e.name for e in self.extensions if self.force or self.is_stale(e)}
        self.count = itertools.count(1)  # next() is safe among threads
        super().build_extensions()

    def build_extension(self, ext: Any) -> None:  # Any: of setuptools, which has no types
        if ext.name in self.stale:
            self.announce(f"[{next(self.count)}/{len(self.stale)}] {ext.name}", logging.INFO)
        if sys.platform == "linux" and not self.inplace:
            # Names of functions are for a clone's debuggers, and a twelfth of a wheel.
            ext.extra_link_args = [*ext.extra_link_args, "-Wl,-s"]
        super().build_extension(ext)

    def is_stale(self, ext: Any) -> bool:
        needed = [*ext.sources, *ext.depends]
        return bool(newer_group(needed, self.get_ext_fullpath(ext.name), "newer"))


class BuildWithStubs(build_py):
    """Put the stubs beside the compiled modules, where type checkers look for them, and sources."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            place_stubs(Path(self.build_lib), shutil.copyfile)
            place_sources(Path(self.build_lib))


def place_sources(root: Path) -> None:
    """The kernels' C, of which `to_c` makes a program's, without comments and in one file."""
    definitions = runpy.run_path(str(ROOT / "cygrad/programs/definitions.py"))
    texts = {
        name: definitions["without_comments"]((ROOT / "cygrad" / name).read_text(encoding="utf-8"))
        for name in [*definitions["FILES"], *definitions["TABLES"]]
    }
    (root / "cygrad" / definitions["PACKED"]).write_bytes(definitions["packed"](texts))


def place_stubs(root: Path, place: Callable[[Path, Path], object]) -> None:
    for stub in sorted((ROOT / "stubs").glob("**/*.pyi")):
        target = root / stub.relative_to(ROOT / "stubs")
        target.parent.mkdir(parents=True, exist_ok=True)
        place(stub, target)


def link(stub: Path, target: Path) -> None:
    """In a clone, so that a change of the stub is seen at once; git ignores the links."""
    target.unlink(missing_ok=True)
    try:
        target.symlink_to(os.path.relpath(stub, target.parent))
    except OSError:  # Windows does not let everybody make them
        shutil.copyfile(stub, target)


class SdistWithStubs(sdist):
    """Take along what no package owns (stubs, tests, benchmarks), and leave generated C behind."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        extra = [
            path.relative_to(ROOT).as_posix()
            for pattern in (
                "stubs/**/*.pyi",
                "cygrad/**/*.p[yx][xd]",
                "cygrad/*/*.[hd]*",
                "tests/**/*.py",
                "tests/**/*.pyx",
                "tests/**/*.txt",
                "benchmarks/*.py",
            )
            for path in ROOT.glob(pattern)
        ]
        generated = {f"{SHARED.replace('.', '/')}.c"}
        kept = [
            f for f in files if f not in generated and not (ROOT / f).with_suffix(".pyx").exists()
        ]
        super().make_release_tree(base_dir, sorted({*kept, *extra}))


setup(
    ext_modules=cythonize(
        extensions(),
        compiler_directives=DIRECTIVES,
        shared_utility_qualified_name=SHARED,
        nthreads=2,
    ),
    options={"build_ext": {"parallel": os.cpu_count()}},
    cmdclass={
        "build_ext": BuildWithProgress,
        "build_py": BuildWithStubs,
        "sdist": SdistWithStubs,
    },
)
