"""Variable: an array of float64 numbers in the graph.

What it is (data, name, gradient, creator, generation), how it is made, and how it lets go. What
can be computed with it lives in functions/, which fills in the operators; how gradients flow, in
backward.pyx. The last part of the file is machinery: buffers, memory, the cycle collector.
"""

cimport cython
cimport numpy as cnp
from cpython.buffer cimport (
    PyBUF_ANY_CONTIGUOUS, PyBUF_C_CONTIGUOUS, PyBUF_F_CONTIGUOUS, PyBUF_FORMAT, PyBUF_ND,
    PyBUF_STRIDES, PyBUF_WRITABLE,
)
from cpython.float cimport PyFloat_AsDouble, PyFloat_Check
from cpython.long cimport PyLong_AsDouble, PyLong_Check
from cpython.object cimport Py_EQ, Py_GT, Py_LE, Py_LT, Py_NE, PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF

from cygrad.core.backward cimport run_backward
from cygrad.core.function cimport (
    Function, input_of, output_at, release_function, set_output, track_function,
)
from cygrad.core.layout cimport (
    EMPTY, Layout, MAX_NDIM, SCALAR, contiguous_layout, release, reshaped_layout, same_shape,
    shape_of, share,
)
from cygrad.core.mode cimport Mode, mode
from cygrad.core.operators cimport OPERATORS
from cygrad.core.slots cimport (
    PyObject_GC_Del, PyObject_GC_IsTracked, PyObject_GC_Track, PyObject_GC_UnTrack,
    PyType_GenericAlloc, Py_SET_REFCNT, TypeSlots, constructor, destructor, revive,
)
from cygrad.core.storage cimport (
    Storage, foreign_storage, give_back, keep, new_storage, on_empty_cache,
)
from cygrad.kernels.elementwise cimport copy_strided

import numpy as np

cnp.import_array()

cdef extern from "numpy/arrayobject.h":
    # As numpy declares it, the last argument cannot be NULL.
    object PyArray_New(PyTypeObject* kind, int ndim, cnp.npy_intp* shape, int dtype,
                       cnp.npy_intp* strides, void* data, int itemsize, int flags,
                       PyObject* parent)

cdef enum:
    ANY_ORDER = (PyBUF_C_CONTIGUOUS | PyBUF_F_CONTIGUOUS | PyBUF_ANY_CONTIGUOUS) & ~PyBUF_STRIDES

cdef double no_memory = 0.0     # where the buffer of an array without elements points


