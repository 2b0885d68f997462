"""The gradients that leaves had before a backward pass, to be given back if it fails."""

from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdlib cimport free, realloc

from cygrad.core.mode cimport mode
from cygrad.core.passing cimport AT_HAND, Entry, Journal
from cygrad.core.slots cimport Py_REFCNT
from cygrad.core.variable cimport Variable


cdef Open* open_ones = NULL
cdef dict asides = {}           # by the journal's address, a dict of [x, gradient] by x's id()


cdef void enter(Open* here, Journal* journal) noexcept:
    global open_ones
    here.journal = journal
    here.thread = <void*>mode()         # each thread has its own
    here.next = open_ones
    open_ones = here


cdef void leave(Open* here) noexcept:
    cdef Open** link = &open_ones
    while link[0] is not here:
        link = &link[0].next
    link[0] = here.next
    if asides:                          # which is rare, and the key a Python object
        asides.pop(<size_t>here.journal, None)


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


cdef Entry* find(Journal* journal, Variable x) noexcept:
    cdef Py_ssize_t k
    for k in range(journal.count):
        if entry_at(journal, k).x == <PyObject*>x:
            return entry_at(journal, k)
    return NULL


cdef Entry* entry_elsewhere(Journal* journal, Variable x) noexcept:
    cdef Open* one = open_ones
    cdef Entry* entry
    if not x.requires & LANDED:
        return NULL
    while one is not NULL:
        if one.thread != <void*>mode():
            entry = find(one.journal, x)
            if entry is not NULL:
                return entry
        one = one.next
    return NULL


cdef bint is_elsewhere(Journal* journal, Variable x) noexcept:
    if open_ones is NULL or open_ones.next is NULL:
        return False
    return find(journal, x) is NULL and entry_elsewhere(journal, x) is not NULL


cdef Variable aside(Journal* journal, Variable x):
    if not asides:
        return None
    found = asides.get(<size_t>journal)
    pair = None if found is None else found.get(id(x))
    return None if pair is None else <Variable>pair[1]


cdef int put_aside(Journal* journal, Variable x, Variable gx) except -1:
    asides.setdefault(<size_t>journal, {})[id(x)] = [x, gx]
    return 0


cdef list taken_aside(Journal* journal):
    if not asides:
        return None
    found = asides.pop(<size_t>journal, None)
    return None if found is None else list(found.values())


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
