"""Batch: a function called for many inputs at once, by the programs of its captures.

One call is captured, or replayed; its program runs for all (programs/batches.pyx). Those calls in
which Python would go another way are gathered, one of them is captured, and so on. What cannot be
captured is called once for each.
"""

cimport numpy as cnp
from libc.stdlib cimport free, malloc

import numpy as np

from cygrad.core.arrays cimport array_of, constant
from cygrad.core.backward cimport gradients
from cygrad.core.layout cimport shape_of
from cygrad.core.mode cimport Mode, mode
from cygrad.core.variable cimport Variable, filled_like
from cygrad.programs.batches cimport Batch, Numbers, batch_of
from cygrad.programs.lanes cimport numbers_made
from cygrad.programs.program cimport Program
from cygrad.transforms.capture cimport (
    AS_IT_WAS, Capture, LAST_INPUT, WHOLE, is_exact, same_form,
)
from cygrad.transforms.compile cimport Compiled
from cygrad.transforms.trace cimport (
    Trace, Transform, all_outputs, begin, close, plain_of, pruned, run,
)

from cygrad.programs.lanes import Unfit
from cygrad.transforms.structure import leaves, rebuild, template

cnp.import_array()

cdef enum:
    LANES = 256
    GOOD = 64               # lanes: more of them if they have room in the second-level cache
    FEWEST = 8
    LARGE = 12              # numbers that an instruction makes, from which lanes do not pay
    CACHE = 1 << 18         # numbers
    ROOM = 1 << 23          # numbers of the memory for all lanes, at most

cdef str EFFECTS = ("{f!r} does more than to give a result: it draws random numbers, or updates "
                    "what was there before; draw them outside and pass them with an axis, and "
                    "update outside")


def call_batch(Compiled compiled not None, places, list found not None, list mapped not None,
               Py_ssize_t n, list instead not None):
    """The results of n calls.

    found: the leaves of (args, kwargs), whose template is `places`; those that are mapped have an
    axis of n in front: arrays of float64, whose parts are given as Variables, or of other numbers.
    instead: pairs of a Variable that the function reads beside its arguments, and one whose numbers
    it has meanwhile. Returns the template of a result; of each of its leaves the numbers, with an
    axis of n in front where it is mapped; whether it is; the Variables beside the arguments that it
    depends on, or None if some calls were not captured, so that nobody knows.
    """
    cdef Mode* switches = mode()
    cdef Mode before = switches[0]
    cdef Gathering gathering = Gathering(compiled, places, found, mapped, n)
    switches.paused = 1
    switches.level = 0
    switches.repeated = 0
    switches.tape = NULL
    change_places(instead)
    try:
        gathering.gather()
    finally:
        change_places(instead)
        switches[0] = before
    return (gathering.form, gathering.numbers, gathering.of_each,
            None if gathering.eager else list(gathering.reads.values()))


def call_same(Compiled compiled not None, args, list mapped not None, Py_ssize_t n):
    """The results of n calls by the program that was replayed last; None, where it is not for all.

    args: with, in place of the leaves that are mapped, arrays of float64 with an axis of n in
    front. The last of the calls must have been made, before the results are trusted. Returns the
    arrays of the results, each with an axis of n in front, and the program.
    """
    cdef Capture capture
    cdef Gathering gathering
    cdef list everything = [list(args), {}]
    if not compiled.held or compiled.stays_eager:
        return None
    capture = <Capture>compiled.held[0]
    gathering = Gathering(compiled, template(everything), leaves(everything), mapped, n)
    if (capture.effects or capture.draws or capture.ends is not None
            or not gathering.has_form_of(capture)
            or not capture.fits(tuple(gathering.parts(n - 1)))):
        return None
    results, of_each, gone = gathering.run_program(capture)
    if gone.any() or compiled.held[0] is not capture or "trusted" not in capture.batches:
        return None
    compiled.replays += n
    return [x if each else np.broadcast_to(x, (n, *x.shape))
            for x, each in zip(results, of_each)], capture.program


cdef int change_places(list pairs) except -1:
    """The Variables of each pair have each other's memory."""
    cdef Variable a, b
    for pair in pairs:
        a, b = <Variable>pair[0], <Variable>pair[1]
        a.ptr, b.ptr = b.ptr, a.ptr
        a.layout, b.layout = b.layout, a.layout
        a.storage, b.storage = b.storage, a.storage
    return 0


