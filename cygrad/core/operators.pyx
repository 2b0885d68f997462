"""The door of core: what rooms above it fill in, and nothing else that core has of them.

In C: the table of operators (operators.pxd), filled in by functions/. In Python: the methods that a
Variable or a Function gets of functions, and what stands for NumPy's functions.
"""

from cpython.object cimport PyObject

cdef extern from "Python.h":
    ctypedef struct TypeWithMembers "PyTypeObject":
        PyObject* tp_dict
    void PyType_Modified(TypeWithMembers* kind)

cdef dict UFUNCS = {}
cdef dict FUNCTIONS = {}
cdef object load_protocol = None


def add_methods(type kind not None, dict methods not None):
    """Make functions of an instance methods of its class, which is one of core's own.

    Raises
    ------
    ValueError
        If the class has a method of a name already.
    """
    cdef dict members = <dict>(<TypeWithMembers*>kind).tp_dict
    for name in methods:
        if name in members:
            raise ValueError(f"{kind.__name__} has a method {name} already")
    members.update(methods)
    PyType_Modified(<TypeWithMembers*>kind)


def numpy_tables():
    """What is called in place of NumPy's ufuncs, and of its other functions: to be filled in."""
    return UFUNCS, FUNCTIONS


def load_numpy_protocol_by(loader):
    """Take the function that gives the module for all that is not in the tables.

    The module has ``apply_ufunc(ufunc, method, inputs, kwargs)`` and
    ``apply_function(function, args, kwargs)``. It is loaded when a NumPy function that is not in
    the tables yet is first called with a Variable.
    """
    global load_protocol
    load_protocol = loader


cdef object numpy_protocol():
    return load_protocol()
