"""KernelFunction: an elementwise operation of up to five inputs, made of a kernel and its rules.

As a SpecialFunction (operation.pyx), but the numbers come from a kernel (kernels.def). What the
kernels are good for stands in the tables of the files beside this one and of cygrad.stats.
"""

cimport cython
from cpython.ref cimport Py_INCREF

from cygrad.core.function cimport (
    Function, Op, READS_ALL, connect_many, connect_with, input_of, saved_of,
)
from cygrad.core.layout cimport (
    Layout, MAX_NDIM, broadcast_layouts, contiguous_layout, release, same_shape,
)
from cygrad.core.variable cimport Variable, describe, detached, empty
from cygrad.functions.arithmetic cimport multiply
from cygrad.functions.broadcasting cimport sum_to_layout
from cygrad.functions.elementwise cimport kernel_op, output_of
from cygrad.functions.operation cimport as_variable, broadcast_strides, composed, map_long, run
from cygrad.kernels.elementwise cimport LONG

cdef enum:
    MAX_INPUTS = 5


cdef Variable vjp_kernel(Function f, Variable gy, int i):
    """gy times the rule's derivative, a function of the output and all inputs; None without one."""
    rule = (<KernelFunction>saved_of(f)).rules[i]
    if rule is None:
        return None
    if rule is True:
        return sum_to_layout(gy, input_of(f, i).layout)
    return sum_to_layout(multiply(gy, slope_kernel(f, i)), input_of(f, i).layout)


cdef Variable slope_kernel(Function f, int i):
    rule = (<KernelFunction>saved_of(f)).rules[i]
    if rule is None or rule is True:
        return None
    return <Variable>rule(output_of(f), *f.inputs)


cdef object again_kernel(Function f, tuple xs):
    return (<KernelFunction>saved_of(f))(*xs)


cdef tuple all_detached(tuple xs):
    """On the same memory, which stays while a kernel runs without the GIL."""
    return tuple([detached(<Variable>x) for x in xs])


cdef Variable computed(int kernel, tuple xs, const double* c, str name):
    """The kernel's numbers, broadcast."""
    cdef Py_ssize_t strides_of[MAX_INPUTS + 1][MAX_NDIM]
    cdef const double* operands[MAX_INPUTS + 1]
    cdef const Py_ssize_t* strides[MAX_INPUTS + 1]
    cdef Layout* layout
    cdef Layout* wider
    cdef Variable x, first = <Variable>xs[0], y
    cdef int n = <int>len(xs), k
    cdef bint plain
    cdef tuple held = xs
    if first.layout.size >= LONG:
        held = all_detached(xs)
        first = <Variable>held[0]
    plain = first.layout.contiguous
    for k in range(n):
        x = <Variable>held[k]
        operands[k] = x.ptr
        plain = plain and x.layout.contiguous and same_shape(x.layout, first.layout)
    if plain:
        y = empty(first.layout)
        run(kernel, n, operands, y.ptr, first.layout.size, c)
        return y
    layout = contiguous_layout(first.layout.ndim, first.layout.shape)
    for k in range(1, n):
        x = <Variable>held[k]
        try:
            wider = broadcast_layouts(layout, x.layout)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        finally:
            release(layout)
        layout = wider
    y = empty(layout)
    release(layout)
    if y.layout.size >= LONG and held is xs:
        held = all_detached(xs)
    for k in range(n):
        x = <Variable>held[k]
        if not broadcast_strides(x.layout, y.layout, strides_of[k]):
            raise RuntimeError(f"{name}: {describe(x)} changed meanwhile")
        operands[k] = x.ptr
        strides[k] = strides_of[k]
    operands[n] = y.ptr
    strides[n] = y.layout.strides
    map_long(kernel, n, operands, strides, y.layout, c)
    return y


@cython.final
cdef class KernelFunction:
    """An operation: call it with as many array_likes as it has rules, at most five.

    Parameters
    ----------
    name : str
        What errors and graphs call it.
    kernel : str
        Which kernel computes it.
    *rules : callable, True or None
        For each input: of the output and all inputs to the derivative. True: it is 1. None: no
        gradient flows there.
    constants : tuple of float
        The kernel's, at most two.

    Raises
    ------
    LookupError
        If there is no such kernel.
    """

    cdef Op op
    cdef bytes title            # what op.name points to
    cdef readonly str name
    cdef readonly tuple rules
    cdef double c[2]

    def __init__(self, str name, str kernel, *rules, tuple constants=()):
        self.name = name
        self.title = name.encode()
        self.rules = rules
        self.op = composed(kernel_op(self.title, kernel.upper(), vjp_kernel))
        self.op.slope = slope_kernel
        self.op.again = again_kernel
        self.op.needs[0] = 0 if rules[0] is None or rules[0] is True else READS_ALL
        self.op.needs[1] = READS_ALL if set(rules[1:]) - {None, True} else 0
        self.c[0] = constants[0] if len(constants) > 0 else 0.0
        self.c[1] = constants[1] if len(constants) > 1 else 0.0
        Py_INCREF(self)         # Functions point to op: it lives for ever

    def __call__(self, *args):
        cdef Variable y
        cdef Function f
        cdef tuple xs = args
        for arg in args:
            if not isinstance(arg, Variable):
                xs = tuple([as_variable(arg, self.name) for arg in args])
                break
        if len(xs) != len(self.rules):
            raise TypeError(f"{self.name}: {len(self.rules)} inputs are needed, got {len(xs)}")
        y = computed(self.op.kernel, xs, self.c, self.name)
        if len(xs) <= 2:
            f = connect_with(&self.op, y, xs[0], xs[1] if len(xs) == 2 else None, self.c[0],
                             self.c[1])
        else:
            f = connect_many(&self.op, y, xs)
        if f is not None:
            f.saved = self
            f.c[0] = self.c[0]
            f.c[1] = self.c[1]
        return y
