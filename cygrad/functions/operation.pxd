# What an operation of any kind is made of.

from cpython.object cimport PyObject

from cygrad.core.function cimport Function, Op, vjp_rule
from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable, detached
from cygrad.kernels.elementwise cimport KERNELS, LONG

# An operation that no kernel of kernels.def computes: its rule gives the gradients.
cdef Op operation(const char* name, vjp_rule vjp) noexcept

# The operation without its kernel's gradients: the rule computes them.
cdef Op composed(Op op) noexcept

# The operation, where its gradients by the first input, and by all others, are computed from no
# more than this (`Reads` in function.pxd): what is written to the rest afterwards does not matter
# (changes.pyx). Gradient kernels say it already.
cdef Op reading(Op op, int needs0, int needs1) noexcept

# v, or another Variable on its memory where a loop over n numbers will run without the GIL:
# meanwhile another thread may assign v.data, and what the loop reads must stay. n is the length of
# the loop: a small v may be broadcast along it. For where Python code may run between the reading
# of a shape and the loop, there is pinned_rows (variable.pxd).
cdef inline Variable pinned(Variable v, Py_ssize_t n):
    return v if n < LONG else detached(v)

# x as a Variable: itself, or a constant of what it holds.
cpdef Variable as_variable(object x, str where)

# Of a Function of one output: the layout of that, and, of a reduction, whether it has all axes yet.
cdef const Layout* result_layout(Function f) except NULL
cdef bint keeps_axes(Function f) except -1

# The push_rules of operations that are linear, in all inputs together, and in the first one; of a
# Function that its again_rule computes anew.
cdef Variable push_linear(Function f, PyObject** tangents, int spent)
cdef Variable push_first(Function f, PyObject** tangents, int spent)

# Byte strides that read an array of `layout` as if it had the shape of `target`; False if none do.
cdef bint broadcast_strides(const Layout* layout, const Layout* target,
                            Py_ssize_t* strides) noexcept nogil

# A kernel on contiguous memory. A long one lets the GIL go, unless that is to be kept, and is left
# by a signal.
cdef inline int run(int kernel, int n_inputs, const double** inputs, double* out, Py_ssize_t n,
                    const double* c, bint keeps_gil=False) except -1:
    if n < LONG:
        KERNELS[kernel](inputs, out, n, c)
        return 0
    return run_long(kernel, n_inputs, inputs, out, n, c, keeps_gil)

cdef int run_long(int kernel, int n_inputs, const double** inputs, double* out, Py_ssize_t n,
                  const double* c, bint keeps_gil) except -1

# The same on strided memory: map_strided, over the shape of a layout or over any.
cdef int map_long(int kernel, int n_inputs, const double** operands, const Py_ssize_t** strides,
                  const Layout* layout, const double* c) except -1
cdef int map_pieces(int kernel, int n_inputs, const double** operands, const Py_ssize_t** strides,
                    int ndim, const Py_ssize_t* shape, const double* c, bint keeps_gil) except -1