cdef class Gathering:
    """The calls that are left, and the results of the others."""
    cdef Compiled compiled
    cdef object places
    cdef list found, mapped
    cdef Py_ssize_t n
    cdef object left                # indices
    cdef object form                # the template of the result
    cdef list numbers, of_each      # None at first
    cdef dict reads                 # Variables by identity
    cdef bint eager                 # some calls were not captured

    def __init__(self, Compiled compiled, places, list found, list mapped, Py_ssize_t n):
        self.compiled = compiled
        self.places = places
        self.found = found
        self.mapped = mapped
        self.n = n
        self.left = np.arange(n)
        self.reads = {}

    cdef list arguments(self, Py_ssize_t k):
        """Of one call: args and kwargs."""
        return rebuild(self.places, self.parts(k))

    cdef list parts(self, Py_ssize_t k):
        """The leaves of these."""
        return [part_of(x, k) if each else x for x, each in zip(self.found, self.mapped)]

    cdef int gather(self) except -1:
        cdef Capture capture
        cdef list tried = []
        while len(self.left):
            if self.compiled.stays_eager:
                self.call_all()
                return 0
            first, result = self.left[0], None
            capture = self.kept(first, tried)
            if capture is None:
                result, capture = self.one(first)
            if capture is None:
                self.eager = True
                self.keep_one(first, result)
                continue
            results, of_each, gone = self.run_program(capture)
            if self.compiled.stays_eager:       # what it gave to the program is not to be trusted
                continue
            self.note(capture)
            if gone[0] and result is None:      # it is for others
                tried.append(capture)
            else:
                tried = []
            if gone.any():
                results = [x[~gone] if each else x for x, each in zip(results, of_each)]
            self.keep(self.left[~gone], capture.result, results, of_each)
            self.left = self.left[gone]
            if gone[0] and result is not None:  # the program is not what it was captured for
                self.keep_one(first, result)
        return 0

    cdef int call_all(self) except -1:
        """What is left, one after the other."""
        self.eager = True
        for k in self.left:
            args, kwargs = self.arguments(k)
            result = self.compiled.function(*args, **kwargs)
            parts = leaves(result)
            self.keep([k], template(result), parts, [False] * len(parts))
        return 0

    cdef int keep_one(self, Py_ssize_t first, object result) except -1:
        cdef list parts = leaves(result)
        self.keep([first], template(result), parts, [False] * len(parts))
        self.left = self.left[self.left != first]
        return 0

    cdef bint has_form_of(self, Capture capture) except -1:
        """Whether the arguments have the structure; None is that of plain ones, by position."""
        if capture.places is None:
            return not self.places[1] and all([type(place) is int for place in self.places[0]])
        return same_form(capture.places, self.places)

    cdef Capture kept(self, Py_ssize_t first, list tried):
        """A capture that may be for this call, and whose results were found right."""
        cdef Capture capture
        cdef list found = None
        for c in self.compiled.held:
            capture = <Capture>c
            if (capture.batches is None or "trusted" not in capture.batches or capture in tried
                    or not self.has_form_of(capture)):
                continue
            if found is None:
                found = self.parts(first)
            if capture.fits(tuple(found)):
                self.compiled.replays += 1
                return capture
        return None

    cdef tuple one(self, Py_ssize_t k):
        """A call, and the Capture that it was replayed by, or that it has made; or None."""
        cdef Compiled compiled = self.compiled
        cdef Capture capture
        cdef Py_ssize_t before = compiled.captures + compiled.replays
        args, kwargs = self.arguments(k)
        result = compiled(*args, **kwargs)
        if (compiled.stays_eager or not compiled.held
                or compiled.captures + compiled.replays == before):
            return result, None
        capture = <Capture>compiled.held[0]
        if capture.effects or capture.draws or capture.ends is not None:
            raise TypeError("vmap: " + EFFECTS.format(f=compiled.function))
        # Another thread, or the function itself, may have called the compiled one meanwhile.
        if not (self.has_form_of(capture)
                and capture.fits(tuple(self.parts(k)))):
            return result, None
        return result, capture

    cdef int note(self, Capture capture) except -1:
        for v in capture.outside.variables:
            if v is not None:
                self.reads[id(v)] = v
        return 0

    # ---- The program --------------------------------------------------------------------------

    cdef tuple run_program(self, Capture capture):
        """The numbers of the result for the calls that are left; and which go another way."""
        cdef Py_ssize_t n = len(self.left)
        cdef cnp.ndarray gone = self.other_keys(capture)
        cdef list inputs = [], mapped = [], results
        cdef int k
        cdef bint all_of_them = n == self.n
        for k in range(capture.n_leaves):
            if capture.kinds[k] <= LAST_INPUT:
                x = self.found[k]
                x = np.asarray(numbers_of(x), dtype=np.float64)
                if self.mapped[k] and len(x) != self.n:
                    raise ValueError(f"vmap: an array of the shape {x.shape} for {self.n} calls")
                if self.mapped[k] and not all_of_them:
                    x = x[self.left]
                inputs.append(np.ascontiguousarray(x))
                mapped.append(bool(self.mapped[k]))
        results, of_each = run_all(capture, inputs, mapped, n, gone)
        self.compare(capture, results, of_each, gone)
        return ([capture.constants[k] if capture.ways[k] == AS_IT_WAS
                 else results[capture.constants[k]] for k in range(capture.n_results)],
                [capture.ways[k] != AS_IT_WAS and of_each[capture.constants[k]]
                 for k in range(capture.n_results)], gone.astype(bool))

    cdef cnp.ndarray other_keys(self, Capture capture):
        """Which calls have another value than the first where it is part of the key."""
        cdef Py_ssize_t n = len(self.left)
        cdef int k
        gone = np.zeros(n, np.uint8)
        for k in range(capture.n_leaves):
            if not self.mapped[k]:
                continue
            if capture.kinds[k] > LAST_INPUT or k in capture.keyed:
                x = self.found[k][self.left].reshape(n, -1)
                gone |= (x != x[0]).any(axis=1)
            elif capture.kinds[k] == WHOLE and not is_exact(self.found[k]):
                x = self.found[k][self.left].reshape(n, -1)
                gone |= [not is_exact(part) for part in x]
        return gone

    cdef int compare(self, Capture capture, list results, list of_each, cnp.ndarray gone) except -1:
        """The last of the calls, before they are trusted, with what the function itself gives."""
        cdef int k
        if "trusted" in capture.batches:
            return 0
        there = np.flatnonzero(gone == 0)
        if len(there) < 2:
            return 0
        at = there[len(there) - 1]
        result, other = self.one(self.left[at])
        if other is not capture:
            return 0
        for k, x in enumerate(leaves(result)):
            if capture.ways[k] == AS_IT_WAS:
                continue
            y = results[capture.constants[k]]
            y = y[at] if of_each[capture.constants[k]] else y
            if not alike(plain(x), y):
                raise RuntimeError(
                    f"vmap: {self.compiled.function!r} gives other numbers when it is called for "
                    f"one element of the batch, {plain(x)} instead of {y}; please report it, and "
                    "use a loop until then")
        capture.batches["trusted"] = None
        return 0

    # ---- Results ------------------------------------------------------------------------------

    cdef int keep(self, calls, form, list values, list of_each) except -1:
        """values: of each leaf the numbers; `of_each`: of these calls, one after the other."""
        cdef int k
        cdef bint first = self.numbers is None, all_of_them = len(calls) == self.n
        if len(calls) == 0:
            return 0
        if not values:
            raise TypeError(f"vmap: {self.compiled.function!r} gives nothing; if it gives the .grad"
                            " of an argument, use cg.grad: its arguments require no gradient")
        if first:
            self.form = form
            self.numbers = [None] * len(values)
            self.of_each = [False] * len(values)
        elif not same_form(self.form, form):
            raise ValueError(f"vmap: {self.compiled.function!r} gives results of different "
                             "structures for different elements of the batch")
        for k, (x, each) in enumerate(zip(values, of_each)):
            x = plain(x)
            if first and (not each or all_of_them):
                self.of_each[k] = each or not all_of_them
                if all_of_them:
                    self.numbers[k] = x
                    continue
            shape = x.shape[1:] if each else x.shape
            if first:
                self.of_each[k] = True
                self.numbers[k] = np.empty((self.n, *shape), x.dtype)
            elif shape != self.numbers[k].shape[1:]:
                raise ValueError(f"vmap: {self.compiled.function!r} gives arrays of the shapes "
                                 f"{self.numbers[k].shape[1:]} and {shape} for different elements "
                                 "of the batch")
            elif x.dtype != self.numbers[k].dtype:
                self.numbers[k] = self.numbers[k].astype(np.result_type(x, self.numbers[k]))
            self.numbers[k][calls] = x      # each at its place
        return 0


