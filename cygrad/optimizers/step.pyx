"""One step of an update rule: Variables checked, their memory pinned, the kernel run in place.

A step first checks and prepares every parameter; only when nothing can fail any more is the first
number written. What the rules compute stands in kernels/updates.def, what their constants are in
rules.py; which parameters there are, and when, is decided in optimizer.py.
"""

cimport cython
from libc.stdint cimport uintptr_t

from cygrad.core.arrays cimport array_of, constant, is_readonly
from cygrad.core.layout cimport same_shape, shape_of
from cygrad.core.storage cimport mark_written
from cygrad.core.tape cimport refuse_on_tape
from cygrad.core.variable cimport Variable, describe, detached, filled_like, own_contiguous
from cygrad.kernels.elementwise cimport UPDATES, copy_strided
from cygrad.kernels.updates cimport (
    CG_UPDATE_ARRAYS, CG_UPDATE_CONSTANTS, CG_UPDATES, U_ADAGRAD, U_ADAM, U_MOMENTUM, U_NESTEROV,
    U_RMSPROP, U_SGD, run_update,
)

import weakref

import numpy as np

SGD = U_SGD
MOMENTUM = U_MOMENTUM
NESTEROV = U_NESTEROV
RMSPROP = U_RMSPROP
ADAGRAD = U_ADAGRAD
ADAM = U_ADAM


@cython.binding(False)
@cython.embedsignature(True)
@cython.embedsignature.format("clinic")
@cython.final
cdef class State:
    """What an optimizer remembers of one parameter: the steps taken, and arrays of its shape.

    It does not keep the parameter alive, and belongs to that one alone, whatever comes to stand at
    its address later.
    """

    cdef object parameter       # a weak reference
    cdef long long steps_
    cdef list arrays_           # Variables that nobody else sees

    def __init__(self, Variable parameter not None, steps, arrays):
        if not (isinstance(steps, int) and 0 <= steps < 1 << 62):
            raise ValueError(f"State: steps must be an int, at least 0, not {steps!r}")
        self.parameter = weakref.ref(parameter)
        self.arrays_ = [constant(np.array(a, dtype=np.float64, order="C"), "State")
                        for a in arrays]
        self.steps_ = steps

    @property
    def steps(self):
        """int: the steps that the parameter has taken."""
        return self.steps_

    def arrays(self):
        """Copies of the arrays."""
        return [array_of(<Variable>a).copy() for a in self.arrays_]

    def belongs_to(self, parameter):
        """Whether it is the state of this very Variable."""
        return owns(self, parameter)

    def is_orphan(self):
        """Whether its parameter is no more."""
        return self.parameter() is None


@cython.final
@cython.freelist(64)
cdef class Prepared:
    """A parameter about to be updated: everything the kernel needs, private and checked."""

    cdef Variable target        # on the parameter's own memory
    cdef Variable buffer        # the target, or a contiguous copy that is written back
    cdef Variable gradient
    cdef State state
    cdef list arrays            # the state's
    cdef double c[CG_UPDATE_CONSTANTS]


def ready(parameters, str where):
    """Those of the parameters that a step would update: with a gradient, each once.

    Raises
    ------
    TypeError
        If one is not a Variable.
    ValueError
        If one cannot be updated: it is no leaf, its memory is read-only, or its gradient has
        another shape.
    RuntimeError
        If none has a gradient.
    """
    cdef set seen = set()
    cdef list found = []
    for p in parameters:
        check(p, where)
        if has_gradient(<Variable>p) and id(p) not in seen:
            seen.add(id(p))
            found.append(p)
    if not found:
        raise RuntimeError(f"{where}: no parameter has a gradient; call cleargrads(), then "
                           "backward() on a loss computed of the parameters, then update()")
    return found


cdef inline bint owns(State state, object parameter) except -1:
    return state.parameter() is parameter


cdef inline bint has_gradient(Variable p) noexcept:
    return p.grad_ is not None and p.requires


cdef int check(object x, str where) except -1:
    cdef Variable p
    if not isinstance(x, Variable):
        raise TypeError(f"{where}: a parameter must be a Variable, not {type(x).__name__}")
    p = <Variable>x
    if p.creator_ is not None:
        raise ValueError(f"{where}: {describe(p)} is the result of {p.creator_!r}, not a leaf, and "
                         "gets no gradient of its own; make it whole, or call .unchain()")
    if not has_gradient(p):
        return 0
    if is_readonly(p):
        raise ValueError(f"{where}: the memory of {describe(p)} is read-only; give it its own, "
                         "p.data = p.data.copy()")
    if not same_shape(p.grad_.layout, p.layout):
        raise ValueError(f"{where}: {describe(p)} has a gradient of shape "
                         f"{shape_of(p.grad_.layout)}; call cleargrad() after replacing .data")
    return 0


