# The forward pass: tangents beside the values of a graph that is there.

from cpython.object cimport PyObject
from cygrad.core.function cimport Function
from cygrad.core.variable cimport Variable

# A Function on the way from the ends to the outputs.
cdef struct Node:
    PyObject* function          # counted
    Py_ssize_t reads            # where in `reads` the places of its inputs begin
    int writes                  # the place of its first output

# What is known of a Function while the graph is looked through.
cdef struct Entry:
    PyObject* function          # NULL: nothing stands here
    int place                   # of its first output; NOWHERE, or NOT_YET

cdef class Forward:
    cdef list ends, outputs
    cdef unsigned int count_of_ends
    cdef int floor              # the smallest generation of what depends on the ends
    cdef int above              # greater than the generation of all that is there
    cdef bint possible          # False: something is computed again, watched, or recorded on a tape
    # In an order in which each comes after those that it reads.
    cdef Node* nodes
    cdef Py_ssize_t count, room
    # For each input of each node: where its tangent stands; NOWHERE where it has none.
    cdef int* reads
    cdef Py_ssize_t read, room_to_read
    cdef int most               # inputs of one node
    # The tangents: first those of the ends, then those of each node's outputs.
    cdef int places
    cdef Py_ssize_t* last       # the node that is the last to read it
    cdef Py_ssize_t room_to_last
    cdef PyObject** tangents    # counted, or NULL
    cdef dict kept              # of nodes without a push_rule, what a session keeps
    cdef Entry* table           # by the Function's address
    cdef Py_ssize_t slots, entries

    # The tangents of the outputs from those of the ends, None for zeros; with a graph of their own,
    # if `differentiable`. A session is as in backward.pxd.
    cdef list push(self, list tangents, bint differentiable, long session=*, bint last=*)

    cdef int find(self) except -1
    cdef int descend(self, PyObject* root, Node** stack, Py_ssize_t* room) except -1
    cdef bint enter(self, PyObject* f) except -1
    cdef int leave(self, PyObject* f) except -1
    cdef Entry* entry_of(self, PyObject* f) noexcept
    cdef int widen(self) except -1
    cdef int place_of(self, PyObject* x) noexcept
    cdef int place_when_done(self, Variable y) noexcept
    cdef bint leads_on(self, PyObject* x) noexcept
    cdef bint is_end(self, PyObject* x) noexcept
    cdef int visit(self, Py_ssize_t k, PyObject** given, bint differentiable, long session,
                   bint last) except -1
    cdef int put(self, Function f, int i, int place, Variable tangent) except -1
    cdef int forget(self, int place) noexcept
    cdef int push_through(self, Py_ssize_t k, PyObject** given, bint differentiable,
                          bint again) except -1
    cdef Variable dummy_for(self, Function f, int i)

# Of the outputs of a function and the ends that it was given in place of its arguments; nothing
# below the floor depends on these. Raise if numbers that the derivatives are computed from have
# changed.
cdef Forward forward_of(list outputs, list ends, int floor)