cdef object part_of(object x, Py_ssize_t k):
    """One call's part: a Variable, of numbers of its own; an array of integers or bools."""
    if x.dtype == np.float64:
        return constant(np.array(x[k]), "vmap")
    return np.array(x[k])


cdef object plain(object x):
    """A leaf of a result as an array."""
    x = np.asarray(numbers_of(x))
    if x.dtype.kind not in "biuf":
        raise TypeError(f"vmap: a result has something of {x.dtype} in it; a function under vmap "
                        "gives Variables, arrays and numbers")
    return x


cdef bint alike(object x, object y) except -1:
    """To rounding: BLAS's bits depend on where in memory its matrices are."""
    with np.errstate(all="ignore"):
        size = np.max(np.abs(x), initial=0.0, where=np.isfinite(x))
        return x.shape == y.shape and np.allclose(x, y, 1e-9, 1e-9 * size, equal_nan=True)


# ---- A program for all ---------------------------------------------------------------------------

cdef tuple run_all(Capture capture, list inputs, list mapped, Py_ssize_t n, cnp.ndarray gone):
    """Of each result of the program its numbers, and whether each call has its own."""
    cdef Batch batch = the_batch(capture, mapped, lanes_for(capture.program, n))
    cdef Batch rest
    cdef double** bases
    cdef Py_ssize_t most = n - n % batch.lanes
    cdef list results = [], of_each = []
    cdef Numbers x
    cdef int k
    if n - most > batch.lanes // 2:
        most = n
    for k in range(batch.n_results):
        shape = shape_of(batch.results[k].target)
        of_each.append(bool(batch.results[k].mapped))
        results.append(np.empty((n, *shape) if batch.results[k].mapped else shape))
    x.stopped = False
    x.gone = <unsigned char*>cnp.PyArray_DATA(gone)
    x.inputs = <const double**>malloc((len(inputs) + 1) * sizeof(double*))
    x.results = <double**>malloc((len(results) + 1) * sizeof(double*))
    bases = <double**>malloc((capture.outside.count + 1) * sizeof(double*))
    try:
        if x.inputs is NULL or x.results is NULL or bases is NULL:
            raise MemoryError()
        for k in range(len(inputs)):
            x.inputs[k] = <const double*>cnp.PyArray_DATA(<cnp.ndarray>inputs[k])
        for k in range(len(results)):
            x.results[k] = <double*>cnp.PyArray_DATA(<cnp.ndarray>results[k])
        if not capture.outside.fits():
            raise RuntimeError(f"vmap: {capture.outside.misfit()}")
        capture.outside.resolve(bases)
        _held = capture.outside.hold()
        batch.run_cut(&x, 0, most, capture.outside.count, bases)
        if most < n:
            rest = the_batch(capture, mapped, lanes_for(capture.program, n - most))
            rest.run_cut(&x, most, n, capture.outside.count, bases)
    finally:
        free(x.inputs)
        free(x.results)
        free(bases)
    return results, of_each


