"""Recorder: what a thread computes, written down as a program.

What is computed becomes instructions in operations.pyx. Here is what a call does beside that: the
gradients that land, updates, states and random numbers, what Python looks at, what the call was
given, and what it gives.

What cannot be replayed is noted (`reasons`), and the call then stays what it is: eager.
"""

import numpy as np

cimport cython
from libc.math cimport INFINITY

from cpython.object cimport PyObject, Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE

from cygrad.core.arrays cimport array_of, constant
from cygrad.core.function cimport Function, RECORDED, outputs_of
from cygrad.core.layout cimport Layout, shape_of
from cygrad.core.mode cimport Mode, mode
from cygrad.core.repetition cimport pause_repetitions, resume_repetitions
from cygrad.core.slots cimport Py_REFCNT
from cygrad.core.storage cimport FOREIGN, Storage, writes
from cygrad.core.tape cimport Tape
from cygrad.core.variable cimport Variable, describe
from cygrad.kernels.elementwise cimport kernel_named
from cygrad.programs.calls cimport Draw, Effect, Landing, SetStates, Store, Touched, leaves_of
from cygrad.programs.draft cimport CONSTANT, INPUT, OUTSIDE, PAUSE
from cygrad.programs.memory cimport Block
from cygrad.programs.operations cimport Operations, Source, line_of_the_user, run_bounds
from cygrad.programs.outside cimport Outside, outside_of

cdef enum:
    FEW = 16                # numbers that Python may look at one by one

cdef int COPY = kernel_named("COPY")
cdef int LESS = kernel_named("LESS")
cdef int LESS_EQUAL = kernel_named("LESS_EQUAL")
cdef int EQUAL = kernel_named("EQUAL")
cdef int NOT_EQUAL = kernel_named("NOT_EQUAL")


