"""What a program calls of Python: operations without an instruction, looks, and effects."""

cimport cython

from cygrad.core.arrays cimport array_of, constant, is_readonly
from cygrad.core.backward cimport gradients
from cygrad.core.function cimport Function, input_of, name_of, outputs_of, saved_of
from cygrad.core.layout cimport same_shape
from cygrad.core.mode cimport Mode, mode
from cygrad.core.repetition cimport keep
from cygrad.core.storage cimport mark_written
from cygrad.core.tape cimport leave_outputs
from cygrad.core.variable cimport Variable, describe
from cygrad.kernels.elementwise cimport copy_strided
from cygrad.programs.outside cimport found_at

from types import MethodType

import numpy as np


cdef enum:
    MANY_LEAVES = 100_000


cdef class Touched:
    """A Touched: see calls.pxd."""


cdef list leaves_of(object x):
    """What is in lists and tuples, and in lists and tuples in these."""
    cdef list found = [], waiting = [x]
    while waiting:                  # no recursion: a list may hold itself
        x = waiting.pop()
        if isinstance(x, (list, tuple)) and len(found) < MANY_LEAVES:
            waiting += x
            found.append(type(x))
        else:
            found.append(x)
    return found


cdef tuple told(Function f):
    """What an operation is told beside its inputs, as far as it is no result of its own."""
    if f.op is NULL:
        return (type(f), tuple([(name, plain(x, 0)) for name, x in vars(f).items()]))
    return f.c[0], f.c[1], plain(outputs_of(f).saved if f.several else saved_of(f), 0)


cdef object again(Function f, tuple xs):
    """The operation of f on other inputs; of a user's, by a Function that is made anew."""
    cdef Function other
    if f.op is not NULL:
        return f.op.again(f, xs)
    other = type(f).__new__(type(f))
    vars(other).update(vars(f))
    return other(*xs)


cdef object plain(object x, int depth):
    if isinstance(x, (list, tuple)) and depth < 8:
        return tuple([plain(part, depth + 1) for part in x])
    if isinstance(x, np.ndarray):
        return x.tobytes() if x.dtype.kind in "iub" else x.dtype.str
    if x is None or isinstance(x, (int, float, str, bytes, slice)) or x is Ellipsis:
        return repr(x)
    return type(x).__name__


cdef int count_uses(Function f, int more) noexcept:
    cdef Variable x
    cdef int k
    for k in range(f.n_inputs):
        x = input_of(f, k)
        x.uses += more
    return 0


@cython.final
@cython.no_gc_clear
cdef class Forward:
    """An operation on other numbers."""

    def __init__(self, Function f, tuple ys):
        self.f = f
        self.ys = ys
        self.name = name_of(f)
        self.alone = (<Variable>ys[0]).creator_ is not f
        if self.alone:
            count_uses(f, -1)       # eager's backward pass asks how many there are

    def __dealloc__(self):
        if self.alone:
            count_uses(self.f, 1)
        leave_outputs(self.f, self.ys)

    def __call__(self, list inputs):
        cdef Mode* switches = mode()
        cdef int paused = switches.paused
        switches.paused = 1
        try:
            ys = again(self.f, tuple(inputs))
        finally:
            switches.paused = paused
        return ys if isinstance(ys, tuple) else (ys,)

    def meant(self, operands):
        return self.name, told(self.f), operands


@cython.final
cdef class Gradient:
    """What flows to some inputs of an operation, on other numbers, in a plain backward pass."""

    def __init__(self, Function f, object y, list places, list given, bint adds):
        self.f = f
        self.y = y
        self.places = places
        self.given = given
        self.adds = adds
        self.name = f"the gradient of {name_of(f)}"

    def __call__(self, list operands):
        cdef Mode* switches = mode()
        cdef int paused = switches.paused, n = self.f.n_inputs
        cdef list inputs = operands[:n]
        cdef Function f
        for i in self.places:
            (<Variable>inputs[i]).requires = True
        switches.paused = 0
        try:
            ys = again(self.f, tuple(inputs))
            if not isinstance(ys, tuple):
                ys = (ys,)
            if self.adds:
                f = (<Variable>ys[0]).creator_
                switches.paused = 1
                return (f.op.fused(f, operands[n], self.places[0], operands[n + 1], False),)
            found = gradients([ys[i] for i in self.given], operands[n:],
                              [inputs[i] for i in self.places], False)
        finally:
            switches.paused = paused
        return tuple(found)

    def meant(self, operands):
        return (self.name, told(self.f), tuple(self.places), tuple(self.given), self.adds,
                operands)


