"""Variable: an array of float64 numbers in the graph.

What it is (data, name, gradient, creator, generation) and how Python meets it. What can be computed
with it lives in functions/, which fills in the operators; how gradients flow, in backward.pyx; what
it can be made from, in arrays.pyx; its birth and death, in lifetime.pyx; its buffer, in
buffers.pyx; changes of its history and its shape, in history.pyx and reshaping.pyx.
"""

cimport cython
from cpython.buffer cimport PyObject_GetBuffer
from cpython.object cimport Py_EQ, Py_GT, Py_LE, Py_LT, Py_NE, PyObject

from cygrad.core.arrays cimport array_of, assign, is_array_like, is_view_of, takes_updates, updated
from cygrad.core.backward cimport run_backward
from cygrad.core.buffers cimport Memory
from cygrad.core.function cimport Function
from cygrad.core.history cimport take_creator, unchain_behind
from cygrad.core.layout cimport (
    Layout, SCALAR, contiguous_layout, ints_of, release, reshaped_layout, same_shape, shape_of,
    share,
)
from cygrad.core.lifetime cimport forget_creator, track, track_behind
from cygrad.core.losing cimport refuse_array, refuse_buffer, refuse_to_lose, refuse_when_tracing
from cygrad.core.operators cimport FUNCTIONS, OPERATORS, UFUNCS, numpy_protocol
from cygrad.core.reshaping cimport reshape_in_place
from cygrad.core.slots cimport Py_REFCNT
from cygrad.core.storage cimport Storage, alias_of, mark_written, new_storage
from cygrad.core.mode cimport mode
from cygrad.core.tape cimport Tape, look_at
from cygrad.kernels.elementwise cimport copy_strided

import numpy as np


