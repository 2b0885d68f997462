"""Function: a node of the graph.

A built-in operation is an Op, a constant C struct that functions/ fills in, and each call of it a
Function that points to its Op. A user's operation is a subclass in Python with `forward` and
`backward`; its Functions have no Op.

A Function owns its inputs, not its outputs: those own it as their creator. So the last reference to
an output frees the graph behind it, at once and without the cycle collector.
"""

cimport cython
from cpython.object cimport PyObject
from libc.stdlib cimport calloc, free

from cygrad.core.anomaly cimport inspect, watch
from cygrad.core.arrays cimport array_of, constant, operand
from cygrad.core.changes cimport MAX_LAG, age_of
from cygrad.core.lifetime cimport track, track_behind
from cygrad.core.mode cimport Mode, is_observed, is_watching, mode
from cygrad.core.storage cimport writes
from cygrad.core.tape cimport record
from cygrad.core.variable cimport Variable


@cython.final
cdef class Outputs:
    """The outputs of a Function that has several, and the gradients on their way to it."""

    def __cinit__(self, int count):
        self.items = <PyObject**>calloc(count, sizeof(PyObject*))
        if self.items is NULL:
            raise MemoryError()
        self.count = count
        self.gys = [None] * count

    def __dealloc__(self):
        free(self.items)


@cython.final
cdef class Slopes:
    """The slopes of a Function that the passes of a session share, and what it keeps itself."""