@cython.final
cdef class Recorder(Operations):
    """Recorder()\n--\n
    A context manager, as a Tape is one: what the thread computes inside becomes a Draft."""

    def __cinit__(self):
        self.grads = {}
        self.results = {}
        self.looked_at = set()
        self.stores = {}
        self.born = {}
        self.states_before = {}

    # ---- Effects ------------------------------------------------------------------------------

    cdef Touched touched(self, Variable x):
        cdef Touched t = <Touched>self.grads.get(id(x))
        cdef const Block* block = self.memory.first_of(x.storage)
        if block is not NULL and self.draft.values[block.value].origin == INPUT:
            self.refused(f"the gradient of an argument, {describe(x)}")
        if t is None:
            t = <Touched>Touched.__new__(Touched)
            t.x = x
            t.value = -2
            t.gone = self.effects
            self.grads[id(x)] = t
        return t

    cdef int reads_grad(self, Variable x) except -1:
        cdef Touched t
        cdef const Block* block
        cdef Block* new
        cdef Variable g
        self.rest()
        block = self.memory.first_of(x.storage)
        if block is not NULL and self.draft.values[block.value].origin == INPUT and (
                x.creator_ is None or not x.creator_.seen & RECORDED):
            return self.refused(f"the gradient of an argument, {describe(x)}")
        if x.creator_ is not None:      # an intermediate result, whose gradient comes and goes
            g = x.grad_
            if g is not None and self.memory.first_of(g.storage) is NULL:
                self.refused(f"the gradient of {describe(x)} is there before the call")
            return 0
        t = self.touched(x)
        if t.value != -2:
            return 0
        if t.gone:
            return self.refused(f"the gradient of {describe(x)} is read after an update")
        t.read = True
        t.was_none = x.grad_ is None
        t.value = -1
        if x.grad_ is not None and not x.grad_.layout.contiguous:
            return self.refused(f"the gradient of {describe(x)} is in an order of its own")
        if x.grad_ is not None and x.grad_.storage is not None:
            t.value = self.new_value(OUTSIDE, x.grad_.layout.size, <int>len(self.outsides))
            self.add_source(x.grad_, t.value).grad_of = x
            new = self.memory.put(x.grad_, t.value)
            new.source = <int>len(self.outsides)
        return 0

    cdef int set_grad(self, Variable x) except -1:
        """Landed when it matters; what was there before does not, if it was not read."""
        cdef Touched t
        if x.creator_ is not None and x.grad_ is None:
            return 0
        t = self.touched(x)
        if t.value == -2:
            t.value = -3
        return 0

    cdef int land(self) except -1:
        """Instructions that put the gradients where they belong by now."""
        cdef Touched t
        cdef const Block* block
        cdef Variable g
        cdef int value
        cdef Py_ssize_t offset
        cdef list xs = [], gradients = []
        self.rest()
        for t in self.grads.values():
            if t.value == -2:
                continue
            g = t.x.grad_
            value = -1
            offset = 0
            if g is not None and g.storage is not None:
                block = self.block_of(g)
                value = block.value
                offset = block.offset + (g.ptr - block.base)
            if value == t.value and offset == t.offset:
                continue
            t.value = value
            t.offset = offset
            xs.append((t, value >= 0))
            if value >= 0:
                gradients.append(g)
                if g.creator_ is not None:
                    self.refused(f"the gradient of {describe(t.x)}, which has a graph of its own, "
                                 "lands in it")
        if xs:
            self.call(Landing(xs), gradients, [])
            self.acts = True
        if self.stores:
            self.call(Store([target for target, _ in self.stores.values()]),
                      [v for _, v in self.stores.values()], [])
            self.stores = {}
        return 0

    cdef int stored(self, object target, Variable v, Variable made) except -1:
        """Written when it matters, as gradients land."""
        cdef const Block* block = self.memory.first_of(v.storage)
        if block is not NULL and (self.memory.has_several(v.storage) or block.size != v.layout.size
                                  or self.draft.values[block.value].origin == INPUT):
            return self.refused(f"a part of the numbers of {describe(v)} is changed in place, or "
                                "an argument's")
        self.computed(COPY, [made], NULL, v)
        self.stores[id(target)] = self.all_stores[id(target)] = (target, v)
        self.written += isinstance(target, Variable)
        return 0

    cdef int shows(self, Function f, int k, Variable v) except -1:
        self.rest()
        found = self.routines.get(<size_t><PyObject*>f)
        if found is not None:
            self.stands_in(v, <int>found + (outputs_of(f).count if f.several else 1) + k)
        return 0

    cdef object effect(self, object call, tuple args):
        cdef Mode* switches = mode()
        cdef unsigned int before
        for x in leaves_of(args):
            if isinstance(x, Variable) and not self.was_there(<Variable>x):
                self.refused(f"{describe(<Variable>x)}, which is made in the call, is updated")
        self.land()
        self.call(Effect(call, args), [], [])
        self.effects = self.acts = True
        before = writes
        switches.tape = NULL
        token = pause_repetitions()
        try:
            return call(*args)
        finally:
            switches.tape = <void*>self
            resume_repetitions(token)
            self.written += writes - before
            self.forget()

    cdef bint was_there(self, Variable v) except -1:
        """Whether v is no argument, and nothing that was computed."""
        cdef const Block* block = self.memory.first_of(v.storage)
        return block is NULL or self.is_seen(block) or id(v) in self.all_stores

    cdef int forget(self) except -1:
        """An effect may have written to what is outside, and to gradients."""
        cdef Touched t
        for t in self.grads.values():
            t.gone = True
            t.value = -2
            if t.x.grad_ is not None:
                self.memory.drop(t.x.grad_.storage)
        return self.memory.drop_sources()

    cdef int may_ask(self, str what) except -1:
        if self.paused:
            self.refused(f"{what} in a backward pass")
        if self.effects:
            self.refused(f"{what} after an update or another effect, which a replay cannot take "
                         "back")
        return 0

    # ---- What Python looks at -----------------------------------------------------------------

    cdef int looked(self, Variable v, str what) except -1:
        cdef const Block* block
        cdef int value
        cdef Py_ssize_t offset
        self.rest()
        if what == "a string of x" or what == "a format of x":
            return 0                    # to print it, which happens at captures alone
        self.may_ask(what)
        if what == "bool(x)" and v.layout.size == 1:
            self.compared(v, 0.0, Py_NE, np.bool_(v.ptr[0] != 0.0))
            return 0
        if v.layout.size > FEW or v.storage is None:
            return self.refused(f"{what}: {describe(v)} becomes plain numbers")
        block = self.block_of(v)
        value, offset = block.value, block.offset + (v.ptr - block.base)
        for k in range(v.layout.size):
            self.check(value, offset + number_at(v.layout, k), (v.ptr + number_at(v.layout, k))[0])
        self.where.append((what, line_of_the_user()))
        return 0

    cdef object compared(self, Variable v, object other, int operator, object outcome):
        """A mask, which is looked at here if it is one bool, else when somebody does."""
        cdef Variable w, result
        cdef int kernel
        if not isinstance(outcome, (np.ndarray, np.bool_)):
            self.refused(f"a comparison of {describe(v)} with {type(other).__name__}")
            return outcome
        w = other if isinstance(other, Variable) else constant(other, "a comparison")
        if operator == Py_LT or operator == Py_GT:
            kernel = LESS
        elif operator == Py_LE or operator == Py_GE:
            kernel = LESS_EQUAL
        else:
            kernel = EQUAL if operator == Py_EQ else NOT_EQUAL
        result = constant(np.array(outcome, np.float64), "a comparison")
        self.computed(kernel, [w, v] if operator == Py_GT or operator == Py_GE else [v, w], NULL,
                      result)
        self.held.append(result)
        if self.stand_in is None or outcome.ndim == 0:
            self.looked(result, "a comparison")
            return outcome
        return self.stand_in(outcome, result, None)

    # ---- Arguments and results ----------------------------------------------------------------

    cdef int input_array(self, Variable v) except -1:
        """What is in v's memory is an argument of the call, the next one."""
        cdef int value = self.new_value(INPUT, v.layout.size, <int>len(self.inputs))
        self.inputs.append(v)
        self.memory.put(v, value)
        return 0

    cdef int input_number(self, object x) except -1:
        """So is this very float, where a transform takes it over."""
        cdef int value = self.draft.add_value(INPUT, 1, <int>len(self.inputs))
        self.inputs.append(x)
        self.results[id(x)] = (x, value)
        return 0

    cdef Variable standing_for(self, object argument):
        """Of an object in the place of an argument (transforms/inputs.py), its Variable."""
        return getattr(argument, "__cygrad_variable__", None)

    cdef Variable drawn(self, object fill, object rng):
        cdef Draw again = Draw(fill, rng)
        cdef Variable y = fill()
        self.call(again, [], [y])
        self.draws.append((again, array_of(y).copy(), self.draft.n_values - 1))
        return y

    cdef int keep_states(self, list states, object plain, object with_graph) except -1:
        """States of layers, as Repetition.states has them; what makes one of a Variable."""
        cdef const Block* block
        cdef Variable v
        cdef list kept = [], operands = []
        for of, name, before, now in states:
            if before is not None:
                self.states_before[id(before)] = (of, name, before)
                if id(before) in self.earlier:
                    self.refused("gradients flow back to earlier calls, through a layer's state; "
                                 "call its reset_state() first, or unchain_backward() of the loss "
                                 "after backward()")
            if now is None:
                kept.append((of, name, False, None))
                continue
            v = <Variable>now
            block = self.memory.first_of(v.storage)
            if block is NULL or self.is_seen(block):
                return self.refused("a layer keeps, as its state, a variable that was there before")
            self.keeps_graph = self.keeps_graph or v.creator_ is not None
            kept.append((of, name, v.requires != 0,
                         with_graph if v.creator_ is not None else plain))
            operands.append(v)
        if kept:
            self.states_kept = True
            self.call(SetStates(kept), operands, [])
        return 0

    cdef list give_draws(self):
        """Add what has been drawn to the results; their numbers."""
        first = len(self.draft.results)
        for _, numbers, value in self.draws:
            self.draft.results.append((value, 0, numbers.shape, numbers.strides))
        return list(range(first, len(self.draft.results)))

    def draw_again(self):
        """Draw all once more; whether it is the same."""
        for draw, numbers, _ in self.draws:
            if array_of(<Variable>(<Draw>draw).fill()).tobytes() != numbers.tobytes():
                return False
        return True

    cdef int bears(self, Variable v) except -1:
        self.born[id(v)] = v
        return 0

    cdef int looked_through(self, object argument) except -1:
        cdef Variable v = self.standing_for(argument)
        if v is None:
            return 0
        if argument.leaf is None:           # the outcome of a comparison
            return self.looked(v, "a comparison")
        self.looked_at.add(argument.leaf)
        return 0

    cdef int bounded(self, Variable v, double low, double high, double exempt) except -1:
        self.may_ask("a look at numbers that must be in bounds")
        return self.demand(run_bounds, v, low, high, exempt)

    cdef int not_whole(self, Variable v, double exempt) except -1:
        self.may_ask("a look at an exponent")
        return self.demand(run_bounds, v, -INFINITY, INFINITY, exempt, 0.0)

    cdef int pause(self, list gys) except -1:
        """The results are there; gys are what is to flow back to them, in a part of its own."""
        self.rest()
        self.draft.add(PAUSE, -1)
        self.paused = True
        for gy in gys:
            self.input_array(<Variable>gy)
        return 0

    cdef int entered(self, Variable v, object argument) except -1:
        found = self.results.get(id(argument))
        if found is not None:
            self.memory.put(v, <int>found[1])
        return 0

    cdef int given(self, Variable v, object x) except -1:
        self.results[id(x)] = (x, v)
        return 0

    cdef bint locate(self, object x) except -1:
        """Add x, a leaf of what the call returned, to the results; False if it is none of ours."""
        cdef Variable v
        cdef const Block* block
        found = self.results.get(id(x))
        if isinstance(x, Variable):
            v = <Variable>x
        elif found is not None and isinstance(found[1], Variable):
            v = <Variable>found[1]
        else:
            return False
        if v.storage is None:
            self.refused(f"{describe(v)} has no elements")
            return True
        block = self.block_of(v)
        self.draft.results.append((block.value, block.offset + (v.ptr - block.base),
                                   shape_of(v.layout),
                                   tuple([v.layout.strides[d] for d in range(v.layout.ndim)])))
        return True

    cdef bint gave(self):
        """Whether a transform has given numbers to Python."""
        for _, what in self.results.values():
            if isinstance(what, Variable):
                return True
        return False

    cdef Outside settle(self):
        """After the call, whose graph is gone: what is read anew, in the order of its bases.

        What nobody else can see was made in the call, and is a constant.
        """
        cdef Source of
        cdef Variable v
        cdef list anew = [], alive, doubtful = []
        cdef dict owners = {}           # of memory: how many Sources, and Variables of a graph
        self.rest()
        self.memory.drop_all()
        self.results = {}
        self.held = []
        born = {<size_t><PyObject*>(<Variable>x).storage for x in self.born.values()}
        self.born = {}
        self.all_stores = {key: None for key in self.all_stores}
        for item in self.outsides:
            of = <Source>item
            if of.grad_of is not None:
                self.draft.values[of.value].index = <int>len(anew)
                anew.append((of.grad_of, 0, True, self.source_of(of.grad_of)))
                continue
            seen = list({id(v): v for v in of.seen}.values())
            made_here = <size_t><PyObject*>of.storage in born
            of.seen = None
            alive = []
            seen.reverse()
            while seen:                             # the first that was seen comes last
                v = <Variable>seen.pop(0)
                # A graph may be kept, as that of a layer's state: what it alone holds is not seen.
                if Py_REFCNT(<PyObject*>v) > 1 + <Py_ssize_t>v.uses:
                    alive.append(v)
                elif v.uses > 0:
                    owners[<size_t><PyObject*>v.storage] = owners.get(
                        <size_t><PyObject*>v.storage, 0) + 1
                first = v
            v = <Variable>(alive[len(alive) - 1] if alive else first)
            # What the call has made of numbers is a constant, whoever may keep it.
            if ((made_here or not alive) and self.draft.values[of.value].constants is not NULL
                    and (is_nobodys(v.storage) if v.storage.size_class == FOREIGN else made_here)):
                self.draft.values[of.value].origin = CONSTANT
                continue
            if not alive and self.draft.values[of.value].origin == CONSTANT:
                doubtful.append(of)
                continue
            self.draft.values[of.value].origin = OUTSIDE
            self.draft.values[of.value].index = <int>len(anew)
            anew.append((v, of.base - v.ptr, False, self.source_of(v)))
        v = first = None
        seen = alive = None
        self.look_for_others(doubtful, owners)
        return outside_of(anew, self.settle_grads())

    cdef int look_for_others(self, list doubtful, dict owners) except -1:
        """No Variable has these Sources' memory any more; it is a constant if nothing else has."""
        cdef Source of
        for item in self.outsides:
            of = <Source>item
            owners[<size_t><PyObject*>of.storage] = owners.get(
                <size_t><PyObject*>of.storage, 0) + 1
        for item in doubtful:
            of = <Source>item
            if Py_REFCNT(<PyObject*>of.storage) > <Py_ssize_t>owners[
                    <size_t><PyObject*>of.storage]:
                self.refused("numbers of a variable that could not be told from a constant")
        return 0

    cdef tuple source_of(self, Variable v):
        """Where v stood before the call, if it was a layer's state; else None."""
        found = self.states_before.get(id(v))
        return None if found is None else found[:2]

    cdef list settle_grads(self):
        """After that: forget variables that nobody else sees; those that must have no gradient."""
        cdef Touched t
        cdef list without = []
        for t in self.grads.values():
            if Py_REFCNT(<PyObject*>t.x) == 1:
                t.x = None
                continue
            if t.x.creator_ is not None and t.x.grad_ is not None:
                self.refused(f"{describe(t.x)}, which is no leaf, keeps its gradient")
            t.source = self.source_of(t.x)
            if t.read and t.was_none:
                without.append((t.x if t.source is None else None, t.source))
            if t.source is not None:
                t.x = None
        self.grads = {}
        return without


def refuse_here(str why):
    """What this thread records, if it does, cannot be replayed, and why."""
    if mode().tape is not NULL:
        (<Tape>mode().tape).refused(why)


cdef bint is_nobodys(Storage storage) noexcept:
    """Whether foreign memory is that of an array which nothing else holds."""
    return (Py_REFCNT(storage.owner) == 1 and isinstance(<object>storage.owner, np.ndarray)
            and (<object>storage.owner).base is None)


cdef Py_ssize_t number_at(const Layout* layout, Py_ssize_t k) noexcept:
    """Where the k-th element stands, in C order."""
    cdef Py_ssize_t at = 0
    cdef int d
    for d in range(layout.ndim - 1, -1, -1):
        at += (k % layout.shape[d]) * (layout.strides[d] // <Py_ssize_t>sizeof(double))
        k //= layout.shape[d]
    return at