# Methods that look at what they are called with: a cyfunction of a class takes anything for self.
@cython.binding(False)
@cython.embedsignature(True)
@cython.embedsignature.format("clinic")
@cython.no_gc_clear
cdef class Variable:
    # The first line, up to the --, is what inspect.signature reads (__text_signature__).
    """Variable(data, name=None, requires_grad=True)\n--\n
    A float64 array that remembers how it was computed.

    Parameters
    ----------
    data : float, int, bool, array_like or Variable
        A C-contiguous float64 ndarray is wrapped without a copy, and so is another Variable's
        memory; anything else of real numbers is converted. A number has shape ``()``. Of a Variable
        that was computed the numbers are taken: the new one is a leaf, and no gradient flows back.
        (Functions take Variables as they are, and ``x.copy()`` has a gradient.)
    name : str, optional
        Shown by ``repr`` and in graphs.
    requires_grad : bool, default True
        False for a constant: the backward pass does no work for it.

    Raises
    ------
    TypeError
        For complex, object and string data, masked arrays and quantities with units; if name is
        neither a str nor None. For a Variable that was computed, inside a function that a transform
        runs, unless requires_grad is False: its gradient would be lost there without a word.

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

    def __init__(self, data, name=None, requires_grad=True):
        if name is not None and type(name) is not str:
            raise TypeError(f"Variable: name must be a str or None, not {type(name).__name__}")
        if self.creator_ is not None or self.uses > 0:
            raise RuntimeError(f"Variable.__init__: {describe(self)} is part of a graph already; "
                               "assign .data instead")
        if isinstance(data, Variable) and requires_grad:
            refuse_to_lose(<Variable>data, "Variable(y)", "write y itself, or y.copy()")
        assign(self, data, "Variable")
        self.name_ = name
        self.requires = bool(requires_grad)
        if mode().tape is not NULL:
            (<Tape>mode().tape).bears(self)

    # ---- What it carries ----------------------------------------------------------------------

    @property
    def data(self):
        """ndarray: the numbers, as a view of the same memory; assigning replaces them.

        What is assigned is taken as ``Variable(...)`` takes it, with its TypeErrors. The graph
        keeps no copy of its inputs: assign after the backward pass, as one that needs the numbers
        from before raises a RuntimeError. What is written to the view itself, as by
        ``x.data[0] = 1.0``, the graph does not see; `cygrad.detect_anomaly` finds it.

        Examples
        --------
        >>> import cygrad as cg
        >>> x = cg.Variable([1.0, 2.0])
        >>> x.data *= 10.0
        >>> x
        variable([10., 20.])
        """
        look_at(self, "x.data")
        return array_of(self)

    @data.setter
    def data(self, value):
        if isinstance(value, Variable):
            refuse_to_lose(<Variable>value, "x.data = y", "compute with y itself")
        cdef Storage before = self.storage
        cdef Layout* layout = share(self.layout)
        cdef bint reshaped
        try:
            assign(self, value, "Variable.data")
            reshaped = not same_shape(layout, self.layout)
        finally:
            release(layout)
        if (self.storage is not None and self.storage is not before
                and Py_REFCNT(<PyObject*>self.storage) > 1):
            self.storage = alias_of(self.storage, self.ptr)     # what others have is not changed
        else:
            mark_written(self.storage)
        if self.storage is not None and reshaped:
            self.storage.reshaped = True
        if self.storage is not before and is_view_of(value, before):
            mark_written(before)        # x.data -= 1.0 has changed it, and x got a copy in order

    @property
    def grad(self):
        """Variable or None: the gradient that has added up since the last `cleargrad`.

        Assigned before `backward`, it is what the pass starts from. A TypeError if that is neither,
        a ValueError if it has another shape.

        Examples
        --------
        >>> import cygrad as cg
        >>> x = cg.Variable(3.0)
        >>> (x * x).backward(); x.grad
        variable(6.0)
        """
        if mode().tape is not NULL:
            (<Tape>mode().tape).reads_grad(self)
        return self.grad_

    @grad.setter
    def grad(self, value):
        if value is None:
            self.cleargrad()
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
        if mode().tape is not NULL:
            (<Tape>mode().tape).set_grad(self)

    @property
    def name(self):
        """str or None: what `repr` and graphs call it.

        A TypeError if something else is assigned.

        Examples
        --------
        >>> import cygrad as cg
        >>> x = cg.Variable(2.0)
        >>> x.name = "x"; x
        x(2.0)
        """
        return self.name_

    @name.setter
    def name(self, value):
        if value is not None and type(value) is not str:
            raise TypeError(f"Variable.name must be a str or None, not {type(value).__name__}")
        self.name_ = value

    @property
    def requires_grad(self):
        """bool: whether gradients flow to it and to what is behind it.

        Examples
        --------
        >>> import cygrad as cg
        >>> x, y = cg.Variable(2.0), cg.Variable(3.0, requires_grad=False)
        >>> (x * y).backward(); x.grad, y.grad
        (variable(3.0), None)
        """
        return bool(self.requires)

    @requires_grad.setter
    def requires_grad(self, value):
        self.requires = bool(value)

    @property
    def creator(self):
        """Function or None: the Function whose output this is; None for a leaf.

        Examples
        --------
        >>> import cygrad as cg
        >>> x = cg.Variable(2.0)
        >>> x.creator, (x + 1.0).creator
        (None, Add(variable(2.0)))
        """
        return self.creator_

    @property
    def generation(self):
        """int: 0 for a leaf, else one more than its creator's; it orders the backward pass.

        Examples
        --------
        >>> import cygrad as cg
        >>> x = cg.Variable(2.0)
        >>> x.generation, (x * x + x).generation
        (0, 2)
        """
        return self.generation_

    @property
    def shape(self):
        """tuple of int: the lengths of its axes.

        Examples
        --------
        >>> import cygrad as cg
        >>> cg.Variable(1.0).shape, cg.zeros(2, 3).shape
        ((), (2, 3))
        """
        return shape_of(self.layout)

    @property
    def strides(self):
        """tuple of int: bytes from one element to the next along each axis.

        Examples
        --------
        >>> import cygrad as cg
        >>> x = cg.zeros(2, 3)
        >>> x.strides, x.T.strides
        ((24, 8), (8, 24))
        """
        cdef int d
        return tuple([self.layout.strides[d] for d in range(self.layout.ndim)])

    @property
    def ndim(self):
        """int: the number of axes.

        Examples
        --------
        >>> import cygrad as cg
        >>> cg.zeros(2, 3).ndim
        2
        """
        return self.layout.ndim

    @property
    def size(self):
        """int: the number of elements.

        Examples
        --------
        >>> import cygrad as cg
        >>> cg.zeros(2, 3).size
        6
        """
        return self.layout.size

    @property
    def T(self):
        """Variable: the differentiable transpose, a view of the same memory.

        Examples
        --------
        >>> import cygrad as cg
        >>> cg.Variable([[1.0, 2.0], [3.0, 4.0]]).T
        variable([[1., 3.],
                  [2., 4.]])
        """
        return OPERATORS.transpose(self)

    # ---- The graph ----------------------------------------------------------------------------

    def backward(self, retain_grad=False, create_graph=False):
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

        Raises
        ------
        TypeError
            If a flag is not a bool.
        RuntimeError
            If numbers that a derivative is computed from were changed after the forward pass: by
            an optimizer, an assignment to ``.data``, or in place under no_grad. Nothing has
            changed then.

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
        if not (type(retain_grad) is bool and type(create_graph) is bool):
            raise TypeError("Variable.backward: retain_grad and create_graph must be True or "
                            "False; to start from a gradient of your own, assign it to .grad first")
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
        if mode().tape is not NULL:
            (<Tape>mode().tape).set_grad(self)

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

        Where a Function has several outputs, all forget it. Truncated backpropagation through time
        calls it on the loss of each window. A function in a checkpoint is called once more, to see
        what it closes over.

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
        unchain_behind(self)

    def set_creator(self, Function f not None):
        """Make `f` the creator of this variable, as if it were f's first output.

        Parameters
        ----------
        f : Function
            A Function that has been called; gradients of this variable flow through it.

        Raises
        ------
        ValueError
            If f depends on this variable, which would close a cycle, or if its output has another
            shape.
        RuntimeError
            If f has not been called.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.functions as F
        >>> x = cg.Variable(2.0)
        >>> y = cg.Variable(4.0)            # computed elsewhere
        >>> y.set_creator(F.square(x).creator)
        >>> y.backward(); x.grad
        variable(4.0)
        """
        take_creator(self, f)

    # ---- Numbers and shapes -------------------------------------------------------------------

    def item(self, *index):
        """The one element, or the element at `index`, as a float.

        Parameters
        ----------
        *index : int
            As ``ndarray.item`` takes it: nothing, a flat index, or one index for each axis.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            Without an index, if there is not exactly one element.
        IndexError
            If the index is out of bounds.

        Examples
        --------
        >>> import cygrad as cg
        >>> x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
        >>> x.item(1, 0), x.item(3)
        (3.0, 4.0)
        """
        look_at(self, "x.item()")
        if not index and self.layout.size == 1:
            return self.ptr[0]
        return array_of(self).item(*index)

    def at(self, *index):
        """The element at `index` as a float; without an index, the first.

        Parameters
        ----------
        *index : int
            One for each axis, or nothing. Negative ones count from the end.

        Returns
        -------
        float

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
        look_at(self, "x.at()")
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

        Returns
        -------
        Variable
            Itself.

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
        lengths = ints_of(shape[0] if len(shape) == 1 else shape, "Variable.reshape")
        layout = reshaped_layout(self.layout, lengths, "Variable.reshape")
        try:
            if not same_shape(layout, self.layout):
                reshape_in_place(self, layout)
        finally:
            release(layout)
        return self

    # ---- What is computed oftenest, as methods ------------------------------------------------

    def transpose(self, *axes):
        """The axes in another order, as a view: `cygrad.functions.transpose`.

        Examples
        --------
        >>> import cygrad as cg
        >>> cg.zeros(2, 3, 4).transpose(1, 0, 2).shape
        (3, 2, 4)
        """
        return OPERATORS.permute(self, axes[0] if len(axes) == 1 else axes if axes else None)

    # NumPy's functions of these names call the methods, and pass dtype and out, which a Variable
    # has no use for.

    def sum(self, axis=None, keepdims=False, *, dtype=None, out=None):
        """The sum over axes: `cygrad.functions.sum`.

        Examples
        --------
        >>> import cygrad as cg
        >>> cg.ones(2, 3).sum(axis=0)
        variable([2., 2., 2.])
        """
        refuse_dtype_and_out("sum", dtype, out)
        return OPERATORS.sum(self, axis, keepdims)

    def mean(self, axis=None, keepdims=False, *, dtype=None, out=None):
        """The mean over axes: `cygrad.functions.mean`.

        Examples
        --------
        >>> import cygrad as cg
        >>> cg.Variable([[1.0, 2.0], [3.0, 4.0]]).mean(axis=1)
        variable([1.5, 3.5])
        """
        refuse_dtype_and_out("mean", dtype, out)
        return OPERATORS.mean(self, axis, keepdims)

    def max(self, axis=None, keepdims=False, *, out=None):
        """The maximum over axes: `cygrad.functions.max`.

        Examples
        --------
        >>> import cygrad as cg
        >>> cg.Variable([[1.0, 2.0], [3.0, 0.0]]).max(axis=0)
        variable([3., 2.])
        """
        refuse_dtype_and_out("max", None, out)
        return OPERATORS.max(self, axis, keepdims)

    def min(self, axis=None, keepdims=False, *, out=None):
        """The minimum over axes: `cygrad.functions.min`.

        Examples
        --------
        >>> import cygrad as cg
        >>> cg.Variable([[1.0, 2.0], [3.0, 0.0]]).min(axis=0)
        variable([1., 0.])
        """
        refuse_dtype_and_out("min", None, out)
        return OPERATORS.min(self, axis, keepdims)

    # ---- Python's protocols -------------------------------------------------------------------

    def __repr__(self):
        look_at(self, "a string of x")
        label = self.name_ if self.name_ is not None else "variable"
        if self.layout.ndim == 0:
            return f"{label}({self.ptr[0]!r})"
        text = np.array2string(array_of(self), separator=", ", prefix=label + "(")
        if self.layout.size == 0:
            text += f", shape={shape_of(self.layout)}"
        return f"{label}({text})"

    def __format__(self, spec):
        if not isinstance(spec, str):
            raise TypeError(f"Variable.__format__: spec must be a str, not {type(spec).__name__}")
        look_at(self, "a format of x")
        return format(only_element(self), spec) if spec else str(self)

    def __round__(self, digits=None):
        look_at(self, "round(x)")
        return round(only_element(self), digits)

    def __len__(self):
        if self.layout.ndim == 0:
            raise TypeError(f"len() of {describe(self)}, which has no axes")
        return self.layout.shape[0]

    def __iter__(self):
        if self.layout.ndim == 0:
            raise TypeError(f"iteration over {describe(self)}, which has no axes")
        return iter([self[i] for i in range(self.layout.shape[0])])

    def __float__(self):
        refuse_when_tracing(self, "float(x)")
        look_at(self, "float(x)")
        return only_element(self)

    def __int__(self):
        look_at(self, "int(x)")
        return int(only_element(self))

    def __bool__(self):
        look_at(self, "bool(x)")
        return bool(array_of(self))

    def __hash__(self):
        return <Py_ssize_t>(<void*>self) >> 4

    def __richcmp__(self, other, int op):
        # Elementwise and without a gradient: the ndarray of bool that NumPy gives.
        if not is_array_like(other):
            return NotImplemented
        outcome = compare(self, array_of(<Variable>other) if isinstance(other, Variable) else other,
                          op)
        if mode().tape is not NULL:
            return (<Tape>mode().tape).compared(self, other, op, outcome)
        return outcome

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

    # In place on a leaf inside no_grad, as an update of a parameter is; else a + b as ever: at once
    # where no other type has a say, else by Python, which asks the operator above and the other's.

    def __iadd__(self, other):
        if is_updated(self):
            return updated(self, self + other, "+=")
        return OPERATORS.add(self, other) if are_plain(self, other) else NotImplemented

    def __isub__(self, other):
        if is_updated(self):
            return updated(self, self - other, "-=")
        return OPERATORS.sub(self, other) if are_plain(self, other) else NotImplemented

    def __imul__(self, other):
        if is_updated(self):
            return updated(self, self * other, "*=")
        return OPERATORS.mul(self, other) if are_plain(self, other) else NotImplemented

    def __itruediv__(self, other):
        if is_updated(self):
            return updated(self, self / other, "/=")
        return OPERATORS.div(self, other) if are_plain(self, other) else NotImplemented

    def __ipow__(self, other):
        if is_updated(self):
            return updated(self, self ** other, "**=")
        return OPERATORS.pow(self, other) if are_plain(self, other) else NotImplemented

    def __mod__(a, b):
        return OPERATORS.remainder(a, b)

    def __floordiv__(a, b):
        return OPERATORS.floor_divide(a, b)

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
        refuse_to_lose(self, "a pickle or a deep copy", "y.copy() has a gradient")
        arguments = (type(self), array_of(self).copy(), self.name_, bool(self.requires))
        return _restore, arguments, getattr(self, "__dict__", None)

    # ---- NumPy's protocols --------------------------------------------------------------------
    #
    # What NumPy's functions become is in a room above, which is loaded when one is first called
    # with a Variable, and then fills in the tables (operators.pyx).

    def __array_ufunc__(self, ufunc, str method not None, *inputs, **kwargs):
        if not kwargs and method == "__call__":
            function = UFUNCS.get(ufunc)
            if function is not None:
                return function(*inputs)
        return numpy_protocol().apply_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, tuple args not None, dict kwargs not None):
        for kind in types:
            if not issubclass(kind, (Variable, np.ndarray)):
                return NotImplemented
        ours = FUNCTIONS.get(function)
        if ours is None:
            return numpy_protocol().apply_function(function, args, kwargs)
        return ours(*args, **kwargs)

    def __array__(self, dtype=None, copy=None):
        # NumPy asks for a buffer first, and comes here where that was refused.
        refuse_array(self)
        look_at(self, "an array of x")
        return np.array(array_of(self), dtype=dtype, copy=copy)

    # ---- Buffers and memory -------------------------------------------------------------------

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        refuse_buffer(self)
        look_at(self, "a buffer of x")
        # The buffer belongs to an object of its own, which holds the memory and not the graph.
        PyObject_GetBuffer(Memory(self), buffer, flags)