# Methods that look at what they are called with: a cyfunction of a class takes anything for self.
@cython.binding(False)
@cython.embedsignature(True)
@cython.embedsignature.format("clinic")
@cython.no_gc_clear
cdef class Function:
    # The first line, up to the --, is what inspect.signature reads (__text_signature__).
    """Function()\n--\n
    An operation in the graph; subclass it to define your own.

    A subclass has ``forward(self, *arrays)``, which gets the inputs as ndarrays and returns an
    array or a number, or a tuple of them; and ``backward(self, *gys)``, which gets the gradient of
    each output as a Variable and returns that of the input, a Variable or None, or a tuple of one
    for each. Gradients of gradients work if `backward` computes with Variables. An instance serves
    one call: make a new one each time. The call returns the one output, or a tuple.

    Examples
    --------
    >>> import numpy as np
    >>> import cygrad as cg
    >>> import cygrad.functions as F
    >>> class Sine(cg.Function):
    ...     def forward(self, x):
    ...         return np.sin(x)
    ...     def backward(self, gy):
    ...         x, = self.inputs
    ...         return gy * F.cos(x)
    >>> x = cg.Variable(0.0)
    >>> y = Sine()(x)
    >>> y.backward()
    >>> x.grad
    variable(1.0)
    """

    def __init__(self):
        # Without it, arguments of a subclass that has no __init__ would be dropped silently.
        pass

    @property
    def inputs(self):
        """tuple of Variable: what it was called with; a plain number in an operation is none.

        Examples
        --------
        >>> import cygrad as cg
        >>> x = cg.Variable(2.0, name="x")
        >>> (x * 3.0).creator.inputs
        (x(2.0),)
        """
        if self.many is not None:
            return self.many
        if self.n_inputs == 2:
            return (self.x0, self.x1)
        return (self.x0,) if self.n_inputs == 1 else ()

    @property
    def outputs(self):
        """tuple of Variable or None: what it returned; None where that lives no longer.

        Examples
        --------
        >>> import cygrad as cg
        >>> y = cg.Variable(2.0) * 3.0
        >>> y.creator.outputs
        (variable(6.0),)
        """
        cdef int i
        cdef int n = outputs_of(self).count if self.several else 1
        return tuple([None if output_at(self, i) is NULL else <object>output_at(self, i)
                      for i in range(n)])

    @property
    def generation(self):
        """int: the greatest generation of the inputs; the backward pass goes down through it.

        Examples
        --------
        >>> import cygrad as cg
        >>> x = cg.Variable(2.0)
        >>> (x * x + x).creator.generation
        1
        """
        return self.generation_

    @property
    def name(self):
        """str: the name of the operation, such as ``"Sin"``; that of the class, for a subclass.

        Examples
        --------
        >>> import cygrad as cg
        >>> (cg.Variable(2.0) * 3.0).creator.name
        'Mul'
        """
        return name_of(self)

    def forward(self, *arrays):
        """Compute the outputs from the inputs; a subclass defines it.

        Parameters
        ----------
        *arrays : ndarray
            The data of the inputs, of any shapes; numbers have shape ``()``.

        Returns
        -------
        ndarray or float, or a tuple of them

        Raises
        ------
        NotImplementedError
            If the subclass does not define it.

        Examples
        --------
        >>> import cygrad as cg
        >>> import numpy as np
        >>> class DivMod(cg.Function):
        ...     def forward(self, x, y):
        ...         return np.divmod(x, y)
        >>> DivMod()(7.5, 2.0)
        (variable(3.0), variable(1.5))
        """
        raise NotImplementedError(f"{name_of(self)} has no forward(self, *arrays)")

    def backward(self, *gys):
        """Compute the gradients of the inputs from those of the outputs; a subclass defines it.

        Parameters
        ----------
        *gys : Variable
            The gradient of each output, of its shape; zeros for one that nothing depends on.

        Returns
        -------
        Variable or None, or a tuple of them
            One for each input, of its shape; None where there is no gradient.

        Raises
        ------
        NotImplementedError
            If the subclass does not define it, when a backward pass reaches it.

        Examples
        --------
        >>> import cygrad as cg
        >>> class Product(cg.Function):
        ...     def forward(self, x, y):
        ...         return x * y
        ...     def backward(self, gy):
        ...         x, y = self.inputs
        ...         return gy * y, gy * x
        >>> x, y = cg.Variable(2.0), cg.Variable(3.0)
        >>> Product()(x, y).backward(); x.grad, y.grad
        (variable(3.0), variable(2.0))
        """
        raise NotImplementedError(f"{name_of(self)} has no backward(self, *gys)")

    def __call__(self, *inputs):
        """Apply the function: run `forward`, and record the call for `backward`."""
        if self.op is not NULL or type(self) is Function:
            raise TypeError(f"{name_of(self)}: only instances of your own subclasses of Function "
                            "can be called")
        if self.n_inputs > 0:
            raise RuntimeError(f"{name_of(self)}: this instance is part of a graph already; make "
                               "a new one for each call")
        if not inputs:
            raise TypeError(f"{name_of(self)}: called without inputs")
        if len(inputs) > MAX_INPUTS:
            raise ValueError(f"{name_of(self)}: called with {len(inputs)} inputs, more than "
                             f"{MAX_INPUTS}")
        where = name_of(self)
        xs = tuple([x if isinstance(x, Variable) else operand(x, where) for x in inputs])
        return apply_forward(self, xs)

    def __repr__(self):
        return f"{name_of(self)}({', '.join([repr(x) for x in self.inputs])})"


cdef object apply_forward(Function f, tuple xs):
    """Call f.forward on the inputs and make its results outputs of f."""
    cdef Mode* switches = mode()
    cdef int paused = switches.paused
    cdef void* tape = switches.tape
    arrays = [array_of(<Variable>x) for x in xs]
    switches.paused = True
    switches.tape = NULL            # which is told of the whole
    try:
        results = f.forward(*arrays)
    finally:
        switches.paused = paused
        switches.tape = tape
    several = isinstance(results, tuple)
    if several and not results:
        raise ValueError(f"{name_of(f)}.forward returned an empty tuple; return an array, or a "
                         "tuple of arrays")
    where = f"{name_of(f)}.forward"
    ys = tuple([constant(result, where) for result in (results if several else (results,))])
    if len(ys) > MAX_INPUTS:
        raise ValueError(f"{where} returned {len(ys)} arrays, more than {MAX_INPUTS}")
    if f.n_inputs > 0:
        raise RuntimeError(f"{name_of(f)}.forward called its own instance")
    if not paused and any([(<Variable>x).requires for x in xs]):
        take_inputs(f, xs)
        attach_all(f, ys)
        f.tracked = True        # it may hold anything in its attributes
        for x in xs:
            track_behind(x)
        for result in ys:
            track(result)
        if is_observed(switches):
            observe(f, ys)
    elif switches.tape is not NULL:
        take_inputs(f, xs)
        record(f, ys)
    return ys if several else ys[0]