@cython.no_gc_clear
cdef class Variable:
    """A float64 array that remembers how it was computed.

    Parameters
    ----------
    data : float, int, bool, array_like or Variable
        A C-contiguous float64 ndarray is wrapped without a copy, and so is another Variable's
        memory; anything else of real numbers is converted. A number has shape ``()``.
    name : str, optional
        Shown by ``repr`` and in graphs.
    requires_grad : bool, default True
        False for a constant: the backward pass does no work for it.

    Raises
    ------
    TypeError
        For complex, object and string data.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.Variable(3.0, name="x")
    >>> y = x * x + 2 * x
    >>> y
    variable(15.0)
    >>> y.backward()
    >>> x.grad
    variable(8.0)
    """

    __array_ufunc__ = None      # so that ndarray * variable asks Variable, not NumPy

    def __init__(self, data, name=None, requires_grad=True):
        if name is not None and type(name) is not str:
            raise TypeError(f"Variable: name must be a str or None, not {type(name).__name__}")
        if self.creator_ is not None or self.uses > 0:
            raise RuntimeError(f"Variable.__init__: {describe(self)} is part of a graph already; "
                               "assign .data instead")
        assign(self, data, "Variable")
        self.name_ = name
        self.requires = bool(requires_grad)

    # ---- What it carries ----------------------------------------------------------------------

    @property
    def data(self):
        """ndarray: the numbers, as a view of the same memory; assigning replaces them.

        What is assigned is taken as ``Variable(...)`` takes it. The graph keeps no copy: a backward
        pass after the assignment differentiates at the new numbers.
        """
        return array_of(self)

    @data.setter
    def data(self, value):
        assign(self, value, "Variable.data")

    @property
    def grad(self):
        """Variable or None: the gradient that has added up since the last `cleargrad`."""
        return self.grad_

    @grad.setter
    def grad(self, value):
        if value is None:
            self.grad_ = None
            return
        if not isinstance(value, Variable):
            raise TypeError(f"Variable.grad: the gradient of {describe(self)} must be a Variable "
                            f"or None, not {type(value).__name__}")
        if not same_shape((<Variable>value).layout, self.layout):
            raise ValueError(f"Variable.grad: {describe(self)} cannot have a gradient of shape "
                             f"{shape_of((<Variable>value).layout)}")
        self.grad_ = value
        track(self)
        track_behind(value)

    @property
    def name(self):
        """str or None: what `repr` and graphs call it."""
        return self.name_

    @name.setter
    def name(self, value):
        if value is not None and type(value) is not str:
            raise TypeError(f"Variable.name must be a str or None, not {type(value).__name__}")
        self.name_ = value

    @property
    def requires_grad(self):
        """bool: whether gradients flow to it and to what is behind it."""
        return bool(self.requires)

    @requires_grad.setter
    def requires_grad(self, value):
        self.requires = bool(value)

    @property
    def creator(self):
        """Function or None: the Function whose output this is; None for a leaf."""
        return self.creator_

    @property
    def generation(self):
        """int: 0 for a leaf, else one more than its creator's; it orders the backward pass."""
        return self.generation_

    @property
    def shape(self):
        """tuple of int: the lengths of its axes."""
        return shape_of(self.layout)

    @property
    def strides(self):
        """tuple of int: bytes from one element to the next along each axis."""
        cdef int d
        return tuple([self.layout.strides[d] for d in range(self.layout.ndim)])

    @property
    def ndim(self):
        """int: the number of axes."""
        return self.layout.ndim

    @property
    def size(self):
        """int: the number of elements."""
        return self.layout.size

    @property
    def T(self):
        """Variable: the differentiable transpose, a view of the same memory."""
        return OPERATORS.transpose(self)

    # ---- The graph ----------------------------------------------------------------------------

    def backward(self, bint retain_grad=False, bint create_graph=False):
        """Add to the ``.grad`` of every leaf behind this variable the gradient with respect to it.

        The pass starts from this variable's ``.grad``, or from ones if that is None. The graph
        stays alive: a second call adds the same gradients again.

        Parameters
        ----------
        retain_grad : bool, default False
            Keep the gradients of intermediate results too. Without it they are dropped as soon as
            they are used, this variable's own among them.
        create_graph : bool, default False
            Make each gradient differentiable itself, to any order.

        Notes
        -----
        Reverse-mode differentiation: with y this variable and v its seed, x.grad += v^T dy/dx,
        Functions being visited in the order of falling generation. A variable without a creator
        seeds its own ``.grad`` and stops.

        Examples
        --------
        >>> import cygrad as cg
        >>> x = cg.Variable(2.0)
        >>> y = x ** 3
        >>> y.backward(create_graph=True)
        >>> gx = x.grad
        >>> x.cleargrad()
        >>> gx.backward()
        >>> x.grad
        variable(12.0)
        """
        run_backward(self, retain_grad, create_graph)

    def cleargrad(self):
        """Forget the gradient.

        Examples
        --------
        >>> import cygrad as cg
        >>> x = cg.Variable(2.0)
        >>> (x * x).backward(); x.cleargrad(); x.grad is None
        True
        """
        self.grad_ = None

    def unchain(self):
        """Forget the creator: the variable becomes a leaf, and gradients stop here.

        Examples
        --------
        >>> import cygrad as cg
        >>> y = cg.Variable(2.0) * 3
        >>> y.unchain()
        >>> y.creator is None
        True
        """
        forget_creator(self)

    def unchain_backward(self):
        """Forget the creators of everything behind this variable, but not its own.

        Truncated backpropagation through time calls it on the loss of each window.

        Examples
        --------
        >>> import cygrad as cg
        >>> x = cg.Variable(2.0)
        >>> h = x * 3
        >>> y = h * 2
        >>> y.unchain_backward()
        >>> y.creator is None, h.creator is None
        (False, True)
        """
        cdef list behind = []
        cdef Function f
        if self.creator_ is not None:
            behind.append(self.creator_)
        while behind:
            f = behind.pop()
            for x in f.inputs:
                if (<Variable>x).creator_ is not None:
                    behind.append((<Variable>x).creator_)
                    forget_creator(<Variable>x)

    def set_creator(self, Function f not None):
        """Make `f` the creator of this variable, as if it were f's first output.

        Parameters
        ----------
        f : Function
            A Function that has been called; gradients of this variable flow through it.

        Raises
        ------
        ValueError
            If f depends on this variable, which would close a cycle.
        RuntimeError
            If f has not been called.
        """
        if f.n_inputs == 0:
            raise RuntimeError(f"Variable.set_creator: {f!r} has not been called, so it has no "
                               "inputs that gradients could flow to")
        if depends_on(f, self):
            raise ValueError(f"Variable.set_creator: {type(f).__name__} depends on "
                             f"{describe(self)}; the graph would have a cycle")
        if self.creator_ is not f:
            forget_creator(self)
            self.creator_ = f
            self.index = 0
            self.requires = True
        self.generation_ = f.generation_ + 1
        track_behind(self)

    # ---- Numbers and shapes -------------------------------------------------------------------

    def item(self, *index):
        """The one element, or the element at `index`, as a float.

        Parameters
        ----------
        *index : int
            As ``ndarray.item`` takes it: nothing, a flat index, or one index for each axis.

        Raises
        ------
        ValueError
            Without an index, if there is not exactly one element.
        IndexError
            If the index is out of bounds.

        Examples
        --------
        >>> import cygrad as cg
        >>> cg.Variable([[1.0, 2.0], [3.0, 4.0]]).item(1, 0)
        3.0
        """
        if not index and self.layout.size == 1:
            return self.ptr[0]
        return array_of(self).item(*index)

    def at(self, *index):
        """The element at `index` as a float; without an index, the first.

        Raises
        ------
        IndexError
            If there is not one index for each axis, or one is out of bounds.

        Examples
        --------
        >>> import cygrad as cg
        >>> v = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
        >>> v.at(0, 1), v.at()
        (2.0, 1.0)
        """
        if not index:
            index = (0,) * self.layout.ndim
        if len(index) != self.layout.ndim:
            raise IndexError(f"Variable.at: {describe(self)} takes {self.layout.ndim} indices, "
                             f"got {len(index)}")
        return array_of(self).item(*index) if index else self.ptr[0]

    def reshape(self, *shape):
        """Change the shape in place, and return the variable itself.

        A leaf takes the new shape, its gradient with it. For the result of an operation the
        change enters the graph as a reshape. ``F.reshape`` is the form that makes a new variable.

        Parameters
        ----------
        *shape : int or tuple of int
            The new shape; one length may be -1.

        Raises
        ------
        ValueError
            If the sizes do not agree.
        RuntimeError
            If a living graph was computed from this variable in its present shape, so that the
            gradients that come back from it would not fit.

        Examples
        --------
        >>> import cygrad as cg
        >>> cg.arange(6).reshape(2, 3).shape
        (2, 3)
        """
        cdef Layout* layout
        target = shape[0] if len(shape) == 1 else shape
        layout = reshaped_layout(self.layout, target, "Variable.reshape")
        try:
            if not same_shape(layout, self.layout):
                reshape_in_place(self, layout)
        finally:
            release(layout)
        return self

    # ---- Python's protocols -------------------------------------------------------------------

    def __repr__(self):
        label = self.name_ if self.name_ is not None else "variable"
        if self.layout.ndim == 0:
            return f"{label}({self.ptr[0]!r})"
        text = np.array2string(array_of(self), separator=", ", prefix=label + "(")
        if self.layout.size == 0:
            text += f", shape={shape_of(self.layout)}"
        return f"{label}({text})"

    def __len__(self):
        if self.layout.ndim == 0:
            raise TypeError(f"len() of {describe(self)}, which has no axes")
        return self.layout.shape[0]

    def __iter__(self):
        if self.layout.ndim == 0:
            raise TypeError(f"iteration over {describe(self)}, which has no axes")
        return iter([self[i] for i in range(self.layout.shape[0])])

    def __float__(self):
        return only_element(self)

    def __int__(self):
        return int(only_element(self))

    def __bool__(self):
        return bool(array_of(self))

    def __hash__(self):
        return <Py_ssize_t>(<void*>self) >> 4

    def __richcmp__(self, other, int op):
        # Elementwise and without a gradient: the ndarray of bool that NumPy gives.
        if isinstance(other, Variable):
            other = array_of(<Variable>other)
        elif not (is_number(other) or isinstance(other, np.ndarray)):
            return NotImplemented
        if op == Py_LT:
            return np.less(array_of(self), other)
        if op == Py_LE:
            return np.less_equal(array_of(self), other)
        if op == Py_EQ:
            return np.equal(array_of(self), other)
        if op == Py_NE:
            return np.not_equal(array_of(self), other)
        if op == Py_GT:
            return np.greater(array_of(self), other)
        return np.greater_equal(array_of(self), other)

    # c_api_binop_methods: each of these serves the reflected operator too.

    def __add__(a, b):
        return OPERATORS.add(a, b)

    def __sub__(a, b):
        return OPERATORS.sub(a, b)

    def __mul__(a, b):
        return OPERATORS.mul(a, b)

    def __truediv__(a, b):
        return OPERATORS.div(a, b)

    def __pow__(a, b, modulus):
        if modulus is not None:
            return NotImplemented
        return OPERATORS.pow(a, b)

    def __matmul__(a, b):
        return OPERATORS.matmul(a, b)

    def __neg__(self):
        return OPERATORS.neg(self)

    def __pos__(self):
        return self

    def __abs__(self):
        return OPERATORS.abs(self)

    def __getitem__(self, index):
        return OPERATORS.get_item(self, index)

    def __reduce__(self):
        # A pickled or deep-copied Variable is a leaf of its own: the graph stays behind.
        return Variable, (array_of(self).copy(), self.name_, bool(self.requires))

    # ---- Buffers and memory -------------------------------------------------------------------

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        cdef Layout* layout = self.layout
        cdef bint readonly = is_readonly(self)
        if flags & PyBUF_WRITABLE and readonly:
            raise BufferError(f"the memory of {describe(self)} is read-only")
        if not layout.contiguous and (
                (flags & PyBUF_STRIDES) != PyBUF_STRIDES or flags & ANY_ORDER):
            raise BufferError(f"the memory of {describe(self)} is not contiguous")
        if ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS and layout.ndim > 1
                and layout.size > 0):
            raise BufferError(f"the memory of {describe(self)} is not in Fortran order")
        # The memory and the layout live as long as the buffer, whatever .data is by then.
        pins = (self.storage, <size_t>share(layout))
        Py_INCREF(pins)
        buffer.internal = <void*>pins
        buffer.obj = self
        buffer.buf = self.ptr
        if self.ptr is NULL:
            buffer.buf = &no_memory
        buffer.len = layout.size * <Py_ssize_t>sizeof(double)
        buffer.itemsize = sizeof(double)
        buffer.readonly = readonly
        buffer.format = NULL
        if flags & PyBUF_FORMAT:
            buffer.format = b"d"
        buffer.ndim = layout.ndim if flags & PyBUF_ND else 1
        buffer.shape = layout.shape if flags & PyBUF_ND else NULL
        buffer.strides = layout.strides if (flags & PyBUF_STRIDES) == PyBUF_STRIDES else NULL
        buffer.suboffsets = NULL

    def __releasebuffer__(self, Py_buffer* buffer):
        pins = <tuple>buffer.internal
        release(<Layout*><size_t>pins[1])
        Py_DECREF(pins)


