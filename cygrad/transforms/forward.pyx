"""The forward pass: tangents beside the values of a graph that is there.

The graph from the ends to the outputs is looked through once (`find`): its Functions are put in
an order in which each stands after those whose outputs it takes, and the tangents are numbered.
Then it can be pushed through any number of times (`push`), each time from the inputs of a Function
to its outputs, by the operation's own push_rule (function.pxd). A tangent goes as soon as nothing
reads it any more.

An operation without such a rule has one for what flows back, u to u^T J, which is linear in u: the
derivative of that along a tangent v is J v. So its rule is asked with a variable in place of u,
and what it computes is differentiated by that (`push_through`). Most have a rule, and this costs
no more than the one operation.
"""

cimport cython
from cpython.exc cimport PyErr_CheckSignals
from cpython.list cimport PyList_GET_ITEM
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from cpython.tuple cimport PyTuple_GET_ITEM
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memset

from cygrad.core.backward cimport ENDS, Partial, Recompute, checked_gradients, gradients
from cygrad.core.changes cimport age_of, refuse_changes
from cygrad.core.function cimport (
    Function, kept_slope, name_of, output_at, outputs_of,
)
from cygrad.core.layout cimport Layout, layout_of_shape, release, same_shape, shape_of
from cygrad.core.mode cimport Mode, is_watching, mode
from cygrad.core.operators cimport OPERATORS
from cygrad.core.passing cimport Pass
from cygrad.core.storage cimport writes
from cygrad.core.variable cimport Variable, describe, filled, filled_like
from cygrad.functions.arithmetic cimport multiply

cdef enum:
    NOWHERE = -1                # there is no tangent: zeros
    NOT_YET = -2                # its inputs are being looked through
    ROOM = 64                   # a power of two
    KEPT = 32                   # as in backward.pyx: a slope of fewer elements is not kept
    MUCH_WORK = 1 << 16         # numbers, after which a signal is looked for
    A_NODE = 64                 # the work that a node is beside its numbers