cdef inline bint is_updated(Variable v) noexcept:
    # Most often it is a sum in a graph that is added to.
    return v.creator_ is None and takes_updates(v)


cdef inline bint are_plain(Variable v, object other) noexcept:
    return type(v) is Variable and (type(other) is Variable or type(other) is float)


cdef int refuse_dtype_and_out(str method, object dtype, object out) except -1:
    if out is not None or dtype is not None:
        raise TypeError(f"Variable.{method}: a Variable has no dtype but float64, and no result is "
                        f"written to an array: use .data.{method}(...) where no gradient is needed")
    return 0


cdef Variable detached(Variable v):
    return view_of(v, v.ptr, v.layout)


def _written(Variable v not None):
    """Tell the graph that v's memory has been written to, by way of an array."""
    mark_written(v.storage)


def _restore(kind, data, name, requires_grad):
    """What __reduce__ saved, as a Variable or an instance of a subclass."""
    v = kind.__new__(kind)
    Variable.__init__(v, data, name, requires_grad)
    return v


# ---- Making them ------------------------------------------------------------------------------

cdef Variable empty(Layout* layout):
    cdef Variable v = <Variable>Variable.__new__(Variable)
    v.storage = new_storage(layout.size)
    v.ptr = v.storage.data
    release(v.layout)
    v.layout = share(layout)
    return v