# ---- Making them ------------------------------------------------------------------------------

cdef Variable empty(Layout* layout):
    cdef Variable v = <Variable>Variable.__new__(Variable)
    v.storage = new_storage(layout.size)
    v.ptr = v.storage.data
    release(v.layout)
    v.layout = share(layout)
    return v


cdef Variable filled(Layout* layout, double value):
    cdef Variable v = empty(layout)
    cdef Py_ssize_t i
    for i in range(layout.size):
        v.ptr[i] = value
    return v


cdef Variable filled_like(Variable x, double value):
    cdef Layout* layout = contiguous_layout(x.layout.ndim, x.layout.shape)
    cdef Variable v = filled(layout, value)
    release(layout)
    return v


cdef Variable scalar(double value):
    cdef Variable v = empty(SCALAR)
    v.ptr[0] = value
    return v


cdef Variable view_of(Variable base, double* ptr, Layout* layout):
    """A Variable on part of the memory of base; the caller guarantees that it is inside."""
    cdef Variable v = <Variable>Variable.__new__(Variable)
    v.storage = base.storage
    v.ptr = ptr
    release(v.layout)
    v.layout = share(layout)
    return v


cdef Variable constant(object data, str where):
    cdef Variable v = <Variable>Variable.__new__(Variable)
    assign(v, data, where)
    return v