def step(int rule, parameters, dict states, constants, str where):
    """One step of a rule for every parameter that has a gradient, in place.

    Parameters
    ----------
    rule : int
        ``SGD``, ``MOMENTUM``, ``NESTEROV``, ``RMSPROP``, ``ADAGRAD`` or ``ADAM``.
    parameters : iterable of Variable
        One that comes twice is updated once.
    states : dict of int to State
        By the parameter's id(); what is missing is added, and what died is removed.
    constants : callable
        From the number of the step, 1 for the first, to the rule's constants, a tuple of floats.
    where : str
        Who asks, for error messages.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        As `ready`; or if the parameter's shape is not its state's. Nothing has changed then.
    """
    cdef list plan = []
    cdef dict fresh = {}
    cdef tuple values = ()
    cdef Prepared prepared
    cdef State state
    cdef long long counted = -1
    cdef int k
    if not 0 <= rule < CG_UPDATES:
        raise ValueError(f"{where}: no update rule {rule}")
    for p in ready(parameters, where):
        key = id(p)
        found = states.get(key)
        if found is None or not owns(<State?>found, p):
            found = State(p, 0, ())
            (<State>found).arrays_ = [filled_like(<Variable>p, 0.0)
                                      for _ in range(UPDATES[rule].states)]
            fresh[key] = found
        state = <State>found
        prepared = prepare(<Variable>p, state, UPDATES[rule].states, where)
        if state.steps_ + 1 != counted:
            counted = state.steps_ + 1
            values = constants(counted)
            if len(values) > CG_UPDATE_CONSTANTS:
                raise ValueError(f"{where}: {len(values)} constants, at most {CG_UPDATE_CONSTANTS}")
        for k in range(CG_UPDATE_CONSTANTS):
            prepared.c[k] = values[k] if k < len(values) else 0.0
        plan.append(prepared)
    if fresh or len(states) > len(plan):
        for gone in [key for key, kept in states.items() if (<State?>kept).is_orphan()]:
            del states[gone]
        states.update(fresh)
    for prepared in plan:
        run_prepared(rule, prepared)


cdef Prepared prepare(Variable p, State state, int n_states, str where):
    cdef Prepared prepared = Prepared.__new__(Prepared)
    cdef Variable gradient
    prepared.state = state
    prepared.arrays = state.arrays_
    prepared.target = detached(p)
    prepared.buffer = own_contiguous(prepared.target)
    gradient = detached(p.grad_)
    prepared.gradient = own_contiguous(gradient)
    if overlap_in_part(prepared.buffer, prepared.gradient):
        prepared.gradient = constant(array_of(gradient).copy(), where)
    # What comes next holds of memory that nobody else can exchange.
    if not same_shape(prepared.gradient.layout, prepared.target.layout):
        raise ValueError(f"{where}: {describe(p)} and its gradient changed meanwhile")
    if len(prepared.arrays) != n_states:
        raise ValueError(f"{where}: the state of {describe(p)} is that of another rule")
    for kept in prepared.arrays:
        if not same_shape((<Variable>kept).layout, prepared.target.layout):
            raise ValueError(f"{where}: {describe(p)} had shape {shape_of((<Variable>kept).layout)}"
                             " in the steps before; a new optimizer starts afresh")
    return prepared


cdef bint overlap_in_part(Variable a, Variable b) noexcept:
    """Whether two contiguous arrays of one size share some memory, but not element for element."""
    cdef uintptr_t x = <uintptr_t>a.ptr, y = <uintptr_t>b.ptr
    cdef uintptr_t length = a.layout.size * sizeof(double)
    return x != y and x < y + length and y < x + length


cdef int run_prepared(int rule, Prepared prepared) except -1:
    cdef double* arrays[CG_UPDATE_ARRAYS]
    cdef Variable target = prepared.target, buffer = prepared.buffer
    cdef int k
    if buffer is not target:    # which may be a view of one that was updated just now
        copy_strided(target.ptr, target.layout.strides, buffer.ptr, buffer.layout.strides,
                     target.layout.ndim, target.layout.shape)
    arrays[0] = buffer.ptr
    arrays[1] = prepared.gradient.ptr
    for k in range(UPDATES[rule].states):
        arrays[2 + k] = (<Variable>prepared.arrays[k]).ptr
    prepared.state.steps_ += 1
    run_update(rule, arrays, buffer.layout.size, prepared.c)
    if buffer is not target:
        copy_strided(buffer.ptr, buffer.layout.strides, target.ptr, target.layout.strides,
                     target.layout.ndim, target.layout.shape)
    mark_written(target.storage)
    return 0


cdef class Kept:
    """A setting where it is read, in every step: in its owner's __dict__ (settings.py)."""
    cdef public str name

    def __cinit__(self):
        self.name = ""

    def __get__(self, instance, owner):
        if instance is None:
            return self
        refuse_on_tape("a setting is read")
        try:
            return (<dict?>instance.__dict__)[self.name]
        except KeyError:
            raise AttributeError(f"{owner.__name__}: {self.name} was never assigned") from None


def power(double base, long long exponent):
    """base ** exponent for exponent >= 0, by squaring: the same bits wherever it is computed."""
    cdef double result = 1.0
    while exponent > 0:
        if exponent & 1:
            result *= base
        base *= base
        exponent >>= 1
    return result
