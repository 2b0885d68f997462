"""The public C interface (interface.pxd): operations with forward and backward in C.

A CFunction is an operation; each call of it is a Function as of a built-in operation. Its Op lives
in the CFunction, which it keeps alive by its `saved`. So a call costs what a built-in one does.

In this file `Variable` and `Function` are what extensions see, opaque; `Node` and `Call` are the
same types with their fields.
"""

cimport cython
from libc.stdlib cimport calloc, free

from cygrad.core.arrays cimport is_readonly
from cygrad.core.backward cimport flow, wanted
from cygrad.core.function cimport Function as Call, Op, connect, connect_many, input_of
from cygrad.core.layout cimport (
    Layout, MAX_NDIM, broadcast_layouts, contiguous_layout, release, same_shape, shape_of, share,
)
from cygrad.core.mode cimport Mode, mode
from cygrad.core.passing cimport Pass
from cygrad.core.storage cimport foreign_storage
from cygrad.core.variable cimport Variable as Node, describe, detached, empty, own_contiguous
from cygrad.functions.broadcasting cimport sum_to_layout
from cygrad.functions.operation cimport as_variable as to_node, broadcast_strides, operation
from cygrad.kernels.elementwise cimport LONG, copy_strided

from cygrad import abi

cdef enum:
    MOST_INPUTS = 32            # of a CFunction

cdef struct Operation:
    Op op
    char name[64]


def __getattr__(name):
    # CFunction under the number of another interface.
    raise abi.no_such_type(__name__, name)


@cython.binding(False)
@cython.embedsignature(True)
@cython.embedsignature.format("clinic")
@cython.no_gc_clear
cdef class CFunction_1(Function):
    """An operation whose forward and backward are C functions, to be subclassed in Cython.

    Its instances are called with Variables or what becomes one, any number of times, and give a
    Variable. interface.pxd, beside this module, has the methods to define.

    Raises
    ------
    NotImplementedError
        When it is called, if the subclass has no `forward`; when a gradient is computed, if it has
        no `backward`, or for create_graph=True no `vjp`.
    """

    def __cinit__(self, *_, **__):
        cdef Operation* own = <Operation*>calloc(1, sizeof(Operation))
        cdef Py_ssize_t i
        if own is NULL:
            raise MemoryError()
        self.operation = own
        self.arity = 1
        self.elementwise = True
        name = type(self).__name__.encode("ascii", "replace")
        for i in range(min(len(name), <Py_ssize_t>sizeof(own.name) - 1)):
            own.name[i] = name[i]
        own.op = operation(own.name, rule)
        own.op.fused = gradient_of_one

    def __dealloc__(self):
        free(self.operation)

    def __call__(self, *inputs):
        """Apply the operation.

        Parameters
        ----------
        *inputs : Variable or array_like

        Returns
        -------
        Variable
        """
        if len(inputs) == 1 and isinstance(inputs[0], Node):
            return apply(self, <Variable>inputs[0])
        return apply_many(self, inputs)

    def __reduce__(self):
        raise TypeError(f"cannot pickle {type(self).__name__}, an operation in C")

    @property
    def name(self):
        """str: the name of the operation."""
        return type(self).__name__

    cdef int output_shape(self, const ConstArray* x, Py_ssize_t* shape) except -1 nogil:
        with gil:
            raise NotImplementedError(f"{type(self).__name__} is not elementwise, and has no "
                                      "cdef method output_shape")

    cdef int forward(self, const ConstArray* x, Array* y) except -1 nogil:
        with gil:
            raise NotImplementedError(f"{type(self).__name__} has no cdef method forward")

    cdef int backward(self, const ConstArray* x, const ConstArray* y, const ConstArray* gy,
                      Array* gx) except -1 nogil:
        return 1

    cdef Variable vjp(self, tuple x, Variable y, Variable gy, int i):
        raise NotImplementedError(f"{type(self).__name__} has no cdef method vjp, which gradients "
                                  "with a graph (create_graph=True) are computed by")


# ---- Arrays -----------------------------------------------------------------------------------

cdef inline void show(Node v, ConstArray* array) noexcept:
    array.data = v.ptr
    array.size = v.layout.size
    array.ndim = v.layout.ndim
    array.shape = v.layout.shape


