"""The build script of the extensions beside it, as a user would write one."""

from Cython.Build import cythonize
from setuptools import Extension, setup

import cygrad

modules = [
    Extension(name, [f"{name}.pyx"], include_dirs=[cygrad.get_include()])
    for name in ("huber", "softplus", "probe")
]
setup(ext_modules=cythonize(modules, language_level=3))
