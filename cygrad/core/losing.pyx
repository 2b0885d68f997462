"""Where a Variable would become plain numbers and its gradient be lost: refused, by name.

Inside a function that a transform differentiates, and by libraries that take an array's numbers
without asking the Variable beside it.
"""

from cygrad.core.mode cimport Mode, mode
from cygrad.core.variable cimport Variable, describe

import sys


cdef bint is_traced(Variable v) noexcept:
    """Whether v's numbers, taken without its gradient, would make a gradient wrong."""
    cdef Mode* switches = mode()
    return v.requires and (switches.tracing or switches.level > 0)


cdef int refuse_when_tracing(Variable v, str what) except -1:
    if is_traced(v):
        raise TypeError(f"{what}: {describe(v)} would lose its gradient here. Compute with NumPy's "
                        "or cygrad's functions, join Variables by np.stack([...]), and take .data "
                        "or .item() where no gradient is wanted")
    return 0


cdef int refuse_to_lose(Variable v, str what, str instead) except -1:
    """The same for what makes a leaf of v, which leaves are: parameters that are copied."""
    if is_traced(v) and (v.creator_ is not None or v.generation_ > 0):
        raise TypeError(f"{what}: {describe(v)}, which was computed, would lose its gradient here: "
                        f"{instead}, and take .data where no gradient is wanted")
    return 0


# Libraries whose operators take a Variable's numbers without asking it: scipy.sparse's of its own
# matrices, and numpy.ma's of masked arrays. And what to write.
cdef dict LOSING = {
    "scipy.sparse": "write x @ matrix or cygrad.functions.matmul(matrix, x), which take a sparse "
                    "matrix and have a gradient, or matrix.toarray()",
    "numpy.ma": "write .filled(value) of the masked array",
}


cdef str taken_by(Variable v):
    """The library that asks for v's numbers, if that loses a gradient."""
    if not v.requires or mode().paused:
        return None
    modules = sys.modules
    if "scipy.sparse" not in modules and "numpy.ma" not in modules:
        return None
    frame = sys._getframe()
    name = frame.f_globals.get("__name__")
    if type(name) is not str:
        return None
    if name.startswith("scipy.sparse"):
        return "scipy.sparse"
    if name.startswith("numpy.ma.") and frame.f_back is not None and (
            frame.f_code.co_name == "getdata" and frame.f_back.f_code.co_name == "__call__"):
        return "numpy.ma"
    return None


cdef int refuse_buffer(Variable v) except -1:
    if is_traced(v) or taken_by(v) is not None:
        raise BufferError(f"the buffer of {describe(v)} has no gradient; use .data")
    return 0


cdef int refuse_array(Variable v) except -1:
    refuse_when_tracing(v, "np.array and np.asarray")
    library = taken_by(v)
    if library is not None:
        raise TypeError(f"{library} would make plain numbers of {describe(v)}, and lose its "
                        f"gradient; {LOSING[library]}, or .data where none is wanted")
    return 0