cdef inline void offer(Node v, Array* array, bint asked) noexcept:
    array.wanted = asked
    array.data = v.ptr
    array.size = v.layout.size
    array.ndim = v.layout.ndim
    array.shape = v.layout.shape


cdef inline Node still(Node v, bint unlocked):
    """v's numbers, contiguous, and not to be moved while the GIL is not held."""
    if v.layout.contiguous:
        return detached(v) if unlocked else v
    return own_contiguous(v)


cdef Node spread_over(CFunction_1 f, Node v, Layout* layout, bint unlocked):
    """v's numbers broadcast to a layout."""
    cdef Py_ssize_t strides[MAX_NDIM]
    cdef Node y
    if same_shape(v.layout, layout):
        return still(v, unlocked)
    if not broadcast_strides(v.layout, layout, strides):
        raise does_not_fit(f, v, layout)
    y = empty(layout)
    copy_strided(v.ptr, strides, y.ptr, layout.strides, layout.ndim, layout.shape)
    return y


cdef object does_not_fit(CFunction_1 f, Node v, const Layout* layout):
    return RuntimeError(f"Variable.backward: {type(f).__name__} met {describe(v)} and a gradient "
                        f"of shape {shape_of(layout)}; was .data replaced by another shape after "
                        "it was used?")


cdef inline bint unlocks(CFunction_1 f, Py_ssize_t size) noexcept:
    return f.long_running or size >= LONG


# ---- Calls ------------------------------------------------------------------------------------

cdef inline int run_forward(CFunction_1 f, const ConstArray* x, Array* y,
                            bint unlocked) except -1:
    if not unlocked:
        return f.forward(x, y)
    with nogil:
        f.forward(x, y)
    return 0


cdef Variable apply(CFunction_1 f, Variable x):
    cdef ConstArray given
    cdef Array made
    cdef Node source, y
    cdef Call call
    cdef bint unlocked
    if f is None or x is None:
        raise TypeError("apply: takes a CFunction and a Variable, not None")
    if f.arity != 1 or not f.elementwise:
        return apply_many(f, (x,))
    source = <Node>x
    unlocked = unlocks(f, source.layout.size)
    source = still(source, unlocked)
    y = empty(source.layout)
    show(source, &given)
    offer(y, &made, True)
    run_forward(f, &given, &made, unlocked)
    call = connect(&(<Operation*>f.operation).op, y, <Node>x, None)
    if call is not None:
        call.saved = f
    return <Variable>y


cdef Variable apply_many(CFunction_1 f, tuple xs):
    cdef Call call
    cdef Node y
    cdef Op* op
    if f is None or xs is None:
        raise TypeError("apply_many: takes a CFunction and a tuple of Variables, not None")
    name = type(f).__name__
    if not 1 <= f.arity <= MOST_INPUTS:
        raise ValueError(f"{name}: its arity, {f.arity}, must be from 1 to {MOST_INPUTS}")
    if len(xs) != f.arity:
        raise TypeError(f"{name} takes {f.arity} inputs, got {len(xs)}")
    nodes = tuple([to_node(x, name) for x in xs])
    y = compute(f, nodes)
    op = &(<Operation*>f.operation).op
    if f.arity > 1:
        op.sweep = flow_to_all
    if f.arity <= 2:
        call = connect(op, y, <Node>nodes[0], <Node>nodes[1] if f.arity == 2 else None)
    else:
        call = connect_many(op, y, nodes)
    if call is not None:
        call.saved = f
    return <Variable>y


cdef Node compute(CFunction_1 f, tuple nodes):
    """The output, without a graph."""
    cdef ConstArray given[MOST_INPUTS]
    cdef Array made
    cdef Layout* layout = NULL
    cdef Node y
    cdef Py_ssize_t size
    cdef bint unlocked
    cdef int i
    try:
        if f.elementwise:
            layout = common_layout(f, nodes)
            size = layout.size
            unlocked = unlocks(f, size)
            held = [spread_over(f, <Node>v, layout, unlocked) for v in nodes]
        else:
            held = [still(<Node>v, True) for v in nodes]
        for i in range(len(held)):
            show(<Node>held[i], &given[i])
        if not f.elementwise:
            layout = layout_from(f, given)
            unlocked = unlocks(f, longest(nodes, layout))
        y = empty(layout)
    finally:
        if layout is not NULL:
            release(layout)
    offer(y, &made, True)
    run_forward(f, given, &made, unlocked)
    return y


