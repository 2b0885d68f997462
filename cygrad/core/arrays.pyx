"""Numbers and arrays into Variables, and back.

What a Variable can be made from, what is wrapped without a copy, and what is refused, is decided
here; so is what may be written to, and what an update in place writes.
"""

cimport numpy as cnp
from libc.string cimport memcpy
from cpython.float cimport PyFloat_AsDouble, PyFloat_Check, PyFloat_CheckExact
from cpython.long cimport PyLong_AsDouble, PyLong_Check, PyLong_CheckExact
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_INCREF

from cygrad.core.buffers cimport Memory
from cygrad.core.layout cimport (
    Layout, MAX_NDIM, SCALAR, contiguous_layout, release, same_shape, shape_of, share,
)
from cygrad.core.mode cimport ON, mode
from cygrad.core.operators cimport OPERATORS
from cygrad.core.repetition cimport keep
from cygrad.core.tape cimport Tape
from cygrad.core.storage cimport Storage, foreign_storage, mark_written, new_storage
from cygrad.core.variable cimport Variable, describe, empty_of
from cygrad.kernels.elementwise cimport copy_strided

import numpy as np

cnp.import_array()

cdef enum:
    COPIED = 256                # numbers of an array beside a Variable

cdef extern from "numpy/arrayobject.h":
    # As numpy declares it, the last argument cannot be NULL.
    object PyArray_New(PyTypeObject* kind, int ndim, cnp.npy_intp* shape, int dtype,
                       cnp.npy_intp* strides, void* data, int itemsize, int flags,
                       PyObject* parent)


# ---- From numbers and arrays ------------------------------------------------------------------

cdef bint is_number(object x) except -1:
    """Whether x is a real number of Python's or NumPy's, or an array of no axes that holds one."""
    if PyFloat_Check(x) or PyLong_Check(x):
        return True
    if cnp.PyArray_CheckExact(x):
        return cnp.PyArray_NDIM(<cnp.ndarray>x) == 0 and (<cnp.ndarray>x).dtype.kind in "biuf"
    if isinstance(x, (np.floating, np.integer, np.bool_)):
        return True
    return (mode().tape is not NULL and not hasattr(x, "shape")
            and (<Tape>mode().tape).standing_for(x) is not None)    # an argument's place


cdef bint is_array_like(object x) except -1:
    """Whether x may be computed with; its dtype and shape are not looked at."""
    return (isinstance(x, (Variable, list, tuple)) or cnp.PyArray_Check(x) or is_number(x)
            or hasattr(x, "__array__"))


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
    if mode().tape is not NULL and not isinstance(data, Variable):
        known = (<Tape>mode().tape).standing_for(data)
        if known is not None:
            data = known
    if not isinstance(data, Variable) and is_number(data) and not cnp.PyArray_Check(data):
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
    v.ptr = ptr
    release(v.layout)
    v.layout = layout
    v.storage = storage         # last: the end of the old one may run code that looks at v
    return 0


cdef bint is_view_of(object data, Storage storage):
    """Whether data is an array on the storage's memory."""
    while cnp.PyArray_Check(data):
        data = data.base
    return data is storage


cdef cnp.ndarray real_array(object data, str where):
    """`data` as a C-contiguous float64 array, without a copy where it is one."""
    if isinstance(data, (list, tuple)) and holds_variables(data, where, 1):
        raise TypeError(f"{where}: cannot take a sequence of Variables, whose graph would be lost; "
                        "use F.stack([...]), and for rows F.stack([F.stack([...]), ...])")
    if cnp.PyArray_CheckExact(data):
        if is_ready(<cnp.ndarray>data):
            return <cnp.ndarray>data
    else:
        refuse_what_loses(data, where, 1)
    array = np.asarray(data)
    if array.dtype.kind not in "biuf":
        hint = ""
        if hasattr(data, "to_numpy"):
            hint = "; .to_numpy(float) makes such"
        elif hasattr(data, "toarray"):
            hint = ("; .toarray() makes such, and `x @ matrix` and cygrad.functions.matmul take a "
                    "sparse matrix as it is")
        raise TypeError(f"{where}: data must be real numbers, not {type(data).__name__} of dtype "
                        f"{array.dtype}{hint}")
    if array.ndim > MAX_NDIM:
        raise ValueError(f"{where}: an array may have at most {MAX_NDIM} dimensions, "
                         f"not {array.ndim}")
    return array if is_ready(array) else np.array(array, dtype=np.float64, order="C")


cdef int refuse_what_loses(object data, str where, int depth) except -1:
    """Refuse what NumPy would make numbers of that mean less: masks and units go, or are wrong.

    Of a list, what is in it. By their attributes, so that no library is imported for it.
    """
    if isinstance(data, (list, tuple)):
        check_depth(depth, where)
        for x in data:
            if not (PyFloat_CheckExact(x) or PyLong_CheckExact(x) or cnp.PyArray_CheckExact(x)):
                refuse_what_loses(x, where, depth + 1)
        return 0
    if isinstance(data, (Variable, str, bytes)) or is_number(data):
        return 0
    if cnp.PyArray_Check(data) and hasattr(data, "_mask") and hasattr(data, "filled"):
        raise TypeError(f"{where}: a masked array would lose its mask; write .filled(value), or "
                        "take the numbers by .data and leave masked ones out: "
                        "F.where(mask, 0.0, x), x[~mask]")
    for name in ("unit", "units"):
        # Of the class: a column of a data frame may be called so too.
        if not (hasattr(type(data), name) and hasattr(data, "__array__")):
            continue
        unit = getattr(data, name)
        if not (unit is None or isinstance(unit, str)):
            raise TypeError(f"{where}: {type(data).__name__} would lose its unit, {unit}; give the "
                            "numbers alone, such as .to_value(unit) or .magnitude")
    return 0


