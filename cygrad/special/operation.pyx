"""SpecialFunction: an elementwise operation made of a ufunc and its derivative rules.

The files beside this one are the table: an entry has a name, what computes it, and for each input
the derivative as a function of Variables, so that every order works. What scipy computes is looked
up at the first call: without scipy the rest is there.
"""

from importlib import import_module

cimport cython
cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from cpython.ref cimport Py_INCREF

from cygrad.core.arrays cimport array_of, constant
from cygrad.core.function cimport Function, Op, connect, connect_many, input_of, saved_of
from cygrad.core.mode cimport mode
from cygrad.core.variable cimport Variable, describe
from cygrad.functions.arithmetic cimport multiply
from cygrad.functions.broadcasting cimport sum_to_layout
from cygrad.functions.elementwise cimport output_of, push_elementwise
from cygrad.functions.operation cimport as_variable, operation

import numpy as np

cnp.import_array()

cdef enum:
    BLOCK = 1 << 12             # numbers, after which a signal is looked for: some 10 ms


cdef Variable vjp_special(Function f, Variable gy, int i):
    """gy times the rule's derivative, which is a function of the output and all inputs."""
    cdef Variable x = input_of(f, i)
    return sum_to_layout(multiply(gy, slope_special(f, i)), x.layout)


cdef Variable slope_special(Function f, int i):
    cdef SpecialFunction special = <SpecialFunction>saved_of(f)
    if special.rules[i] is None:
        raise NotImplementedError(f"{special.name}: its derivative by input {i} is not known here")
    return as_variable(special.rules[i](output_of(f), *f.inputs), special.name)


cdef object again_special(Function f, tuple xs):
    return (<SpecialFunction>saved_of(f))(*xs)


@cython.final
cdef class SpecialFunction:
    """An operation: call it with as many array_likes as it has rules.

    Parameters
    ----------
    name : str
        What errors and graphs call it.
    compute : callable or None
        Of arrays to an array; None: scipy.special's function of this name.
    *rules : callable or None
        For each input: of the output and all inputs to the derivative. None: it has none here, and
        a Variable that requires a gradient is refused there.
    """

    cdef Op op
    cdef bytes title            # what op.name points to
    cdef readonly str name
    cdef object compute
    cdef readonly tuple rules

    def __init__(self, str name, compute, *rules):
        self.name = name
        self.title = name.encode()
        self.compute = compute
        self.rules = rules
        self.op = operation(self.title, vjp_special)
        self.op.slope = slope_special
        self.op.again = again_special
        self.op.push = push_elementwise
        Py_INCREF(self)         # Functions point to op: it lives for ever

    def __call__(self, *args):
        cdef Variable x, y
        cdef Function f
        cdef int i
        xs = tuple([as_variable(arg, self.name) for arg in args])
        if len(xs) != len(self.rules):
            raise TypeError(f"{self.name}: {len(self.rules)} inputs are needed, got {len(xs)}")
        if self.compute is None:
            self.compute = scipys(self.name)
        for i in range(len(xs)):
            x = xs[i]
            if x.requires and self.rules[i] is None and not mode().paused:
                raise NotImplementedError(
                    f"{self.name}: its derivative by input {i}, {describe(x)}, is not known here; "
                    "pass a number or an array, such as the .data of the Variable")
        try:
            result = self.compute(*[array_of(<Variable>x) for x in xs])
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}") from None
        y = constant(result, self.name)
        if len(xs) == 1:
            f = connect(&self.op, y, xs[0], None)
        elif len(xs) == 2:
            f = connect(&self.op, y, xs[0], xs[1])
        else:
            f = connect_many(&self.op, y, xs)
        if f is not None:
            f.saved = self
        return y


def scipys(str name):
    """scipy.special's function, or an ImportError that says how to get it."""
    try:
        module = import_module("scipy.special")
    except ImportError as error:
        raise ImportError(f"{name}: scipy computes it, which is not installed; "
                          "pip install 'cygrad[scipy]'") from error
    cdef Scipys f = Scipys()
    f.ufunc = getattr(module, name)
    return f


@cython.final
cdef class Scipys:
    """A ufunc of scipy's, which long arrays are given in blocks: a signal can come between."""

    cdef object ufunc

    def __call__(self, *arrays):
        if at_most(arrays) <= BLOCK:
            return self.ufunc(*arrays)
        count = len(arrays)
        blocks = np.nditer(
            [*arrays, None], ["external_loop", "buffered", "zerosize_ok"],
            [["readonly"]] * count + [["writeonly", "allocate"]],
            [None] * count + [np.float64], buffersize=BLOCK)
        with blocks:
            for block in blocks:
                self.ufunc(*block[:count], out=block[count])
                PyErr_CheckSignals()
            return blocks.operands[count]


cdef Py_ssize_t at_most(tuple arrays):
    """A bound of the size of what they broadcast to, that stops where it exceeds a block."""
    cdef Py_ssize_t size = 1
    for x in arrays:
        if cnp.PyArray_Check(x):
            size *= cnp.PyArray_SIZE(x)
        if size > BLOCK:
            break
    return size