cdef Variable own_contiguous(Variable v):
    cdef Layout* layout
    cdef Variable copy
    if v.layout.contiguous:
        return v
    layout = contiguous_layout(v.layout.ndim, v.layout.shape)
    copy = empty(layout)
    copy_strided(v.ptr, v.layout.strides, copy.ptr, layout.strides, layout.ndim, layout.shape)
    release(layout)
    return copy


cdef bint is_number(object x) noexcept:
    """Whether x is a real number of Python's or NumPy's."""
    return (PyFloat_Check(x) or PyLong_Check(x)
            or isinstance(x, (np.floating, np.integer, np.bool_)))


cdef double number(object x) except? -1:
    """The value of what is_number() accepts."""
    if PyFloat_Check(x):
        return PyFloat_AsDouble(x)
    if PyLong_Check(x):
        return PyLong_AsDouble(x)
    return float(x)


cdef int assign(Variable v, object data, str where) except -1:
    """Give v the numbers of `data`, or raise and leave it as it was."""
    cdef Layout* layout
    cdef Storage storage
    cdef double* ptr
    cdef double value
    cdef cnp.ndarray array
    if is_number(data):
        value = number(data)
        storage = new_storage(1)
        ptr = storage.data
        ptr[0] = value
        layout = share(SCALAR)
    elif isinstance(data, Variable):
        storage = (<Variable>data).storage
        ptr = (<Variable>data).ptr
        layout = share((<Variable>data).layout)
    else:
        array = real_array(data, where)
        layout = contiguous_layout(cnp.PyArray_NDIM(array), <Py_ssize_t*>cnp.PyArray_DIMS(array))
        ptr = <double*>cnp.PyArray_DATA(array)
        storage = storage_of(array)
    v.storage = storage
    v.ptr = ptr
    release(v.layout)
    v.layout = layout
    return 0