cdef Layout* common_layout(CFunction_1 f, tuple nodes) except NULL:
    """The shape that the inputs broadcast to: a new reference."""
    cdef Layout* layout = share((<Node>nodes[0]).layout)
    cdef Layout* wider
    if len(nodes) == 1 and not layout.contiguous:
        wider = contiguous_layout(layout.ndim, layout.shape)
        release(layout)
        return wider
    for v in nodes[1:]:
        try:
            wider = broadcast_layouts(layout, (<Node>v).layout)
        except ValueError as error:
            raise ValueError(f"{type(f).__name__}: {error}") from None
        finally:
            release(layout)
        layout = wider
    return layout


cdef Layout* layout_from(CFunction_1 f, const ConstArray* given) except NULL:
    """What output_shape says: a new reference."""
    cdef Py_ssize_t shape[MAX_NDIM]
    cdef int ndim = f.output_shape(given, shape)
    if ndim < 0 or ndim > MAX_NDIM:
        raise ValueError(f"{type(f).__name__}.output_shape gave {ndim} axes, not 0 to {MAX_NDIM}")
    return contiguous_layout(ndim, shape)


cdef Py_ssize_t longest(tuple nodes, const Layout* layout) noexcept:
    cdef Py_ssize_t size = layout.size
    for v in nodes:
        size = max(size, (<Node>v).layout.size)
    return size


# ---- Gradients --------------------------------------------------------------------------------

cdef inline int run_backward(CFunction_1 f, const ConstArray* x, const ConstArray* y,
                             const ConstArray* gy, Array* gx, bint unlocked) except -1:
    cdef int how
    if not unlocked:
        return f.backward(x, y, gy, gx)
    with nogil:
        how = f.backward(x, y, gy, gx)
    return how


cdef Node output_of(CFunction_1 f, Call call):
    """The output, computed again if only a Variable given to set_creator led here."""
    return <Node>call.out if call.out is not NULL else compute(f, call.inputs)


cdef Node rule(Call call, Node gy, int i):
    """The vjp_rule (function.pxd)."""
    cdef CFunction_1 f = <CFunction_1>call.saved
    cdef Node x = input_of(call, i)
    cdef Node gx = <Node>f.vjp(call.inputs, <Variable>output_of(f, call), <Variable>gy, i)
    if gx is not None and f.elementwise and not same_shape(gx.layout, x.layout):
        return summed(f, gx, x)
    return gx


cdef Node summed(CFunction_1 f, Node gx, Node x):
    """gx, summed to x's shape where x was broadcast."""
    cdef Py_ssize_t strides[MAX_NDIM]
    if not broadcast_strides(x.layout, gx.layout, strides):
        raise does_not_fit(f, x, gx.layout)
    return sum_to_layout(gx, x.layout)


cdef Node gradient_of_one(Call call, Node gy, int i, Node into, bint done):
    """The fused_rule (function.pxd) of an operation of one input."""
    cdef CFunction_1 f = <CFunction_1>call.saved
    cdef ConstArray given, made, flowing
    cdef Array wanted_
    cdef Node x = call.x0, y, gx
    cdef bint unlocked = unlocks(f, x.layout.size)
    if not f.elementwise:
        return gradients(f, call, gy, (True,))[0]
    y = output_of(f, call)
    if not (same_shape(x.layout, gy.layout) and same_shape(y.layout, gy.layout)):
        raise does_not_fit(f, x, gy.layout)
    gy = still(gy, unlocked)
    x = still(x, unlocked)
    y = still(y, unlocked)
    gx = empty(gy.layout)
    show(x, &given)
    show(y, &made)
    show(gy, &flowing)
    offer(gx, &wanted_, True)
    if run_backward(f, &given, &made, &flowing, &wanted_, unlocked) == 1:
        return call.op.vjp(call, gy, 0)
    return gx


