"""The gradients that leaves had before a backward pass, to be given back if it fails."""

from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdlib cimport free, realloc

from cygrad.core.passing cimport AT_HAND, Entry, Journal
from cygrad.core.slots cimport Py_REFCNT
from cygrad.core.variable cimport Variable


cdef inline Entry* entry_at(Journal* journal, Py_ssize_t k) noexcept:
    return &journal.first[k] if k < AT_HAND else &journal.more[k - AT_HAND]


cdef int remember(Journal* journal, Variable x) except -1:
    cdef Py_ssize_t k = journal.count - AT_HAND, capacity
    cdef void* more
    cdef Entry* entry
    if k >= journal.capacity:
        capacity = 2 * k + AT_HAND
        more = realloc(journal.more, capacity * sizeof(Entry))
        if more is NULL:
            raise MemoryError()
        journal.more = <Entry*>more
        journal.capacity = capacity
    entry = entry_at(journal, journal.count)
    Py_INCREF(x)
    Py_INCREF(x.grad_)
    entry.x = <PyObject*>x
    entry.before = <PyObject*>x.grad_
    journal.count += 1
    x.requires |= LANDED
    return 0


cdef void forget_dead(Journal* journal) noexcept:
    cdef Py_ssize_t k, kept = 0, count = journal.count
    cdef Entry* entry
    for k in range(count):
        entry = entry_at(journal, k)
        if Py_REFCNT(entry.x) == 1:
            let_go(entry)
        else:
            entry_at(journal, kept)[0] = entry[0]
            kept += 1
    journal.count = kept


cdef void forget_last(Journal* journal) noexcept:
    cdef Entry* entry
    while journal.count > 0:
        entry = entry_at(journal, journal.count - 1)
        if Py_REFCNT(entry.x) > 1:
            return
        journal.count -= 1
        let_go(entry)


cdef inline void let_go(Entry* entry) noexcept:
    cdef Variable x = <Variable>entry.x, before = <Variable>entry.before
    Py_DECREF(x)
    Py_DECREF(before)


cdef void close(Journal* journal, bint give_back) noexcept:
    cdef Entry* entry
    cdef Variable x
    # from the last on, so that a variable that is there twice gets its first gradient back
    while journal.count > 0:
        journal.count -= 1
        entry = entry_at(journal, journal.count)
        x = <Variable>entry.x
        x.requires &= ~LANDED
        if give_back:
            x.grad_ = <Variable>entry.before
        let_go(entry)
    free(journal.more)
    journal.more = NULL
    journal.capacity = 0