cdef cnp.ndarray real_array(object data, str where):
    """`data` as a C-contiguous float64 array, without a copy where it is one."""
    if isinstance(data, (list, tuple)) and any(isinstance(x, Variable) for x in data):
        raise TypeError(f"{where}: cannot take a sequence of Variables, whose graph would be lost; "
                        "use F.stack or F.concat")
    array = np.asarray(data)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{where}: data must be real numbers, not {type(data).__name__} of dtype "
                        f"{array.dtype}")
    if array.ndim > MAX_NDIM:
        raise ValueError(f"{where}: an array may have at most {MAX_NDIM} dimensions, "
                         f"not {array.ndim}")
    flags = array.flags
    if array.dtype == np.float64 and array.dtype.isnative and flags.c_contiguous and flags.aligned:
        return array
    return np.array(array, dtype=np.float64, order="C")


cdef Storage storage_of(cnp.ndarray array):
    """The Storage that the array is a view of, or a new one around the array."""
    cdef bint readonly = not cnp.PyArray_ISWRITEABLE(array)
    cdef PyObject* base = cnp.PyArray_BASE(array)
    if base is not NULL and cnp.PyArray_Check(<object>base):
        base = cnp.PyArray_BASE(<cnp.ndarray>base)
    if (base is not NULL and isinstance(<object>base, Storage)
            and (<Storage>base).readonly == readonly):
        return <Storage>base
    return foreign_storage(<double*>cnp.PyArray_DATA(array), array, readonly)


# ---- Looking at them --------------------------------------------------------------------------

cdef object array_of(Variable v):
    cdef int flags = 0 if is_readonly(v) else cnp.NPY_ARRAY_WRITEABLE
    array = PyArray_New(<PyTypeObject*>cnp.ndarray, v.layout.ndim, <cnp.npy_intp*>v.layout.shape,
                        cnp.NPY_DOUBLE, <cnp.npy_intp*>v.layout.strides, v.ptr, 0, flags, NULL)
    if v.ptr is not NULL:
        Py_INCREF(v.storage)    # PyArray_SetBaseObject takes the reference over
        cnp.PyArray_SetBaseObject(array, v.storage)
    return array


cdef bint is_readonly(Variable v) noexcept:
    """Whether writing is unsafe: foreign memory that forbids it, or elements that overlap."""
    cdef int d
    if v.storage is not None and v.storage.readonly:
        return True
    if not v.layout.contiguous:
        for d in range(v.layout.ndim):
            if v.layout.strides[d] == 0 and v.layout.shape[d] > 1:
                return True
    return False