cdef void take_inputs(Function f, tuple xs) noexcept:
    cdef Variable x
    cdef int i
    f.n_inputs = <int>len(xs)
    f.made = writes
    if f.n_inputs > 2:
        f.many = xs
    else:
        f.x0 = xs[0]
        if f.n_inputs == 2:
            f.x1 = xs[1]
    for i in range(f.n_inputs):
        x = xs[i]
        x.uses += 1
        if x.generation_ > f.generation_:
            f.generation_ = x.generation_


# ---- Built-in operations ----------------------------------------------------------------------

cdef Function connect_with(const Op* op, Variable y, Variable x0, Variable x1, double c0,
                           double c1):
    cdef Mode* switches = mode()
    cdef Function f
    cdef unsigned int age
    if switches.paused or not (x0.requires or (x1 is not None and x1.requires)):
        if is_observed(switches):
            return observe_alone(op, y, (x0,) if x1 is None else (x0, x1), c0, c1)
        return None
    f = <Function>Function.__new__(Function)
    f.op = op
    f.c[0] = c0
    f.c[1] = c1
    f.x0 = x0
    x0.uses += 1
    f.n_inputs = 1
    f.generation_ = x0.generation_
    f.made = writes
    age = age_of(x0, f.made)        # what lag_of does, in the way that every operation goes
    if x1 is not None:
        f.x1 = x1
        x1.uses += 1
        f.n_inputs = 2
        age = max(age, age_of(x1, f.made))
        if x1.generation_ > f.generation_:
            f.generation_ = x1.generation_
    attach(f, y, <unsigned short>min(age, <unsigned int>MAX_LAG))
    if x0.tracked or (x1 is not None and x1.tracked):
        track_behind(y)
    if is_observed(switches):
        observe(f, (y,))
    return f


cdef int observe(Function f, tuple ys) except -1:
    """An operation has been made: look for anomalies, and record it on the tape."""
    cdef Mode* switches = mode()
    if is_watching(switches):
        watch(f)
    if switches.tape is not NULL:
        record(f, ys)
    return 0


cdef Function observe_alone(const Op* op, Variable y, tuple inputs, double c0, double c1):
    """The same where nothing flows back: a Function for the tape, if there is one.

    The user's operation is looked at; the parts of a backward pass are not.
    """
    cdef Mode* switches = mode()
    cdef Function f
    if is_watching(switches) and switches.paused != 1:
        inspect(op.name.decode(), y, inputs)
    if switches.tape is NULL:
        return None
    f = <Function>Function.__new__(Function)
    f.op = op
    f.c[0] = c0
    f.c[1] = c1
    take_inputs(f, inputs)
    f.out = <PyObject*>y        # a tape that keeps f keeps y
    record(f, (y,))
    return f


cdef Function connect_many(const Op* op, Variable y, tuple inputs):
    cdef Mode* switches = mode()
    cdef Function f
    cdef bint tracked = False, requires = False
    for x in inputs:
        tracked |= (<Variable>x).tracked
        requires |= (<Variable>x).requires
    if switches.paused or not requires:
        if is_observed(switches):
            return observe_alone(op, y, inputs, 0.0, 0.0)
        return None
    f = <Function>Function.__new__(Function)
    f.op = op
    take_inputs(f, inputs)
    attach(f, y, lag_of(f))
    if tracked:
        track_behind(y)
    if is_observed(switches):
        observe(f, (y,))
    return f


