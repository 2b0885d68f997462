# Variable: an array of float64 numbers in the graph.

from cpython.object cimport PyObject
from cygrad.core.function cimport Function
from cygrad.core.layout cimport Layout
from cygrad.core.slots cimport Py_REFCNT
from cygrad.core.storage cimport FOREIGN, Storage

cdef class Variable:
    # First what a pass over the graph touches, so that it is in one cache line.
    cdef double* ptr            # the first element, inside storage
    cdef Layout* layout
    cdef Function creator_      # None: a leaf
    cdef int generation_
    cdef unsigned int uses      # how many living Functions have this as an input
    cdef unsigned int index     # which of its creator's outputs this is
    cdef unsigned char requires
    cdef unsigned char tracked  # known to the cycle collector, as is all that it can reach
    cdef unsigned short lag     # see changes.pxd
    cdef Storage storage        # None only where there are no elements
    cdef Variable grad_
    cdef str name_
    cdef object __weakref__

# A Variable that requires no gradient yet; layouts are shared, not taken over.
cdef Variable empty(Layout* layout)                 # contiguous layouts only; undefined values
cdef Variable empty_of(int ndim, const Py_ssize_t* dims)
cdef Variable filled(Layout* layout, double value)
cdef Variable filled_like(Variable x, double value)
cdef Variable scalar(double value)
cdef Variable view_of(Variable base, double* ptr, Layout* layout)
cdef Variable detached(Variable v)                  # on the same memory, without a history

cdef Variable own_contiguous(Variable v)            # v itself, or a copy without a graph

# v's memory and shape as they are now, in a Variable that nobody else has, of v's name: code of the
# user's that runs meanwhile, here or in another thread, may assign v.data. What reads memory takes
# this first, and checks the shapes of this. pinned_rows: the same in C order, a copy if need be.
cdef Variable held(Variable v)
cdef Variable pinned_rows(Variable v)

cdef str describe(Variable v)                       # its name and shape, for error messages

cdef inline bint is_private(Variable v, Py_ssize_t holders, Py_ssize_t of_memory=1) noexcept:
    """Whether the holders counted are all that can see v's memory, and v fills it in order.

    Of the memory, v is one holder, and a recorder another.
    """
    return (Py_REFCNT(<PyObject*>v) == holders and v.layout.contiguous
            and Py_REFCNT(<PyObject*>v.storage) == of_memory and v.storage.size_class != FOREIGN)