cdef str describe(Variable v):
    return f"{v.name_ if v.name_ is not None else 'variable'} of shape {shape_of(v.layout)}"


cdef double only_element(Variable v) except? -1:
    if v.layout.size != 1:
        raise TypeError(f"only a Variable of one element can become a number, not {describe(v)}")
    return v.ptr[0]


# ---- Changing the graph -----------------------------------------------------------------------

cdef void forget_creator(Variable v) noexcept:
    # By pointer: a reference held here would keep release_function from seeing the last one.
    cdef PyObject* f = <PyObject*>v.creator_
    if f == <PyObject*>None:
        return
    if output_at(<Function>f, v.index) == <PyObject*>v:
        set_output(<Function>f, v.index, NULL)
    v.generation_ = 0
    v.index = 0
    Py_INCREF(<object>f)
    v.creator_ = None
    release_function(f)


cdef bint depends_on(Function f, Variable v) except -1:
    """Whether v is f's input, or an input of anything behind f."""
    cdef list behind = [f]
    cdef set seen = set()
    cdef Function g
    while behind:
        g = behind.pop()
        for x in g.inputs:
            if x is v:
                return True
            if (<Variable>x).creator_ is not None and id((<Variable>x).creator_) not in seen:
                seen.add(id((<Variable>x).creator_))
                behind.append((<Variable>x).creator_)
    return False


cdef int reshape_in_place(Variable v, Layout* layout) except -1:
    """Give v the shape of `layout`, which has the same size and is contiguous."""
    cdef Variable inner, outer
    cdef Mode* switches = mode()
    cdef bint paused = switches.paused
    shape = shape_of(layout)
    if v.uses > 0:
        raise RuntimeError(
            f"Variable.reshape: {describe(v)} is the input of a living graph, whose gradients "
            f"would not fit the shape {shape}; use F.reshape, or reshape before computing with it")
    grad = None if v.grad_ is None else OPERATORS.reshape(v.grad_, shape)
    if v.creator_ is None:
        outer = own_contiguous(v)
    else:
        # v's place in the graph passes to `inner`; v becomes the output of a reshape of it.
        inner = view_of(v, v.ptr, v.layout)
        inner.requires = v.requires
        inner.generation_ = v.generation_
        switches.paused = False
        try:
            outer = OPERATORS.reshape(inner, shape)
        finally:
            switches.paused = paused
        inner.index = v.index
        set_output(v.creator_, v.index, <PyObject*>inner)
        inner.creator_ = v.creator_
        v.creator_ = outer.creator_
        v.index = 0
        v.generation_ = outer.generation_
        if v.creator_ is not None:
            v.creator_.out = <PyObject*>v
            outer.creator_ = None
        if v.tracked:
            track_behind(v)
    v.storage = outer.storage
    v.ptr = outer.ptr
    release(v.layout)
    v.layout = share(layout)
    if grad is not None:
        v.grad_ = grad
        if v.grad_.creator_ is not None:
            track_behind(v.grad_)
    return 0


# ---- The cycle collector ----------------------------------------------------------------------
#
# A graph's references run from newer to older objects, so it has no cycles and the collector need
# not know it; that saves the collector's work on every node. A cycle needs a reference from an
# older object to a newer one: a gradient with a graph of its own, set_creator, or an attribute of a
# subclass in Python. Where one is made, everything behind its newer end is shown to the collector,
# and whatever is computed from a tracked Variable is tracked from birth (connect). So whatever a
# tracked object reaches through the graph is tracked, and every cycle is.

cdef void track(Variable v) noexcept:
    v.tracked = True
    if not PyObject_GC_IsTracked(<PyObject*>v):
        PyObject_GC_Track(<PyObject*>v)


cdef void track_behind(Variable v) noexcept:
    """Track v and all that it reaches."""
    cdef list pending = [v]
    cdef Variable x, y
    cdef Function f
    cdef int i
    while pending:
        x = pending.pop()
        track(x)
        if x.grad_ is not None and not x.grad_.tracked:
            pending.append(x.grad_)
        f = x.creator_
        if f is not None and not f.tracked:
            track_function(f)
            for i in range(f.n_inputs):
                y = input_of(f, i)
                if not y.tracked:
                    pending.append(y)


