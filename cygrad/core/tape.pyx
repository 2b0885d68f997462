"""Tape: what a thread computes, recorded operation by operation.

A graph knows what gradients flow through; a tape knows all that was computed, with the masks and
other constants of the derivatives' rules, in an order in which it can be computed again. It is what
a program is made of, and what tests evaluate at other numbers. Plain backward passes run in fused
kernels and leave nothing on a tape; those with create_graph do.

What Python read in between, by ``bool(x)``, ``float(x)``, ``x.item()``, a comparison or ``x.data``,
is recorded too (`looks`), as a program that was made with other numbers may have gone another way.

A Tape is also what programs/recorder.pyx derives its own from, which is told of plain passes too.
"""

cimport cython

from cpython.ref cimport Py_DECREF, Py_INCREF

from cygrad.core.function cimport Function, name_of, outputs_of
from cygrad.core.mode cimport Mode, mode
from cygrad.core.variable cimport Variable


@cython.no_gc_clear
cdef class Tape:
    """Tape()\n--\n
    A context manager: what the thread computes inside is recorded."""

    def __cinit__(self):
        self.functions = []
        self.outputs = []
        self.looks = []

    def __enter__(self):
        cdef Mode* switches = mode()
        if self.open:
            raise RuntimeError("Tape: it records already; make another one")
        self.outer = None if switches.tape is NULL else <Tape>switches.tape
        self.open = True
        Py_INCREF(self)
        switches.tape = <void*>self
        return self

    def __exit__(self, kind, value, traceback):
        cdef Mode* switches = mode()
        if switches.tape != <void*>self:
            raise RuntimeError("Tape: it is not the innermost one that this thread records on")
        switches.tape = NULL if self.outer is None else <void*>self.outer
        self.outer = None
        self.open = False
        Py_DECREF(self)

    @property
    def steps(self):
        """tuple of (Function, tuple of Variable): each Function and its outputs, in order."""
        return tuple(zip(self.functions, self.outputs))

    @property
    def seen(self):
        """tuple of (int, Variable, str): after how many steps Python took numbers, and how."""
        return tuple(self.looks)

    cdef int made(self, Function f, tuple ys) except -1:
        self.functions.append(f)
        self.outputs.append(ys)
        return 0

    cdef int looked(self, Variable v, str what) except -1:
        self.looks.append((len(self.functions), v, what))
        return 0

    cdef object compared(self, Variable v, object other, int operator, object outcome):
        self.looked(v, "a comparison")
        return outcome

    cdef int computed(self, int kernel, list operands, const double* c, Variable y) except -1:
        return 0

    cdef int flowed(self, Function f, int i, Variable gy, Variable gx) except -1:
        return 0

    cdef int reached(self, Function f) except -1:
        return 0

    cdef int passed(self, Function f, int i, Variable gy, Variable gx, Variable into) except -1:
        return 0

    cdef int swept(self, Function f, list gys, list pairs) except -1:
        return 0

    cdef int tested(self, Variable v, double low, double high, object test) except -1:
        return 0

    cdef int added(self, Variable total, Variable g) except -1:
        return 0

    cdef int entered(self, Variable v, object argument) except -1:
        return 0

    cdef Variable standing_for(self, object argument):
        return None

    cdef Variable drawn(self, object fill, object rng):
        return fill()

    cdef int stored(self, object target, Variable v, Variable made) except -1:
        return 0

    cdef int shows(self, Function f, int k, Variable v) except -1:
        return 0

    cdef int bears(self, Variable v) except -1:
        return 0

    cdef int looked_through(self, object argument) except -1:
        return 0

    cdef int bounded(self, Variable v, double low, double high, double exempt) except -1:
        return 0

    cdef int not_whole(self, Variable v, double exempt) except -1:
        return 0

    cdef int given(self, Variable v, object x) except -1:
        return 0

    cdef int collected(self, object owner, int part, Variable v) except -1:
        return 0

    cdef int copied(self, object owner, int part, Variable y) except -1:
        return 0

    cdef int reads_grad(self, Variable x) except -1:
        return 0

    cdef int set_grad(self, Variable x) except -1:
        return 0

    cdef object effect(self, object call, tuple args):
        return call(*args)

    cdef int refused(self, str why) except -1:
        return 0

    cdef int rest(self) except -1:
        return 0

    def __dealloc__(self):
        # Outputs without a creator do not tell their Function that they go.
        for f, ys in zip(self.functions, self.outputs):
            leave_outputs(<Function>f, <tuple>ys)


cdef int leave_outputs(Function f, tuple ys) except -1:
    cdef int i
    for i in range(len(ys)):
        if (<Variable>ys[i]).creator_ is not f:
            if f.several:
                outputs_of(f).items[i] = NULL
            else:
                f.out = NULL
    return 0


cdef int record(Function f, tuple ys) except -1:
    return (<Tape>mode().tape).made(f, ys)


cdef int look_at(Variable v, str what) except -1:
    if mode().tape is not NULL:
        return (<Tape>mode().tape).looked(v, what)
    return 0


cdef Variable standing_for(object x):
    return None if mode().tape is NULL else (<Tape>mode().tape).standing_for(x)


cdef int refuse_on_tape(str what) except -1:
    if mode().tape is not NULL:
        return (<Tape>mode().tape).refused(what)
    return 0


def is_taped():
    """Whether what this thread computes is recorded."""
    return mode().tape is not NULL


def anew(call, *args):
    """call(*args), which has effects beyond its result: a replay calls it anew."""
    if mode().tape is NULL:
        return call(*args)
    return (<Tape>mode().tape).effect(call, args)


def draw(fill, rng):
    """fill(), a Variable of random numbers, which a tape, if there is one, draws anew."""
    return fill() if mode().tape is NULL else (<Tape>mode().tape).drawn(fill, rng)


def look_through(argument):
    """What a tape, if there is one, must know: Python computes with the argument itself."""
    if mode().tape is not NULL:
        (<Tape>mode().tape).looked_through(argument)


def refuse(str what not None):
    """What a tape, if there is one, cannot record."""
    refuse_on_tape(what)


def again(Function f not None, *inputs):
    """Compute the operation of f once more, on other inputs.

    Parameters
    ----------
    f : Function
        One of cygrad's own.
    *inputs : Variable
        As many as f has.

    Returns
    -------
    Variable or tuple of Variable

    Raises
    ------
    ValueError
        If their number is another.
    NotImplementedError
        If f's operation cannot be computed so.
    """
    if len(inputs) != f.n_inputs:
        raise ValueError(f"again: {name_of(f)} has {f.n_inputs} inputs, not {len(inputs)}")
    for x in inputs:
        if not isinstance(x, Variable):
            raise TypeError(f"again: an input must be a Variable, not {type(x).__name__}")
    if f.op is NULL or f.op.again is NULL:
        raise NotImplementedError(f"again: {name_of(f)} cannot be computed again")
    return f.op.again(f, inputs)
