"""The compiled part of the build; everything that can be declared is in pyproject.toml."""

import os
import shutil
import sys
from pathlib import Path

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

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

# No contraction and no reassociation: the same bits on every CPU (see kernels/loops.h).
COMPILE = (
    ["/O2", "/fp:precise"]
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
    ]
)

# C sources compiled into a module beside its own. Such a module is built again when any header changes.
EXTRA_SOURCES = {
    "cygrad.kernels.elementwise": ["cygrad/kernels/kernels.c"],
    "cygrad.kernels.incomplete": ["cygrad/kernels/incomplete_sets.c"],
}
HEADERS = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "cygrad/kernels").glob("*.[hd]*")
)
# What every module includes that calls a kernel: the numbers of the kernels.
KERNEL_NUMBERS = [f"cygrad/kernels/{name}" for name in ("kernels.h", "kernels.def", "updates.def")]


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
                depends=HEADERS if name in EXTRA_SOURCES else KERNEL_NUMBERS,
                define_macros=[("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION")],
                extra_compile_args=COMPILE,
                extra_link_args=[] if sys.platform == "win32" else ["-lm"],
            )
        )
    modules.append(Extension(SHARED, ["cygrad/_cython.c"], extra_compile_args=COMPILE))
    return modules


class BuildWithStubs(build_py):
    """Put the stubs beside the compiled modules, where type checkers look for them."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for stub in sorted((ROOT / "stubs").glob("**/*.pyi")):
            target = Path(self.build_lib) / stub.relative_to(ROOT / "stubs")
            target.parent.mkdir(parents=True, exist_ok=True)
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
    cmdclass={"build_py": BuildWithStubs, "sdist": SdistWithStubs},
)
