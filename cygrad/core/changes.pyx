"""Numbers changed between the forward and the backward pass.

A derivative is computed from numbers of the forward pass: that of a * b by a from b. The graph
keeps no copies of them. So writes are counted (`writes` in storage.pxd): a Storage keeps the
number of its latest write, a Function the number that had been reached when it was made, and a
Variable how much older than its creator the oldest Function behind it is (`lag`). A backward pass
from a Variable with nothing behind it that is older than the latest write, which is nearly every
one, has compared two numbers, and no more. Another first walks over the older part of the graph,
and raises if anything has been written to that a rule will read, before any gradient has flowed.

The numbers have 32 bits and are compared by their distances to the present one, which are right
as long as no graph outlives 2^32 writes. What a rule reads stands in its Op (`needs`). Writes
that nobody tells of, to `x.data[0]` or to an array that x wraps, are found by the fingerprints of
anomaly.pyx.
"""

from cygrad.core.anomaly cimport verify
from cygrad.core.backward cimport Recompute, is_end, wanted
from cygrad.core.function cimport (
    Function, READS_ALL, READS_Y, SEEN, input_of, name_of, output_at, outputs_of, reads_input,
    saved_of,
)
from cygrad.core.passing cimport Pass
from cygrad.core.storage cimport writes, written_since
from cygrad.core.variable cimport Variable, describe


cdef int refuse_changes(Variable y, Pass* p) except -1:
    cdef list found = []
    try:
        visit(y, found, p)
        walk(found, p)
    finally:
        unmark(found)
    return 0


cdef int refuse_changes_ahead(Function f, Pass* p) except -1:
    cdef list found = []
    cdef Function waiting
    cdef Py_ssize_t k
    cdef int i
    try:
        for k in range(p.heap.count):
            waiting = <Function>p.heap.items[k]
            found.append(waiting)
            waiting.seen |= SEEN
        for i in range(f.n_inputs):
            visit(input_of(f, i), found, p)
        walk(found, p)
    finally:
        unmark(found)
    return 0


cdef int walk(list found, Pass* p) except -1:
    """Check what has been found, and all that is behind it."""
    cdef Function f
    cdef Py_ssize_t at = 0
    cdef int i
    while at < len(found):
        f = <Function>found[at]
        at += 1
        check(f, p)
        for i in range(f.n_inputs):
            visit(input_of(f, i), found, p)
    return 0


cdef int unmark(list found) noexcept:
    cdef Function f
    for f in found:
        f.seen &= ~SEEN
    return 0


cdef int refuse_changes_since(unsigned int made, list again, Pass* p) except -1:
    cdef list found = []
    cdef Function f
    cdef Variable x
    cdef Py_ssize_t at = 0
    cdef unsigned int age = writes - made
    cdef int i, needs
    for y in again:
        if p.watching or age_of(<Variable>y, writes) != 0:
            refuse_changes(<Variable>y, p)
    if age == 0:
        return 0
    try:
        for y in again:
            visit_new((<Variable>y).creator_, age, found)
        while at < len(found):
            f = <Function>found[at]
            at += 1
            needs = 0
            if isinstance(f, Recompute):
                f.made = made           # what it closes over was read then too
            for i in range(f.n_inputs):
                if wanted(input_of(f, i), p):
                    needs |= needs_of(f, i)
            for i in range(f.n_inputs):
                x = input_of(f, i)
                # What was made in the second run is as new as f; of constants nothing is known.
                if ((x.requires if x.creator_ is None else writes - x.creator_.made >= age)
                        and reads_input(needs, i) and written_since(x.storage, age)):
                    refuse(f, f"{describe(x)}, used inside a checkpoint")
                visit_new(x.creator_, age, found)
    finally:
        unmark(found)
    return 0


cdef inline int visit_new(Function f, unsigned int age, list found) except -1:
    """Go on to f, if it was made in the second run."""
    if f is None or f.seen & SEEN or writes - f.made >= age:
        return 0
    found.append(f)
    f.seen |= SEEN
    return 0


cdef inline int visit(Variable x, list found, Pass* p) except -1:
    """Go on behind x, if a gradient flows there and there was a write since."""
    cdef Function f = x.creator_
    if (f is None or f.seen & SEEN or not wanted(x, p) or is_end(x, p)
            or (age_of(x, writes) == 0 and not p.watching)):
        return 0
    found.append(f)
    f.seen |= SEEN
    return 0


cdef int check(Function f, Pass* p) except -1:
    """Raise if anything that f's rules will read has been written to since f was made."""
    cdef int i, needs = 0
    cdef Variable x
    if f.made == writes and not p.watching:
        return 0
    for i in range(f.n_inputs):
        if wanted(input_of(f, i), p):
            needs |= needs_of(f, i)
    for i in range(f.n_inputs):
        x = input_of(f, i)
        if is_changed(x, f) and (reads_input(needs, i) or x.storage.reshaped):
            refuse(f, f"its input {describe(x)}")
    if needs & READS_Y:
        for i in range(outputs_of(f).count if f.several else 1):
            if output_at(f, i) is not NULL and is_changed(<Variable>output_at(f, i), f):
                refuse(f, f"its result {describe(<Variable>output_at(f, i))}")
    if p.watching:
        verify(f, needs)
    saved = outputs_of(f).saved if f.several else saved_of(f)
    for x in kept_by(saved):
        if is_changed(x, f):
            refuse(f, f"its argument {describe(x)}")
    return 0


cdef inline int needs_of(Function f, int i) noexcept:
    if f.op is NULL:            # in Python: nothing is known
        return READS_ALL
    return f.op.needs[0 if i == 0 else 1]


cdef list kept_by(object saved):
    """The Variables among what an operation keeps."""
    if isinstance(saved, Variable):
        return [saved]
    if isinstance(saved, (tuple, list)):
        return [x for x in saved if isinstance(x, Variable)]
    return []


cdef inline bint is_changed(Variable x, Function f) noexcept:
    """Whether x's memory has been written to since f was made."""
    return written_since(x.storage, writes - f.made)


cdef int refuse(Function f, str what) except -1:
    raise RuntimeError(
        f"backward: the gradient of {name_of(f)} is computed from {what}, which has been changed "
        "since the forward pass (by an optimizer, an assignment to .data, or an operation in place "
        "under no_grad). Call backward before the change, compute the result anew after it, or "
        "compute from a copy that stays as it is, x.copy()")
