"""The number of the binary interface, and the types that extensions look up under it.

A compiled extension takes `Variable` and `Function` from here, by names that end in the number of
the interface it was built against. So one that was built against another is told so when it is
imported, before it touches an object whose layout it has wrong.

The number rises when interface.pxd or include/cygrad.h change in a way that compiled code notices:
a method added, moved or given another signature, another size of Function, another struct.
"""

import re

from cygrad.core.function import Function
from cygrad.core.variable import Variable

ABI = 1

Variable_1 = Variable
Function_1 = Function


def no_such_type(module: str, name: str) -> Exception:
    """The error for a name that a module does not have: another interface's, or nobody's."""
    wanted = re.fullmatch(r"(?:Variable|Function|CFunction)_(\d+)", name)
    if wanted is None:
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    from cygrad._version import __version__

    return ImportError(
        f"this extension was built against version {wanted[1]} of cygrad's binary interface; the "
        f"cygrad {__version__} installed here has version {ABI}. Build the extension again with "
        "it, or install the cygrad that it was built with"
    )


def __getattr__(name: str) -> object:
    raise no_such_type(__name__, name)


def get_include() -> str:
    """The folder of ``cygrad.h``, for the ``include_dirs`` of extensions that cimport cygrad.

    Returns
    -------
    str

    Examples
    --------
    >>> import os, cygrad as cg
    >>> os.listdir(cg.get_include())
    ['cygrad.h']
    """
    from pathlib import Path

    return str(Path(__file__).parent / "include")
