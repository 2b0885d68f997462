"""Steps: what a program does, one thing after the other, on the memory of its arena and outside.

A step is code for the interpreter of scalars, a stretch of elementwise kernels, another operation
on whole arrays, or a call of Python. Between steps, and between tiles of a long stretch, a signal
may come: nothing has been given to anybody yet.
"""

from libc.stdlib cimport free
from libc.string cimport memcpy

from cygrad.core.layout cimport (
    Layout, MAX_NDIM, contiguous_layout, release, strided_layout,
)
from cygrad.core.variable cimport Variable, empty_of, view_of
from cygrad.functions.operation cimport broadcast_strides, map_long
from cygrad.kernels.elementwise cimport RUN, copy_strided, map_strided, run_rows
from cygrad.kernels.numpy_loops cimport ADD
from cygrad.kernels.reduction cimport reduce_strided
from cygrad.programs.calls cimport Effect
from cygrad.programs.tiles cimport WORK, free_stretch, look_for_signals, run_stretch

cdef void free_step(Step* step) noexcept:
    cdef int j
    for j in range(OPERANDS):
        if step.layouts[j] is not NULL:
            release(step.layouts[j])
    if step.shape is not NULL:
        release(step.shape)
    free(step.many)
    free_stretch(step.stretch)


# ---- All of them ---------------------------------------------------------------------------------

cdef bint run_steps(const Step* steps, int n, const unsigned int* code, double** bases, list calls,
                    Outside outside) except -1:
    cdef int k, start = 0
    for k in range(n):
        if steps[k].doing == CALL_PYTHON:
            if not run_plain(steps + start, k - start, code, bases):
                return False
            call_python(<tuple>calls[steps[k].index], bases)
            if isinstance((<tuple>calls[steps[k].index])[0], Effect):
                outside.resolve_again(bases)
                _held = outside.hold()      # another thread may assign .data meanwhile
            start = k + 1
    return run_plain(steps + start, n - start, code, bases)


cdef bint run_plain(const Step* steps, int n, const unsigned int* code,
                    double** bases) except -1 nogil:
    """Steps that are no calls of Python."""
    cdef Py_ssize_t work = 0
    cdef int k
    for k in range(n):
        if steps[k].doing == RUN_CODE:
            if RUN(code + steps[k].code, bases[0]) is not NULL:
                return False
        elif steps[k].doing == RUN_ROWS:
            run_rows(code + steps[k].code, bases[0], steps[k].size)
        elif steps[k].doing == RUN_TILES:
            run_stretch(steps[k].stretch, bases)
        elif steps[k].doing == RUN_ROUTINE:
            run_routine(&steps[k], bases)
        else:
            run_whole(&steps[k], bases)
        work += steps[k].size
        if work > WORK:
            look_for_signals()
            work = 0
    return True


cdef void run_routine(const Step* s, double** bases) noexcept nogil:
    cdef double* at[ROUTINE_OPERANDS]
    cdef int j
    for j in range(s.count):
        at[j] = bases[s.many[j].base] + s.many[j].offset
    s.run(at, s.n, s.c)


cdef int run_whole(const Step* s, double** bases) except -1 nogil:
    """A kernel of any strides, a sum, or a fill."""
    cdef const double* operands[OPERANDS]
    cdef double* out
    cdef Py_ssize_t i
    cdef int j
    for j in range(s.count + 1):
        operands[j] = bases[s.places[j].base] + s.places[j].offset
    if s.doing == MAP_KERNEL:
        return run_map(s, operands)
    out = <double*>operands[s.count]
    for i in range(s.size):
        out[i] = s.c[0]
    if s.doing == ADD_UP:
        reduce_strided(&ADD, operands[0], s.layouts[0].ndim, s.layouts[0].shape,
                       s.layouts[0].strides, s.axes, out)
    return 0


cdef int run_map(const Step* s, const double** operands) except -1 nogil:
    cdef const Py_ssize_t* strides[OPERANDS]
    cdef Py_ssize_t spread[OPERANDS][MAX_NDIM]
    cdef int j
    for j in range(s.count):
        broadcast_strides(s.layouts[j], s.shape, spread[j])
        strides[j] = spread[j]
    strides[s.count] = s.layouts[s.count].strides
    if s.shape.size > WORK:
        with gil:
            map_long(s.kernel, s.count, operands, strides, s.shape, s.c)
    else:
        map_strided(s.kernel, s.count, operands, strides, s.shape.ndim, s.shape.shape, s.c)
    return 0


# ---- Python --------------------------------------------------------------------------------------

cdef int call_python(tuple call, double** bases) except -1:
    cdef Variable v
    function, reads, writes = call
    copies = {}
    inputs = [operand_of_call(bases[<int>base] + <Py_ssize_t>offset, shape, strides, copies)
              for base, offset, shape, strides in reads]
    for v, (base, offset) in zip(function(inputs), writes):
        copy_out(v, bases[<int>base] + <Py_ssize_t>offset)
    return 0


cdef Variable operand_of_call(const double* source, tuple shape, tuple steps, dict copies):
    """A copy of the numbers, with the same strides; one for operands on the same memory.

    The bits of products by BLAS depend on both: x times x transposed is one of its own.
    """
    cdef Py_ssize_t dims[MAX_NDIM]
    cdef Py_ssize_t strides[MAX_NDIM]
    cdef Py_ssize_t lowest = 0, highest = 0, span
    cdef Layout* layout
    cdef Variable block, v
    cdef int d, ndim = <int>len(shape)
    for d in range(ndim):
        dims[d] = shape[d]
        strides[d] = steps[d]
        span = (dims[d] - 1) * (strides[d] // <Py_ssize_t>sizeof(double))
        lowest += min(span, 0)
        highest += max(span, 0)
    span = highest - lowest + 1
    key = (<size_t>(source + lowest), span)
    block = <Variable>copies.get(key)
    if block is None:
        block = copies[key] = empty_of(1, &span)
        memcpy(block.ptr, source + lowest, span * sizeof(double))
    layout = strided_layout(ndim, dims, strides)
    v = view_of(block, block.ptr - lowest, layout)
    release(layout)
    return v


cdef int copy_out(Variable v, double* target) except -1:
    cdef Layout* layout = contiguous_layout(v.layout.ndim, v.layout.shape)
    copy_strided(v.ptr, v.layout.strides, target, layout.strides, layout.ndim, layout.shape)
    release(layout)
    return 0