cdef bint is_ready(cnp.ndarray array) noexcept:
    """Whether the array can be wrapped as it is."""
    return (cnp.PyArray_TYPE(array) == cnp.NPY_DOUBLE and cnp.PyArray_ISCARRAY_RO(array)
            and cnp.PyArray_NDIM(array) <= MAX_NDIM)


cdef bint holds_variables(object data, str where, int depth) except -1:
    """Whether a Variable is in a list or tuple, or in one inside it."""
    check_depth(depth, where)
    for x in data:
        if isinstance(x, Variable) or (
                isinstance(x, (list, tuple)) and holds_variables(x, where, depth + 1)):
            return True
    return False


cdef int check_depth(int depth, str where) except -1:
    """No array is made of sequences nested deeper than it may have axes: the descent ends there."""
    if depth > MAX_NDIM:
        raise ValueError(f"{where}: sequences are nested more than {MAX_NDIM} deep, or contain "
                         f"themselves; an array may have at most {MAX_NDIM} dimensions")
    return 0


cdef Storage storage_of(cnp.ndarray array):
    """The Storage that the array is a view of, or a new one around the array."""
    cdef bint readonly = not cnp.PyArray_ISWRITEABLE(array)
    cdef PyObject* base = cnp.PyArray_BASE(array)
    if base is not NULL and cnp.PyArray_Check(<object>base):
        base = cnp.PyArray_BASE(<cnp.ndarray>base)
    if base is not NULL and isinstance(<object>base, memoryview):
        exporter = (<object>base).obj           # of np.asarray(variable)
        if isinstance(exporter, Memory):
            base = <PyObject*>(<Memory>exporter).held.storage
    if (base is not NULL and isinstance(<object>base, Storage)
            and (<Storage>base).readonly == readonly):
        return <Storage>base
    return foreign_storage(<double*>cnp.PyArray_DATA(array), array, readonly)


cdef Variable constant(object data, str where):
    cdef Variable v = <Variable>Variable.__new__(Variable)
    assign(v, data, where)
    return v


cdef Variable operand(object data, str where):
    """constant(), for an array beside a Variable: what is small the graph gets a copy of.

    So a small buffer that is filled anew in a loop does no harm. Up to COPIED numbers, a copy costs
    about as much as to wrap foreign memory.
    """
    cdef Variable v
    if mode().tape is not NULL:
        return constant(data, where)    # a program reads the array anew
    if not (cnp.PyArray_CheckExact(data) and is_ready(<cnp.ndarray>data)
            and 0 < cnp.PyArray_SIZE(<cnp.ndarray>data) <= COPIED):
        return constant(data, where)
    v = empty_of(cnp.PyArray_NDIM(<cnp.ndarray>data),
                 <Py_ssize_t*>cnp.PyArray_DIMS(<cnp.ndarray>data))
    memcpy(v.ptr, cnp.PyArray_DATA(<cnp.ndarray>data), v.layout.size * sizeof(double))
    return v


# ---- To arrays --------------------------------------------------------------------------------

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


# ---- Updates in place -------------------------------------------------------------------------

cdef bint takes_updates(Variable v) noexcept:
    """Whether v is a leaf inside the user's no_grad.

    A backward pass and a Function's forward record no graph either; but what they run may be run
    with a graph at another time, and must do the same then. What a transform differentiates by has
    no creator if its argument was an array, whose memory is the user's, and has one if it was a
    Variable: only its generation tells, and it is no leaf.
    """
    return (v.creator_ is None and v.generation_ == 0 and v.requires
            and mode().paused == ON)


cdef object updated(Variable v, object result, str operator):
    """v, with the numbers of a result in the memory that it has."""
    cdef Variable made
    if not isinstance(result, Variable):
        return result               # of an operator of another type
    made = <Variable>result
    if made.storage is v.storage:   # of an operator that a subclass has overridden
        made = OPERATORS.copy(made)     # before the checks: what it allocates may collect garbage
    if not same_shape(made.layout, v.layout):
        raise ValueError(f"{describe(v)} {operator}: the result has the shape "
                         f"{shape_of(made.layout)}, and inside no_grad a leaf is changed in place "
                         "and keeps its own")
    if is_readonly(v):
        raise ValueError(f"{describe(v)} {operator}: inside no_grad a leaf is changed in place, "
                         "and this one's memory is read-only")
    keep(v)
    copy_strided(made.ptr, made.layout.strides, v.ptr, v.layout.strides, v.layout.ndim,
                 v.layout.shape)
    mark_written(v.storage)
    if mode().tape is not NULL:
        (<Tape>mode().tape).stored(v, v, made)
    return v