@cython.final
cdef class Forward:
    """A graph that tangents are pushed through."""

    def __dealloc__(self):
        cdef Py_ssize_t k
        for k in range(self.count):
            Py_DECREF(<object>self.nodes[k].function)
        free(self.nodes)
        free(self.reads)
        free(self.last)
        free(self.tangents)
        free(self.table)

    # ---- Looking through the graph ------------------------------------------------------------

    cdef int find(self) except -1:
        cdef Node* stack = NULL
        cdef Py_ssize_t room = 0
        cdef Variable y
        cdef int place
        self.possible = True
        self.above = self.floor + 1
        self.count_of_ends = <unsigned int>len(self.ends)
        self.places = <int>self.count_of_ends
        self.widen()
        self.last = <Py_ssize_t*>grown(NULL, &self.room_to_last, self.places, sizeof(Py_ssize_t))
        memset(self.last, 0xFF, self.places * sizeof(Py_ssize_t))
        try:
            for y in self.outputs:
                if self.leads_on(<PyObject*>y):
                    self.descend(<PyObject*>y.creator_, &stack, &room)
        finally:
            free(stack)
        for y in self.outputs:
            self.above = max(self.above, y.generation_ + 1)
            place = self.place_of(<PyObject*>y)
            if place >= 0:
                self.last[place] = self.count       # after all nodes
        return 0

    cdef int descend(self, PyObject* root, Node** stack, Py_ssize_t* room) except -1:
        """Enter what is behind root and is not known yet, and then root: a walk in depth first.

        On the stack a Node's `reads` is how many of its inputs have been looked at.
        """
        cdef Py_ssize_t depth = 0
        cdef PyObject* f = root
        cdef PyObject* x
        cdef Node* top
        while True:
            if f is not NULL and self.enter(f):
                if depth == room[0]:
                    stack[0] = <Node*>grown(stack[0], room, 1, sizeof(Node))
                stack[0][depth].function = f
                stack[0][depth].reads = 0
                depth += 1
            if depth == 0:
                return 0
            f = NULL
            top = &stack[0][depth - 1]
            if top.reads == (<Function>top.function).n_inputs:
                depth -= 1
                self.leave(top.function)
                continue
            x = input_at(top.function, top.reads)
            top.reads += 1
            if self.leads_on(x):
                f = <PyObject*>(<Variable>x).creator_

    cdef bint leads_on(self, PyObject* x) noexcept:
        """Whether there may be ends behind x's creator."""
        return ((<Variable>x).requires and (<Variable>x).generation_ >= self.floor
                and <PyObject*>(<Variable>x).creator_ != <PyObject*>None and not self.is_end(x))

    cdef bint is_end(self, PyObject* x) noexcept:
        return ((<Variable>x).requires & ENDS and (<Variable>x).index < self.count_of_ends
                and x == PyList_GET_ITEM(self.ends, (<Variable>x).index))

    cdef int place_of(self, PyObject* x) noexcept:
        cdef PyObject* f = <PyObject*>(<Variable>x).creator_
        cdef int place
        if not (<Variable>x).requires or (<Variable>x).generation_ < self.floor:
            return NOWHERE
        if self.is_end(x):
            return <int>(<Variable>x).index
        if f == <PyObject*>None:
            return NOWHERE
        place = self.entry_of(f).place
        return place + <int>(<Variable>x).index if place >= 0 and (<Function>f).several else place

    cdef bint enter(self, PyObject* f) except -1:
        """Whether f has not been there before."""
        cdef Entry* entry
        if 2 * (self.entries + 1) > self.slots:
            self.widen()
        entry = self.entry_of(f)
        if entry.function is f:
            return False
        entry.function = f
        entry.place = NOT_YET
        self.entries += 1
        # A Partial must see which outputs something flows to: a pass tells it.
        if (<Function>f).op is NULL and isinstance(<Function>f, (Recompute, Partial)):
            self.possible = False
        return True

    cdef int leave(self, PyObject* f) except -1:
        """Give f's outputs their places, now that all its inputs have theirs."""
        cdef Entry* entry = self.entry_of(f)
        cdef int n = (<Function>f).n_inputs, i, place, count = 1
        cdef bint depends = False
        cdef Node* node
        if (<Function>f).several:
            count = outputs_of(<Function>f).count
        if self.read + n > self.room_to_read:
            self.reads = <int*>grown(self.reads, &self.room_to_read, n, sizeof(int))
        if self.count == self.room:
            self.nodes = <Node*>grown(self.nodes, &self.room, 1, sizeof(Node))
        if self.places + count > self.room_to_last:
            self.last = <Py_ssize_t*>grown(self.last, &self.room_to_last, count,
                                           sizeof(Py_ssize_t))
        for i in range(n):
            place = self.place_of(input_at(f, i))
            self.reads[self.read + i] = place
            if place >= 0:
                depends = True
                self.last[place] = self.count
        if not depends:
            entry.place = NOWHERE
            return 0
        node = &self.nodes[self.count]
        Py_INCREF(<object>f)
        node.function = f
        node.reads = self.read
        node.writes = entry.place = self.places
        for i in range(count):
            self.last[self.places + i] = NOWHERE
        self.places += count
        self.read += n
        self.most = max(self.most, n)
        self.count += 1
        return 0

    cdef Entry* entry_of(self, PyObject* f) noexcept:
        """Where f stands in the table, or would."""
        cdef Py_ssize_t k = <Py_ssize_t>((<size_t>f * <size_t>0x9E3779B97F4A7C15ULL) >> 20)
        while True:
            k &= self.slots - 1
            if self.table[k].function is f or self.table[k].function is NULL:
                return &self.table[k]
            k += 1

    cdef int widen(self) except -1:
        cdef Entry* old = self.table
        cdef Py_ssize_t n = self.slots, k
        cdef Entry* new = <Entry*>calloc(2 * max(n, ROOM), sizeof(Entry))
        if new is NULL:
            raise MemoryError()
        self.table = new
        self.slots = 2 * max(n, ROOM)
        for k in range(n):
            if old[k].function is not NULL:
                self.entry_of(old[k].function)[0] = old[k]
        free(old)
        return 0

    # ---- Pushing ------------------------------------------------------------------------------

    cdef list push(self, list tangents, bint differentiable, long session=0, bint last=False):
        cdef Mode* switches = mode()
        cdef int paused = switches.paused, place
        cdef Py_ssize_t k, work = 0
        cdef PyObject** given = NULL
        cdef list pushed = []
        cdef Variable y
        self.tangents = <PyObject**>calloc(self.places + 1, sizeof(PyObject*))
        given = <PyObject**>malloc((self.most + 1) * sizeof(PyObject*))
        if self.tangents is NULL or given is NULL:
            free(given)
            raise MemoryError()
        switches.paused = not differentiable
        switches.level += differentiable
        try:
            for k in range(len(tangents)):
                if tangents[k] is not None:
                    Py_INCREF(tangents[k])
                    self.tangents[k] = <PyObject*>tangents[k]
            for k in range(self.count):
                work += self.visit(k, given, differentiable, session, last)
                if work > MUCH_WORK:
                    work = 0
                    PyErr_CheckSignals()
            for y in self.outputs:
                place = self.place_when_done(y)
                pushed.append(None if place < 0 or self.tangents[place] is NULL
                              else <object>self.tangents[place])
        finally:
            switches.paused = paused
            switches.level -= differentiable
            for place in range(self.places):
                self.forget(place)
            free(self.tangents)
            self.tangents = NULL
            free(given)
            if last:
                self.kept.clear()
        return pushed

    cdef int visit(self, Py_ssize_t k, PyObject** given, bint differentiable, long session,
                   bint last) except -1:
        """The tangents of a node's outputs; how much work it was."""
        cdef Node* node = &self.nodes[k]
        cdef PyObject* f = node.function
        cdef int* reads = self.reads + node.reads
        cdef Variable tangent
        cdef bint some = False
        cdef int n = (<Function>f).n_inputs, i, work = A_NODE, spent = 0
        for i in range(n):
            given[i] = NULL if reads[i] < 0 else self.tangents[reads[i]]
            some |= given[i] is not NULL
            if i < 2 and reads[i] >= 0 and self.last[reads[i]] == k:
                spent |= 1 << i
        if n > 2 or (n == 2 and reads[0] == reads[1]):
            spent = 0                   # the same one may be given twice
        if some:
            if (<Function>f).op is NULL or (<Function>f).op.push is NULL:
                self.push_through(k, given, differentiable, session != 0 and not last)
            else:
                tangent = None
                if session != 0 and (<Function>f).op.slope is not NULL:
                    tangent = push_slopes(<Function>f, given, session, last)
                if tangent is None:
                    tangent = (<Function>f).op.push(<Function>f, given, spent)
                if tangent is not None:
                    work += <int>min(tangent.layout.size, MUCH_WORK)
                    self.put(<Function>f, 0, node.writes, tangent)
        for i in range(n):
            if reads[i] >= 0 and self.last[reads[i]] == k:
                self.forget(reads[i])
        return work

    cdef int put(self, Function f, int i, int place, Variable tangent) except -1:
        cdef PyObject* y = output_at(f, i) if f.several else f.out
        if y is not NULL and not same_shape(tangent.layout, (<Variable>y).layout):
            raise RuntimeError(f"{name_of(f)} passes a tangent of shape {shape_of(tangent.layout)} "
                               f"to {describe(<Variable>y)}; was its .data replaced by another "
                               "shape after it was used?")
        if self.last[place] != NOWHERE:     # else nobody reads it
            Py_INCREF(tangent)
            self.tangents[place] = <PyObject*>tangent
        return 0

    cdef int forget(self, int place) noexcept:
        cdef PyObject* tangent = self.tangents[place]
        self.tangents[place] = NULL
        if tangent is not NULL:
            Py_DECREF(<object>tangent)
        return 0

    cdef int place_when_done(self, Variable y) noexcept:
        """place_of() when the ends are no longer marked."""
        cdef Py_ssize_t k
        for k in range(len(self.ends)):
            if self.ends[k] is y:
                return <int>k
        return self.place_of(<PyObject*>y)

    cdef int push_through(self, Py_ssize_t k, PyObject** given, bint differentiable,
                          bint again) except -1:
        """What the rule for what flows back tells, in place of a push_rule.

        If it is asked `again`, as of a session, it is kept.
        """
        cdef Function f = <Function>self.nodes[k].function
        cdef int place = self.nodes[k].writes, i
        cdef Mode* switches = mode()
        cdef int paused = switches.paused
        cdef list dummies, gxs, found
        switches.paused = False
        switches.level += not differentiable
        try:
            if k in self.kept:
                dummies, gxs = self.kept[k]
            else:
                dummies = [self.dummy_for(f, i)
                           for i in range(outputs_of(f).count if f.several else 1)]
                gxs = pulled(f, dummies, self.reads + self.nodes[k].reads)
            if again:
                self.kept[k] = dummies, gxs
            chosen = [i for i in range(f.n_inputs) if given[i] is not NULL and gxs[i] is not None]
            found = gradients([gxs[i] for i in chosen], [<object>given[i] for i in chosen],
                              dummies, differentiable)
        finally:
            switches.paused = paused
            switches.level -= not differentiable
        for i in range(len(found)):
            if found[i] is not None:
                self.put(f, i, place + i, <Variable>found[i])
        return 0

    cdef Variable dummy_for(self, Function f, int i):
        """In place of what flows to an output."""
        cdef Layout* layout
        cdef Variable dummy
        if output_at(f, i) is not NULL:
            dummy = filled_like(<Variable>output_at(f, i), 1.0)
        else:
            layout = layout_of_shape(outputs_of(f).shapes[i])
            dummy = filled(layout, 1.0)
            release(layout)
        dummy.requires = True
        dummy.generation_ = self.above      # so nothing that is there depends on it
        return dummy