@cython.final
cdef class Landing:
    """Gradients put into variables."""

    def __init__(self, list xs):
        self.xs = xs
        self.name = "land"

    def __call__(self, list given):
        cdef Touched t
        cdef Variable g, x
        cdef set memory = set()
        cdef int k = 0
        for t, wanted in self.xs:
            g = None
            if wanted:
                g = <Variable>given[k]
                k += 1
                if id(g.storage) in memory:         # each has its own
                    g = constant(array_of(g).copy(), "compile")
                memory.add(id(g.storage))
            x = found_at(t.x, t.source)
            if x is not None:
                x.grad_ = g
        return ()

    def meant(self, operands):
        """In whatever order."""
        cdef Touched t
        found, k = {}, 0
        for t, given in self.xs:
            if t.source is not None:
                found[(id(t.source[0]), t.source[1])] = operands[k] if given else None
            elif t.x is not None:
                found[(id(t.x), "")] = operands[k] if given else None
            k += given
        return "land", tuple(sorted(found.items()))


@cython.final
cdef class Effect:
    """A call of Python for what it does."""

    def __init__(self, function, tuple args):
        if isinstance(function, MethodType):
            function, args = function.__func__, (function.__self__, *args)
        self.function = function
        self.args = args
        self.loose = set()
        self.name = getattr(function, "__qualname__", type(function).__name__).replace("._", ".")

    cdef int loosen(self, Lives lives) except -1:
        cdef list args = list(self.args)
        for k, x in enumerate(args):
            reference = lives.hold(x)
            if reference is not None:
                args[k] = reference
                self.loose.add(k)
        self.args = tuple(args)
        return 0

    cdef tuple arguments(self):
        """They are there: the capture ends with any of them."""
        return tuple([x() if k in self.loose else x for k, x in enumerate(self.args)])

    def __call__(self, list operands):
        self.function(*self.arguments())
        return ()

    def meant(self, operands):
        return self.name, id(self.function), tuple([id(x) for x in leaves_of(self.arguments())])


@cython.final
cdef class Store:
    """Numbers written to the memory that variables and arrays have."""

    def __init__(self, list targets):
        self.targets = targets
        self.name = "store"

    def __call__(self, list operands):
        cdef Variable v, made
        for target, given in zip(self.targets, operands):
            v = target if isinstance(target, Variable) else constant(target, "compile")
            made = given
            if not same_shape(v.layout, made.layout) or is_readonly(v):
                raise RuntimeError(f"compile: {describe(v)}, which the call writes to, has another "
                                   "shape by now, or is read-only")
            keep(target, True)
            copy_strided(made.ptr, made.layout.strides, v.ptr, v.layout.strides, v.layout.ndim,
                         v.layout.shape)
            mark_written(v.storage)
        return ()

    def meant(self, operands):
        """In whatever order."""
        return self.name, tuple(sorted([(id(target), given)
                                        for target, given in zip(self.targets, operands)]))


@cython.final
cdef class SetStates:
    """What layers keep for their next call."""

    def __init__(self, list states):
        self.states = states
        self.name = "keep"

    def __call__(self, list operands):
        cdef Variable v
        cdef int k = 0
        for of, name, requires, made in self.states:
            if made is None:
                of[name] = None
                continue
            v = made(constant(array_of(<Variable>operands[k]).copy(), "compile"))
            v.requires = requires
            of[name] = v
            k += 1
        return ()

    def meant(self, operands):
        kept, k = [], 0
        for of, name, requires, made in self.states:
            kept.append((id(of), name, requires, made is None or (made, operands[k])))
            k += made is not None
        return self.name, tuple(kept)


@cython.final
cdef class Draw:
    """Random numbers, drawn anew."""

    def __init__(self, fill, rng):
        self.fill = fill
        self.rng = rng
        self.name = "draw"

    def __call__(self, list operands):
        return (self.fill(),)

    def meant(self, operands):
        return self.name, id(self.rng)


@cython.final
cdef class Test:
    """A look at numbers, which raises."""

    def __init__(self, test):
        self.test = test
        self.name = getattr(test, "__name__", "a test")

    def __call__(self, list operands):
        self.test(operands[0])
        return ()

    def meant(self, operands):
        return self.name, operands