cdef Variable empty_of(int ndim, const Py_ssize_t* dims):
    cdef Layout* layout = contiguous_layout(ndim, dims)
    cdef Variable v = empty(layout)
    release(layout)
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


cdef Variable held(Variable v):
    cdef Variable pinned = view_of(v, v.ptr, v.layout)
    pinned.name_ = v.name_      # for error messages
    return pinned


cdef Variable pinned_rows(Variable v):
    cdef Variable pinned = own_contiguous(held(v))
    pinned.name_ = v.name_
    return pinned


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


# ---- Describing them --------------------------------------------------------------------------

cdef str describe(Variable v):
    return f"{v.name_ if v.name_ is not None else 'variable'} of shape {shape_of(v.layout)}"


cdef object compare(Variable v, object other, int op):
    if op == Py_LT:
        return np.less(array_of(v), other)
    if op == Py_LE:
        return np.less_equal(array_of(v), other)
    if op == Py_EQ:
        return np.equal(array_of(v), other)
    if op == Py_NE:
        return np.not_equal(array_of(v), other)
    if op == Py_GT:
        return np.greater(array_of(v), other)
    return np.greater_equal(array_of(v), other)


cdef double only_element(Variable v) except? -1:
    if v.layout.size != 1:
        raise TypeError(f"only a Variable of one element can become a number, not {describe(v)}")
    return v.ptr[0]