cdef inline PyObject* input_at(PyObject* f, Py_ssize_t i) noexcept:
    """input_of(), borrowed."""
    cdef PyObject* many = <PyObject*>(<Function>f).many
    if many != <PyObject*>None:
        return PyTuple_GET_ITEM(<tuple>many, i)
    return <PyObject*>(<Function>f).x0 if i == 0 else <PyObject*>(<Function>f).x1


cdef void* grown(void* memory, Py_ssize_t* room, Py_ssize_t more, size_t size) except NULL:
    cdef Py_ssize_t wanted = 2 * room[0] + more + ROOM
    cdef void* new = realloc(memory, wanted * size)
    if new is NULL:
        raise MemoryError()
    room[0] = wanted
    return new


cdef list pulled(Function f, list dummies, const int* reads):
    """What flows back to each input that may have a tangent, with a graph."""
    cdef int i
    if f.op is NULL:
        return list(checked_gradients(f, f.backward(*dummies)))
    if f.several:
        return f.op.several(f, dummies)
    return [None if reads[i] < 0 else f.op.vjp(f, <Variable>dummies[0], i)
            for i in range(f.n_inputs)]


cdef Variable push_slopes(Function f, PyObject** given, long session, bint last):
    """What f's rule gives, by the slopes that the passes of a session share; None: ask the rule."""
    cdef Variable total = None, slope, part
    cdef int i
    if f.out is NULL or (<Variable>f.out).layout.size < KEPT:
        return None
    for i in range(f.n_inputs):
        if given[i] is NULL:
            continue
        slope = kept_slope(f, i, session, last)
        if slope is None:
            return None
        part = multiply(<Variable>given[i], slope)
        total = part if total is None else OPERATORS.sum_gradients(total, part)
    return total


cdef Forward forward_of(list outputs, list ends, int floor):
    cdef Forward forward = <Forward>Forward.__new__(Forward)
    cdef Mode* switches = mode()
    cdef Pass p
    cdef Variable end, y
    cdef Py_ssize_t i
    forward.ends = ends
    forward.outputs = outputs
    forward.floor = floor
    forward.kept = {}
    # A call that is recorded, and made again to compare, computes as its program does.
    if switches.tape is not NULL or switches.repeated or is_watching(switches):
        return forward
    memset(&p, 0, sizeof(Pass))
    p.floor = floor
    p.ends = <PyObject*>ends
    for i in range(len(ends)):
        end = <Variable>ends[i]
        end.requires |= ENDS
        end.index = <unsigned int>i
    try:
        for y in outputs:
            if age_of(y, writes) != 0:
                refuse_changes(y, &p)
        forward.find()
    finally:
        for end in ends:
            end.requires &= ~ENDS
            end.index = 0
    return forward