cdef int clear(object dead) noexcept:
    """tp_clear: let go of what may close a cycle, by the ways that keep the graph consistent."""
    (<Variable>dead).grad_ = None
    forget_creator(<Variable>dead)
    return 0


# ---- Birth and death --------------------------------------------------------------------------
#
# Cython's constructor and deallocator, with what they cannot do cheaply done in the type's slots:
# memory is recycled, the C fields start in a valid state (no elements) before any __init__, and the
# creator is let go without a recursion.

cdef PyObject* free_list = NULL     # dead Variables, linked through ptr
cdef enum:
    FOOTPRINT = 112             # bytes of one, roughly

cdef destructor cython_dealloc = (<TypeSlots*>Variable).tp_dealloc
cdef constructor cython_new = (<TypeSlots*>Variable).tp_new


cdef inline void set_empty(PyObject* v, bint tracked) noexcept:
    """Give the C fields of new memory their first values."""
    (<Variable>v).ptr = NULL
    (<Variable>v).layout = share(EMPTY)
    (<Variable>v).generation_ = 0
    (<Variable>v).uses = 0
    (<Variable>v).index = 0
    (<Variable>v).requires = False
    (<Variable>v).tracked = tracked


cdef PyObject* allocate(PyTypeObject* kind, Py_ssize_t n) except NULL:
    """tp_alloc: memory for a Variable, not tracked."""
    global free_list
    cdef PyObject* v = free_list
    if kind != <PyTypeObject*>Variable:
        return PyType_GenericAlloc(kind, n)
    if v is not NULL:
        free_list = <PyObject*>(<Variable>v).ptr
        give_back(FOOTPRINT)
        revive(v)
    else:
        v = PyType_GenericAlloc(kind, n)
        PyObject_GC_UnTrack(v)
    set_empty(v, False)
    return v


cdef object construct(PyTypeObject* kind, PyObject* args, PyObject* kwargs):
    """tp_new: for subclasses, whose memory does not come from allocate."""
    v = cython_new(kind, args, kwargs)
    if (<Variable>v).layout is NULL:
        set_empty(<PyObject*>v, True)
    return v


cdef void deallocate(PyObject* v) noexcept:
    """tp_dealloc"""
    Py_SET_REFCNT(v, 1)         # as long as it is handled here
    if <PyObject*>(<Variable>v).creator_ != <PyObject*>None:
        forget_creator(<Variable>v)
    if <PyObject*>(<Variable>v).grad_ != <PyObject*>None:
        release_gradients(v)
    release((<Variable>v).layout)
    Py_SET_REFCNT(v, 0)
    cython_dealloc(v)


cdef void release_gradients(PyObject* v) noexcept:
    """Let go of v's gradient, of that one's gradient, and so on, without a recursion."""
    cdef PyObject* g = take_gradient(v)
    cdef PyObject* behind
    while g is not NULL:
        behind = take_gradient(g) if Py_REFCNT(g) == 1 else NULL
        Py_DECREF(<object>g)
        g = behind


cdef inline PyObject* take_gradient(PyObject* v) noexcept:
    """v's reference to its gradient, which passes to the caller; NULL if there is none."""
    cdef PyObject* g = <PyObject*>(<Variable>v).grad_
    if g == <PyObject*>None:
        return NULL
    Py_INCREF(<object>g)
    (<Variable>v).grad_ = None
    return g


cdef void recycle(void* memory) noexcept:
    """tp_free: keep the memory of a dead Variable for the next."""
    global free_list
    cdef PyObject* v = <PyObject*>memory
    if v.ob_type != <PyTypeObject*>Variable or not keep(FOOTPRINT):
        PyObject_GC_Del(v)
        return
    (<Variable>v).ptr = <double*>free_list
    free_list = v


(<TypeSlots*>Variable).tp_alloc = allocate
(<TypeSlots*>Variable).tp_new = construct
(<TypeSlots*>Variable).tp_dealloc = deallocate
(<TypeSlots*>Variable).tp_free = recycle
(<TypeSlots*>Variable).tp_clear = clear


cdef void free_kept() noexcept:
    global free_list
    cdef PyObject* v
    while free_list is not NULL:
        v = free_list
        free_list = <PyObject*>(<Variable>v).ptr
        PyObject_GC_Del(v)


on_empty_cache(free_kept)
