# Pass: a backward pass on its way.

from cpython.object cimport PyObject
from cygrad.core.heap cimport Heap

cdef enum:
    AT_HAND = 8                 # leaves that a journal remembers without memory of its own

cdef struct Entry:
    PyObject* x                 # a leaf; counted
    PyObject* before            # its .grad, or None; counted

# What journal.pxd remembers; it starts as zeros.
cdef struct Journal:
    Entry first[AT_HAND]
    Entry* more                 # what comes after the first, of malloc
    Py_ssize_t count, capacity  # of all; of more

cdef struct Pass:
    Heap heap                   # the Functions that a gradient has reached
    bint retain_grad
    bint create_graph
    bint watching               # for anomalies
    bint recording              # a plain pass, on a tape that wants to know of it
    PyObject* caught            # a list that takes what a sweep hands to flow(), or NULL; borrowed
    PyObject* postponed         # a dict of Products (postponed.pxd), or NULL; counted
    int (*catch_up)(Pass* p) except -1      # that settles them
    PyObject* held              # outputs that only the pass holds, by their creator's id; as well
    int floor                   # the smallest generation that a gradient is wanted for
    long session                # of passes over the same graph, one after the other; or 0
    bint last                   # of its session
    PyObject* ends              # the list of variables where gradients stop; NULL: the leaves
    Py_ssize_t work             # about so many numbers since a signal was looked for
    Journal journal             # not of a transform, which restores its ends itself