cdef int flow_to_all(Call call, list gys, Pass* p) except -1:
    """The sweep_rule (function.pxd) of an operation of several inputs."""
    cdef CFunction_1 f = <CFunction_1>call.saved
    cdef Node gx
    cdef list gxs
    cdef int i
    gxs = gradients(f, call, <Node>gys[0],
                    tuple([wanted(input_of(call, i), p) for i in range(call.n_inputs)]))
    for i in range(call.n_inputs):
        gx = gxs[i]
        gxs[i] = None           # a reference kept here would make the gradient look shared
        if gx is not None:
            flow(input_of(call, i), gx, call, p)
    return 0


cdef list gradients(CFunction_1 f, Call call, Node gy, tuple asked):
    """The gradients of the inputs for which they are asked, None for the others."""
    cdef ConstArray given[MOST_INPUTS]
    cdef ConstArray made, flowing
    cdef Array found[MOST_INPUTS]
    cdef tuple nodes = call.inputs
    cdef Node y = output_of(f, call), v
    cdef Layout* layout
    cdef list held, gxs = []
    cdef int i, n = call.n_inputs
    cdef bint unlocked = True, fits
    if n != f.arity:
        raise RuntimeError(f"{type(f).__name__}: its arity has changed since it was called")
    gy = still(gy, True)
    layout = gy.layout          # gy keeps it
    if not same_shape(y.layout, layout):
        raise does_not_fit(f, y, layout)
    y = still(y, True)
    if f.elementwise:
        held = [spread_over(f, <Node>v, layout, True) for v in nodes]
    else:
        held = [still(<Node>v, True) for v in nodes]
    for i in range(n):
        show(<Node>held[i], &given[i])
    if not f.elementwise:
        layout = layout_from(f, given)
        fits = same_shape(layout, gy.layout)
        release(layout)
        if not fits:
            raise does_not_fit(f, <Node>nodes[0], gy.layout)
    for i in range(n):
        # What nobody asks for has memory of its own too: code that writes all of gx must not crash.
        v = empty((<Node>held[i]).layout)
        offer(v, &found[i], asked[i])
        gxs.append(v)
    show(y, &made)
    show(gy, &flowing)
    unlocked = unlocks(f, longest(nodes, gy.layout))
    if run_backward(f, given, &made, &flowing, found, unlocked) == 1:
        gxs = [call.op.vjp(call, gy, i) if asked[i] else None for i in range(n)]
        return gxs
    for i in range(n):
        if not asked[i]:
            gxs[i] = None
        elif f.elementwise and not same_shape((<Node>gxs[i]).layout, (<Node>nodes[i]).layout):
            gxs[i] = summed(f, <Node>gxs[i], <Node>nodes[i])
    return gxs


# ---- Variables --------------------------------------------------------------------------------

cdef Variable as_variable(object x, str where):
    return <Variable>to_node(x, where)


cdef Variable wrap(double* data, int ndim, const Py_ssize_t* shape, object owner):
    cdef Node v = <Node>Node.__new__(Node)
    cdef Layout* layout
    if ndim < 0 or ndim > MAX_NDIM:
        raise ValueError(f"wrap: an array may have at most {MAX_NDIM} dimensions, not {ndim}")
    layout = contiguous_layout(ndim, shape)
    if data is NULL and layout.size > 0:
        release(layout)
        raise ValueError("wrap: data is NULL")
    release(v.layout)
    v.layout = layout
    v.storage = foreign_storage(data, owner, False)
    v.ptr = data
    v.requires = True
    return <Variable>v


cdef double* data_of(Variable x) except? NULL:
    cdef Mode* switches = mode()
    cdef Node v = <Node>x
    if v is None:
        raise TypeError("data_of: takes a Variable, not None")
    if not v.layout.contiguous or is_readonly(v):
        raise BufferError(f"data_of: the memory of {describe(v)} is not contiguous, or read-only")
    if v.requires and (switches.tracing or switches.level > 0):
        raise BufferError(f"data_of: {describe(v)} would lose its gradient here")
    return v.ptr


cdef Py_ssize_t size_of(Variable x) except -1:
    if x is None:
        raise TypeError("size_of: takes a Variable, not None")
    return (<Node>x).layout.size


cdef Variable grad_of(Variable x):
    if x is None:
        raise TypeError("grad_of: takes a Variable, not None")
    return <Variable>(<Node>x).grad_
