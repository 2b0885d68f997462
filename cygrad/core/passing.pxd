# Pass: a backward pass on its way.

from cpython.object cimport PyObject
from cygrad.core.heap cimport Heap

cdef struct Pass:
    Heap heap                   # the Functions that a gradient has reached
    bint retain_grad
    bint create_graph
    bint watching               # for anomalies
    PyObject* postponed         # a dict of Products (backward.pxd), or NULL; counted
    PyObject* held              # outputs that only the pass holds, by their creator's id; as well
    int floor                   # the smallest generation that a gradient is wanted for
    long session                # of passes over the same graph, one after the other; or 0
    bint last                   # of its session
    PyObject* ends              # the list of variables where gradients stop; NULL: the leaves