cdef Batch the_batch(Capture capture, list mapped, int lanes):
    """Made once. Where there are no lanes, calls go one after the other."""
    if capture.batches is None:
        capture.batches = {}
    key = (lanes, tuple(mapped))
    batch = capture.batches.get(key)
    if batch is None:
        try:
            batch = batch_of(capture.program, mapped, lanes)
        except Unfit:
            batch = batch_of(capture.program, mapped, 1)
        capture.batches[key] = batch
    return <Batch>batch


cdef int lanes_for(Program p, Py_ssize_t n) except -1:
    """How many calls may stand side by side: 1, if that does not pay."""
    cdef int lanes = LANES
    if n < FEWEST // 2 or p.calls or numbers_made(p.draft) > LARGE:
        return 1
    while lanes > FEWEST and (lanes // 2 >= n or p.arena_size * lanes > (
            CACHE if lanes > GOOD else ROOM)):
        lanes //= 2
    return lanes if p.arena_size * lanes <= ROOM else 1


# ---- What flows back -----------------------------------------------------------------------------

def pull_back(f, tuple xs not None, list reads not None, list seeds not None):
    """The gradients of f(*xs), a list of Variables, times the seeds: of xs, then of the Variables
    that f reads beside them."""
    # A transform needs something to differentiate by.
    cdef Trace t = begin("vmap", f if xs else lambda x: f(), None, xs or (0.0,), None, False, False)
    cdef list ends, found
    try:
        ends = t.ends + reads
        # A pass around this one may stop at the same Variables; it goes on as if nothing had been.
        before = [((<Variable>v).index, (<Variable>v).requires) for v in reads]
        for v in reads:
            (<Variable>v).requires = True
        try:
            found = gradients(all_outputs(t, run(t)), seeds, ends, t.differentiable)
        finally:
            for v, (index, requires) in zip(reads, before):
                (<Variable>v).index = index
                (<Variable>v).requires = <int>requires
    finally:
        close(t)
    return [filled_like(<Variable>x, 0.0) if g is None else pruned(t, <Variable>g)
            for x, g in zip(ends, found)][not xs:]


def numbers_of(x):
    """A Variable's array, without a question that a capture would note; anything else itself."""
    return array_of(<Variable>x) if isinstance(x, Variable) else x


def as_array(Variable v not None):
    """Its array; a capture is told that Python has it."""
    return plain_of(v, False)


def is_inside():
    """Whether this is inside a transform's function."""
    return mode().level > 0


def is_transform(function):
    return isinstance(function, Transform)


def is_captured():
    return mode().tape is not NULL