cdef Function connect_several(const Op* op, tuple ys, tuple inputs, object saved):
    cdef Mode* switches = mode()
    cdef Function f
    cdef bint tracked = False, requires = False
    for x in inputs:
        tracked |= (<Variable>x).tracked
        requires |= (<Variable>x).requires
    if switches.paused or not requires:
        return None if switches.tape is NULL else record_several(op, ys, inputs, saved)
    f = <Function>Function.__new__(Function)
    f.op = op
    take_inputs(f, inputs)
    attach_all(f, ys)
    outputs_of(f).saved = saved
    if tracked:
        for y in ys:
            track_behind(<Variable>y)
    if is_observed(switches):
        observe(f, ys)
    return f


cdef Function record_several(const Op* op, tuple ys, tuple inputs, object saved):
    """On the tape, where nothing flows back."""
    cdef Function f = <Function>Function.__new__(Function)
    cdef int i
    f.op = op
    take_inputs(f, inputs)
    f.saved = Outputs(len(ys))
    f.several = True
    outputs_of(f).shapes = [(<Variable>y).shape for y in ys]
    outputs_of(f).saved = saved
    for i in range(len(ys)):
        set_output(f, i, <PyObject*>ys[i])
    record(f, ys)
    return f


cdef int attach_all(Function f, tuple ys) except -1:
    cdef Variable y
    cdef unsigned short lag = lag_of(f)
    cdef int i
    if len(ys) == 1:
        attach(f, <Variable>ys[0], lag)
        return 0
    f.saved = Outputs(len(ys))
    f.several = True
    outputs_of(f).shapes = [(<Variable>result).shape for result in ys]
    for i in range(len(ys)):
        y = <Variable>ys[i]
        attach(f, y, lag)
        y.index = i
        set_output(f, i, <PyObject*>y)
    f.out = NULL
    return 0


cdef inline void attach(Function f, Variable y, unsigned short lag) noexcept:
    """Make y an output of f; lag is lag_of(f), which looks at every input."""
    y.creator_ = f
    y.generation_ = f.generation_ + 1
    y.requires = True
    y.lag = lag
    f.out = <PyObject*>y


cdef unsigned short lag_behind(Function f) noexcept:
    return lag_of(f)


cdef inline unsigned short lag_of(Function f) noexcept:
    """`lag` of f's outputs."""
    cdef unsigned int age = 0
    cdef int i
    if f.many is not None:
        for i in range(f.n_inputs):
            age = max(age, age_of(<Variable>f.many[i], f.made))
    else:
        age = age_of(f.x0, f.made)
        if f.n_inputs == 2:
            age = max(age, age_of(f.x1, f.made))
    return <unsigned short>min(age, <unsigned int>MAX_LAG)


cdef void set_output(Function f, int i, PyObject* y) noexcept:
    """Let f know its output i by a borrowed pointer, NULL when the output goes."""
    if f.several:
        outputs_of(f).items[i] = y
    else:
        f.out = y


cdef PyObject* output_at(Function f, int i) noexcept:
    if f.several:
        return outputs_of(f).items[i]
    return f.out


cdef Variable kept_slope(Function f, int i, long session, bint last):
    """f.op.slope(f, i), computed once in a session and forgotten in its last pass."""
    cdef Slopes slopes
    cdef Variable slope
    if type(f.saved) is Slopes:
        slopes = <Slopes>f.saved
    else:
        slopes = <Slopes>Slopes.__new__(Slopes)
        slopes.saved = f.saved
        f.saved = slopes
    if slopes.session != session:       # what another has kept may be out of date
        slopes.session = session
        slopes.by_input = [None] * f.n_inputs
    slope = <Variable>slopes.by_input[i]
    if slope is None:
        slope = f.op.slope(f, i)
    slopes.by_input[i] = None if last else slope
    return slope


cdef Variable input_of(Function f, int i):
    if f.many is not None:
        return <Variable>f.many[i]
    return f.x0 if i == 0 else f.x1


cdef str name_of(Function f):
    if f.op is NULL:
        return type(f).__name__
    return f.op.name.decode()
