"""Replayed: the Function of what a compiled function gives, where gradients flow back through that.

The program of such a call runs up to a pause, where the results are there, and keeps its arena.
When gradients come, they are put into the arena, and it goes on: that is the backward pass. The
function is called again, as checkpoint.pyx does, where a graph of the gradients is wanted; and
where others add to the gradients of what it was called with, which eager does in an order of its
own.
"""

cimport cython

import numpy as np

from cygrad.core.arrays cimport array_of, constant
from cygrad.core.backward cimport Recompute, gradients
from cygrad.core.changes cimport age_of
from cygrad.core.function cimport Function, RECORDED, input_of
from cygrad.core.layout cimport same_shape
from cygrad.core.mode cimport Mode, mode
from cygrad.core.repetition cimport Repetition
from cygrad.core.storage cimport writes
from cygrad.core.variable cimport Variable, own_contiguous
from cygrad.transforms.capture cimport AS_RESULT, Capture, put
from cygrad.transforms.checkpoint cimport connected

from cygrad.transforms.structure import leaves


@cython.no_gc_clear
cdef class Run:
    """A Run: see replayed.pxd."""

    cdef list outputs(self, tuple found):
        cdef Capture capture = self.capture
        cdef Replayed f = <Replayed>Replayed.__new__(Replayed)
        cdef tuple inputs
        cdef list results = [], given = [None] * capture.n_results
        cdef unsigned int age = 0
        cdef int generation = 0, k
        inputs = tuple([x if isinstance(x, Variable) else found[x] for x in capture.ends])
        for x in inputs:
            generation = max(generation, (<Variable>x).generation_)
            age = max(age, age_of(<Variable>x, writes))
        f.run = self
        f.again = self
        f.generation_ = self.generation = generation + capture.depth
        for k in range(capture.n_results):
            if capture.results[k].way == AS_RESULT:
                results.append(capture.give(k, self.bases, None))
        self.drawn = [capture.give(capture.n_results + capture.n_ends + k, self.bases, None)
                      for k in range(len(capture.drawn_at))]
        results = connected(f, inputs, results, age)
        results.reverse()
        for k in range(capture.n_results):
            if capture.results[k].way == AS_RESULT:
                given[k] = results.pop()
        return given

    cdef list pulled(self, list gys):
        cdef Capture capture = self.capture
        cdef list found = []
        cdef int k
        for k in range(len(gys)):
            if gys[k] is None or not same_shape((<Variable>gys[k]).layout, capture.targets[k]):
                return None
        # What the pause left may be overwritten by now; but nothing is drawn or stored twice.
        if self.went_on and (self.drawn or capture.stores
                             or not self.program.run(self.arena, self.bases)):
            return None
        self.went_on = True
        for k in range(len(gys)):
            put(gys[k], self.arena + capture.slots[capture.n_inputs + k])
        self.program.go_on(self.bases)
        for k in range(capture.n_results, capture.n_results + capture.n_ends):
            found.append(capture.give(k, self.bases, None))
        return found

    def __call__(self):
        """The results anew, with the graph that eager makes."""
        cdef Mode* switches = mode()
        cdef Mode before = switches[0]
        if self.capture is None:
            raise TypeError("Run: only compile makes these")
        switches.paused = False
        switches.testing = self.capture.testing
        switches.repeated = True
        try:
            if self.drawn:
                with Redrawing(self.drawn):
                    result = self.call_again()
            else:
                result = self.call_again()
        finally:
            switches[0] = before
        found = leaves(result)
        results = [found[k] for k in range(min(len(found), self.capture.n_results))
                   if self.capture.results[k].way == AS_RESULT]
        for y in results:
            if not isinstance(y, Variable) or (<Variable>y).generation_ > self.generation:
                raise RuntimeError(
                    f"compile: {self.function!r}, called again in the backward pass, returned "
                    "something else, or used a result that was computed after the first call")
        if not self.gave(results):
            raise RuntimeError(
                f"compile: {self.function!r} returned other numbers when it was called again in "
                "the backward pass; nothing that it reads may change before that")
        return results

    cdef object call_again(self):
        """The function's result; what it changes in place is put back."""
        cdef Repetition repetition
        if not self.capture.stores:
            return self.function(*self.args, **self.kwargs)
        repetition = <Repetition>Repetition.__new__(Repetition)
        try:
            return repetition.first(self.function, self.args, self.kwargs)
        finally:
            repetition.put_back()

    cdef bint gave(self, list results) except -1:
        """Whether these are the numbers that the program has given."""
        cdef Variable v, expected
        cdef int k, n = 0
        for k in range(self.capture.n_results):
            if self.capture.results[k].way != AS_RESULT:
                continue
            if n >= len(results):
                return False
            v = own_contiguous(<Variable>results[n])
            expected = self.capture.give(k, self.bases, None)
            if (not same_shape(v.layout, expected.layout)
                    or not same_numbers(array_of(v), array_of(expected))):
                return False
            n += 1
        return True


cdef class Redrawing(Tape):
    """Redrawing(drawn)\n--\n
    A context manager: what is drawn inside are these numbers."""

    def __init__(self, list drawn not None):
        self.numbers = drawn[::-1]

    cdef int made(self, Function f, tuple ys) except -1:
        return 0

    cdef int looked(self, Variable v, str what) except -1:
        return 0

    cdef Variable drawn(self, object fill, object rng):
        if not self.numbers:
            raise RuntimeError("compile: more random numbers are drawn when the function is called "
                               "again in the backward pass than in the first call")
        return constant(array_of(<Variable>self.numbers.pop()).copy(), "compile")


cdef bint same_numbers(object a, object b) except -1:
    """To the bit, but that a nan is a nan."""
    return bool(np.all((a.view(np.int64) == b.view(np.int64)) | (np.isnan(a) & np.isnan(b))))


@cython.no_gc_clear
cdef class Replayed(Recompute):

    cdef list pulled(self, list gys):
        cdef Variable x
        cdef int i
        for i in range(self.n_inputs):      # what adds up elsewhere, too, or is there, is eager's
            x = input_of(self, i)
            if x.uses > 1 or (x.creator_ is None and x.grad_ is not None):
                return None
        return self.run.pulled(gys)


cdef list beginnings(list results, dict arguments):
    cdef list found = [], waiting = list(results)
    cdef set met = set()
    cdef Variable v
    cdef Function f
    cdef int i
    while waiting:
        v = <Variable>waiting.pop()
        if id(v) in met or not v.requires:
            continue
        met.add(id(v))
        f = v.creator_
        if f is None or not f.seen & RECORDED or id(v) in arguments:
            found.append(v)
            continue
        for i in range(f.n_inputs):
            waiting.append(input_of(f, i))
    return found


cdef list gradients_of(list results, list seeds, list ends):
    cdef list indices = [(<Variable>x).index for x in ends]
    try:
        return gradients(results, seeds, ends, False)
    finally:
        for x, index in zip(ends, indices):
            (<Variable>x).index = index


cdef Variable seed_like(Variable y):
    shape = array_of(y).shape
    return constant(np.linspace(0.5, 1.75, max(y.layout.size, 1))[:y.layout.size].reshape(shape),
                    "compile")


cdef Run run_of(object function, tuple args, dict kwargs):
    cdef Run run = <Run>Run.__new__(Run)
    run.function = function
    run.args = args
    run.kwargs = kwargs
    return run
