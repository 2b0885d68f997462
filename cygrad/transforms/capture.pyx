"""Capture: one program of a compiled function, with when it holds, and how it is replayed.

What a call is given is put into the program's arena; the program runs; what the call gives is taken
out of it, in the structure that the function gave.
"""

import numpy as np

cimport cython
cimport numpy as cnp
from cpython.float cimport (
    PyFloat_AS_DOUBLE, PyFloat_AsDouble, PyFloat_Check, PyFloat_CheckExact, PyFloat_FromDouble,
)
from cpython.long cimport PyLong_Check
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memcpy

from cygrad.core.arrays cimport array_of, constant
from cygrad.core.function cimport Function, Op, connect
from cygrad.core.layout cimport (
    Layout, MAX_NDIM, contiguous_layout, release, same_shape, shape_of, share, strided_layout,
)
from cygrad.core.mode cimport Mode, mode
from cygrad.core.storage cimport Storage
from cygrad.core.variable cimport Variable, detached, empty, own_contiguous
from cygrad.functions.operation cimport operation
from cygrad.kernels.elementwise cimport copy_strided
from cygrad.programs.bases cimport BASES
from cygrad.programs.building cimport build
from cygrad.programs.calls cimport Effect
from cygrad.transforms.watches cimport Watch, is_plain, same_value, was, watch_of

from cygrad.transforms.structure import leaves, map_leaves

cnp.import_array()

MISSING = object()


cdef Variable vjp_replayed(Function f, Variable gy, int i):
    raise RuntimeError("Variable.backward: this result was replayed by a compiled function, whose "
                       "call runs backward itself; it has no graph any more. Run all that is to "
                       "flow back inside the function")

cdef Op REPLAYED = operation(b"Replayed", vjp_replayed)

cdef Variable ROOT = constant(0.0, "compile")
ROOT.requires = True

cdef Variable spent(Variable numbers):
    """A result whose graph the call has run backward through: the same numbers, without it."""
    cdef Variable y = detached(numbers)
    connect(&REPLAYED, y, ROOT, None)
    return y


@cython.no_gc_clear             # the program is needed to the end
cdef class Call:
    """A Call: see capture.pxd."""

    def __dealloc__(self):
        if self.arena is not NULL:
            self.program.give_arena(self.arena)
        free(self.bases)

    cdef int keep(self, Capture capture, double* arena, double** bases) except -1:
        cdef size_t nbytes = (capture.outside.count + 1) * sizeof(double*)
        self.bases = <double**>malloc(nbytes)
        if self.bases is NULL:
            raise MemoryError()
        memcpy(self.bases, bases, nbytes)
        self.held = capture.outside.hold()
        self.capture = capture
        self.program = capture.program
        self.arena = arena
        return 0

    cdef list outputs(self, tuple found):
        raise NotImplementedError


cdef class Capture:
    """One program, and when it holds."""
    def __dealloc__(self):
        cdef int k
        if self.results is not NULL:
            for k in range(self.n_all):
                if self.results[k].source is not NULL:
                    release(self.results[k].source)
                    release(self.results[k].target)
        if self.shapes is not NULL:
            for k in range(self.n_leaves):
                if self.shapes[k] is not NULL:
                    release(self.shapes[k])
        free(self.kinds)
        free(self.required)
        free(self.targets)
        free(self.shapes)
        free(self.slots)
        free(self.first)
        free(self.unshown)
        free(self.results)

    cdef int complete(self, Recorder recorder, list kinds, tuple found) except -1:
        """From what has been recorded; found: the arguments' leaves."""
        self.stores = len(recorder.all_stores) > 0 or recorder.states_kept
        self.effects = recorder.acts or self.stores
        self.keyed = recorder.looked_at
        self.draws = [draw for draw, _, _ in recorder.draws]
        self.asks_late = recorder.asks_late
        self.reads_late = recorder.reads_late
        self.compose(recorder, kinds)
        self.where = recorder.where
        self.settle(kinds)
        self.program.shapes = self.shapes_of_inputs()
        self.remember(found)
        return self.loosen()

    cdef int loosen(self) except -1:
        """Objects by which it is known, and those that it updates, may go: it ends with them."""
        cdef int k
        for k in range(self.n_leaves):
            if self.kinds[k] == SAME:
                self.keys[k] = watch_of(self.keys[k], self.lives)
        for w in self.watches:
            (<Watch>w).loosen(self.lives)
        for call in self.program.draft.calls:
            if isinstance(call, Effect):
                (<Effect>call).loosen(self.lives)
        return 0

    cdef list shapes_of_inputs(self):
        """In the program's order: leaves of the arguments, then what flows to results."""
        cdef int k
        return ([shape_of(self.shapes[k]) if self.shapes[k] is not NULL else ()
                 for k in range(self.n_leaves) if self.kinds[k] <= LAST_INPUT]
                + [shape_of(self.targets[k]) for k in range(self.ways.count(AS_RESULT))])

    cdef int compose(self, Recorder recorder, list kinds) except -1:
        """Make the program, and say what it may read and compute where the caller has it."""
        cdef list arrays, given
        cdef int k, base
        # Where gradients flow back, the numbers are needed when they may be other ones by now; an
        # effect may write to the memory of an argument.
        arrays = [not self.effects and self.ends is None and kind in (ARRAY, VARIABLE)
                  for kind in kinds if kind <= LAST_INPUT]
        given = [k for k in range(len(self.ways))
                 if self.ends is None and self.ways[k] in (AS_ARRAY, AS_VARIABLE, AS_SPENT)]
        self.program = build(recorder.draft, self.outside,
                             arrays + [False] * self.ways.count(AS_RESULT),
                             [self.constants[k] for k in given])
        self.direct = []
        met = set(range(self.outside.count + 1)) | {base for base, _ in self.program.inputs}
        for k in given:
            base = self.program.results[self.constants[k]][0]
            if base not in met:
                met.add(base)
                self.direct.append(k)
        self.n_direct = <int>len(self.direct)
        return 0

    cdef int settle(self, list kinds) except -1:
        """The program is there: make ready for replays."""
        cdef Result* r
        cdef int k, all_inputs = <int>len(self.program.inputs), n_targets = 0
        self.n_leaves = <int>len(kinds)
        self.n_results = <int>len(self.ways)
        self.n_ends = 0 if self.ends is None else <int>len(self.ends)
        self.n_all = self.n_results + self.n_ends + <int>len(self.drawn_at)
        self.n_inputs = all_inputs - self.ways.count(AS_RESULT)
        self.kinds = <unsigned char*>calloc(self.n_leaves + 1, 1)
        self.required = <bint*>calloc(self.n_leaves + 1, sizeof(bint))
        self.slots = <Py_ssize_t*>calloc(all_inputs + 1, sizeof(Py_ssize_t))
        self.results = <Result*>calloc(self.n_all + 1, sizeof(Result))
        self.targets = <Layout**>calloc(self.n_results + 1, sizeof(Layout*))
        self.shapes = <Layout**>calloc(self.n_leaves + 1, sizeof(Layout*))
        if (self.kinds is NULL or self.shapes is NULL or self.slots is NULL
                or self.required is NULL or self.targets is NULL or self.results is NULL):
            self.n_all = 0
            raise MemoryError()
        for k in range(self.n_leaves):
            self.kinds[k] = kinds[k]
            if self.kinds[k] == WHOLE:
                self.shapes[k] = share((<Variable>self.keys[k][0]).layout)
                self.keys[k] = self.keys[k][1]
            elif self.kinds[k] == ARRAY or self.kinds[k] == VARIABLE:
                self.shapes[k] = share((<Variable>self.keys[k]).layout)
                self.required[k] = self.kinds[k] == VARIABLE and requires(<Variable>self.keys[k])
                self.keys[k] = None     # not its numbers, too
        for k in range(all_inputs):
            base, offset = self.program.inputs[k]
            self.slots[k] = -base if base else offset
            self.lends |= base != 0
        for k in range(self.n_results):
            r = &self.results[k]
            r.way = self.ways[k]
            if r.way != AS_IT_WAS:
                self.place(r, self.constants[k])
            if r.way == AS_RESULT:
                self.targets[n_targets] = r.target
                n_targets += 1
        for k in range(self.n_ends):
            r = &self.results[self.n_results + k]
            r.way = AS_VARIABLE if self.pulls[k] >= 0 else AS_IT_WAS
            if self.pulls[k] >= 0:
                self.place(r, self.pulls[k])
        for k in range(len(self.drawn_at)):
            r = &self.results[self.n_results + self.n_ends + k]
            r.way = AS_VARIABLE
            self.place(r, self.drawn_at[k])
        return 0

    cdef int place(self, Result* r, int number) except -1:
        """Where a result of the program stands."""
        cdef Py_ssize_t dims[MAX_NDIM]
        cdef Py_ssize_t steps[MAX_NDIM]
        cdef int d
        base, offset, shape, strides = self.program.results[number]
        r.base = base
        r.offset = offset
        for d in range(len(shape)):
            dims[d] = shape[d]
            steps[d] = strides[d]
        r.source = strided_layout(<int>len(shape), dims, steps)
        r.target = contiguous_layout(<int>len(shape), dims)
        return 0

    cdef bint fits(self, tuple found) except -1:
        cdef Mode* switches = mode()
        cdef object x, key
        cdef int k, kind
        if (self.paused != (switches.paused != 0) or self.testing != (switches.testing != 0)
                or len(found) != self.n_leaves or self.lives.over):
            return False
        for k in range(self.n_leaves):
            kind = self.kinds[k]
            x = found[k]
            key = self.keys[k]
            if kind == NUMBER:
                if not (PyFloat_CheckExact(x) or is_number_too(x)):
                    return False
            elif kind == ARRAY:
                if not (cnp.PyArray_CheckExact(x) and is_float64(x)
                        and has_shape(<cnp.ndarray>x, self.shapes[k])):
                    return False
                if self.reads_late and isinstance(x.base, Storage):
                    return False        # a Variable's, which the effect may write to
            elif kind == VARIABLE:
                if not (isinstance(x, Variable) and requires(<Variable>x) == self.required[k]
                        and same_shape((<Variable>x).layout, self.shapes[k])):
                    return False
            elif kind == WHOLE:
                if not (cnp.PyArray_CheckExact(x) and has_shape(<cnp.ndarray>x, self.shapes[k])
                        and cnp.PyArray_TYPE(<cnp.ndarray>x) == <int>(<tuple>key)[0]
                        and is_exact(x) and (k not in self.keyed or key_of(x) == key)):
                    return False
            elif kind == FLOAT:
                if type(x) is not key:
                    return False
            elif kind == EQUAL:
                if not same_value(x, key):
                    return False
            elif kind == SAME:
                if not was(<Watch>key, x):
                    return False
            elif not (cnp.PyArray_CheckExact(x) and key_of(x) == key):
                return False
        for w in self.watches:
            if not (<Watch>w).holds():
                return False
        return self.outside.fits()

    cdef object replay(self, tuple found, Call call, bint* differs):
        """The result, or MISSING where a guard does not hold; `differs`: it is to be compared.

        What has effects is proved before, and MISSING where it is not yet. Where `differs` is set
        already, the run itself is a trial, whose draws and effects are taken back (compile.pyx).
        """
        cdef double* bases[BASES]
        cdef bint comparing = differs[0]
        cdef double* arena = self.program.take_arena()
        cdef double* numbers
        cdef Py_ssize_t n, at = 0
        cdef bint mine = True
        cdef int k, i = 0
        cdef list lent = [] if self.lends else None, outputs = None
        try:
            for k in range(self.n_leaves):
                if self.kinds[k] > LAST_INPUT:
                    continue
                if self.slots[i] >= 0:
                    numbers = arena + self.slots[i]
                    n = put(found[k], numbers)
                else:
                    numbers = bases[-self.slots[i]] = lend(found[k], lent)
                    n = self.shapes[k].size
                if self.n_unshown > 0:
                    differs[0] |= self.unshown[i] and memcmp(
                        self.first + at, numbers, n * sizeof(double)) != 0
                    at += n
                i += 1
            if self.effects and not comparing and (differs[0] or not self.proved):
                return MISSING
            if self.draws and differs[0] and not comparing:
                return MISSING
            states = states_of(self.draws) if self.asks_late else None
            self.outside.resolve(bases)
            if self.program.is_long or self.effects:    # another thread may assign .data meanwhile
                _held = self.outside.hold()
            if self.n_direct > 0:
                outputs = self.new_results(bases)
            if not self.program.run(arena, bases):
                if states is not None:
                    put_back(states)
                return MISSING
            if self.ends is None:
                return self.assembled(self.result, bases, outputs)
            call.keep(self, arena, bases)
            mine = False
            return self.assembled(self.result, bases, call.outputs(found))
        finally:
            if mine:
                self.program.give_arena(arena)

    cdef list new_results(self, double** bases):
        """The arrays in which results are computed, each at its place among the leaves."""
        cdef list outputs = [None] * self.n_results
        cdef Variable v
        cdef int k
        for k in self.direct:
            v = empty(self.results[k].target)
            bases[self.results[k].base] = v.ptr
            outputs[k] = as_given(v, self.results[k].way)
        return outputs

    cdef object assembled(self, object form, double** bases, list outputs):
        """The result, or a part of it, in the form of its template. outputs: what is there."""
        if type(form) is int:
            return self.give(form, bases, outputs)
        if type(form) is tuple:
            return tuple([self.assembled(part, bases, outputs) for part in <tuple>form])
        if type(form) is list:
            return [self.assembled(part, bases, outputs) for part in <list>form]
        if type(form) is dict:
            return {key: self.assembled(part, bases, outputs)
                    for key, part in (<dict>form).items()}
        return None if form is None else self.rebuilt(form, bases, outputs)

    cdef object rebuilt(self, object form, double** bases, list outputs):
        """The same of named tuples and what else derives from tuple, list and dict."""
        cdef list numbers = leaves(form)
        cdef dict given = {k: self.give(k, bases, outputs) for k in numbers}
        return map_leaves(given.__getitem__, form)

    cdef object give(self, int k, double** bases, list outputs):
        """A leaf of the result, in memory of its own; or one of the outputs."""
        cdef const Result* r = &self.results[k]
        cdef const double* source
        cdef Variable v
        if outputs is not None and outputs[k] is not None:
            return outputs[k]
        if r.way == AS_IT_WAS:
            if k >= self.n_results:
                return None
            x = self.constants[k]
            return x.copy() if isinstance(x, np.ndarray) else x
        source = bases[r.base] + r.offset
        if r.way == AS_NUMBER:
            return PyFloat_FromDouble(source[0])
        if r.way == AS_SCALAR:
            return np.float64(source[0])
        v = empty(r.target)
        if r.source.contiguous:
            memcpy(v.ptr, source, r.target.size * sizeof(double))
        else:
            copy_strided(source, r.source.strides, v.ptr, r.target.strides, r.target.ndim,
                         r.target.shape)
        return as_given(v, r.way)

    cdef tuple meaning(self, dict table):
        return self.program.draft.meaning(self.outside.names(), table)

    cdef int show(self, tuple found) except -1:
        """Replays with these inputs have been found right: those that are other ones are shown."""
        cdef Py_ssize_t at = 0, n
        cdef int k, i = 0
        for k in range(self.n_leaves):
            if self.kinds[k] <= LAST_INPUT:
                numbers = np.ascontiguousarray(numbers_in(found[k]))
                n = cnp.PyArray_SIZE(<cnp.ndarray>numbers)
                if self.unshown[i] and memcmp(self.first + at, cnp.PyArray_DATA(
                        <cnp.ndarray>numbers), n * sizeof(double)) != 0:
                    self.unshown[i] = False
                    self.n_unshown -= 1
                at += n
                i += 1
        if self.n_unshown == 0:
            free(self.first)
            self.first = NULL
        return 0

    cdef str other_leaf(self, tuple found):
        """In which argument a call differs, for people; None: in none."""
        for k, (key, x) in enumerate(zip(self.keys, found)):
            kind = self.kinds[<int>k]
            if kind == ARRAY or kind == VARIABLE or kind == WHOLE:
                if getattr(x, "shape", None) != shape_of(self.shapes[<int>k]):
                    return f"argument {k} has the shape {getattr(x, 'shape', None)}"
                if kind == VARIABLE and isinstance(x, Variable) and (
                        requires(<Variable>x) != self.required[<int>k]):
                    return (f"argument {k} requires "
                            f"{'no' if self.required[<int>k] else 'a'} gradient")
                if kind == VARIABLE and not isinstance(x, Variable) or (
                        kind != VARIABLE and not cnp.PyArray_CheckExact(x)):
                    return f"argument {k} is a {type(x).__name__}"
                if kind == WHOLE and key_of(x)[0] != key[0]:
                    return f"argument {k} is of {x.dtype}"
                if kind == WHOLE and k in self.keyed and key_of(x) != key:
                    return f"argument {k} has other numbers, which Python or NumPy looks at"
            elif kind == EQUAL and not same_value(x, key):
                return f"argument {k} is {x!r}"
            elif kind == SAME and not was(<Watch>key, x):
                return f"argument {k} is another object"
        return None

    cdef int remember(self, tuple found) except -1:
        """The numbers of the inputs, to know when there are other ones."""
        cdef Py_ssize_t size, at = 0
        cdef cnp.ndarray own
        cdef int k
        numbers = [np.ascontiguousarray(numbers_in(x)) for k, x in enumerate(found)
                   if self.kinds[k] <= LAST_INPUT]
        size = sum([len(x) for x in numbers])
        self.first = <double*>malloc(size * sizeof(double) + 1)
        self.unshown = <char*>malloc(self.n_inputs + 1)
        if self.first is NULL or self.unshown is NULL:
            raise MemoryError()
        for k in range(self.n_inputs):
            self.unshown[k] = True
        self.n_unshown = self.n_inputs
        for own in numbers:
            memcpy(self.first + at, cnp.PyArray_DATA(own), cnp.PyArray_NBYTES(own))
            at += cnp.PyArray_SIZE(own)
        self.n_numbers = at
        return 0


cdef list states_of(list draws):
    """Of the generators that are drawn from: pairs of one and its state."""
    return [(draw.rng.bit_generator, draw.rng.bit_generator.state) for draw in draws
            if isinstance(draw.rng, np.random.Generator)]


cdef int put_back(list states) except -1:
    for generator, state in states:
        generator.state = state
    return 0


cdef bint same_ways(Capture a, Capture b) except -1:
    """Whether two captures give results of the same form, with the same constants."""
    return (a.ways == b.ways and same_form(a.result, b.result)
            and all([(x is y or (is_plain(x) and same_value(x, y)))
                     for x, y in zip(a.constants, b.constants)]))


cdef object numbers_in(object x):
    return np.asarray(x.data if isinstance(x, Variable) else x, dtype=np.float64).reshape(-1)


cdef bint requires(Variable v) noexcept:
    return v.requires and not mode().paused


cdef bint is_number_too(object x) noexcept:
    """Whether x is a number of Python's, beside a plain float."""
    return (PyLong_Check(x) or PyFloat_Check(x)) and not isinstance(x, bool)


cdef bint is_float64(object x) noexcept:
    """Whether x, an array, is one of float64."""
    return (cnp.PyArray_TYPE(<cnp.ndarray>x) == cnp.NPY_DOUBLE
            and cnp.PyArray_ISALIGNED(<cnp.ndarray>x))


cdef bint is_exact(object x) except -1:
    """Whether a float64 holds each number of the array."""
    cdef cnp.ndarray array = x
    cdef const long long* at
    cdef Py_ssize_t k
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        return False
    if array.dtype.itemsize < 8 or array.dtype.kind == "f":
        return True
    if array.dtype.kind == "u" or not cnp.PyArray_ISCARRAY_RO(array):
        return bool(((array <= 2 ** 53) & (array >= 0 if array.dtype.kind == "u"
                                           else array >= -2 ** 53)).all())
    at = <const long long*>cnp.PyArray_DATA(array)
    for k in range(cnp.PyArray_SIZE(array)):
        if not -(1LL << 53) <= at[k] <= 1LL << 53:
            return False
    return True


cdef tuple key_of(object x):
    """What an array of numbers is, as a part of a key."""
    return cnp.PyArray_TYPE(<cnp.ndarray>x), x.shape, x.tobytes()


cdef bint has_shape(cnp.ndarray x, const Layout* layout) noexcept:
    cdef int d
    if cnp.PyArray_NDIM(x) != layout.ndim:
        return False
    for d in range(layout.ndim):
        if cnp.PyArray_DIM(x, d) != layout.shape[d]:
            return False
    return True


cdef inline object as_given(Variable v, Way way):
    """New numbers, as a leaf of the result."""
    if way == AS_SPENT:
        return spent(v)
    return array_of(v) if way == AS_ARRAY else v


cdef double* lend(object x, list lent) except NULL:
    """Where an array or Variable has its numbers, in order; `lent` keeps them there."""
    cdef Variable v
    if cnp.PyArray_CheckExact(x) and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>x):
        lent.append(x)
        return <double*>cnp.PyArray_DATA(<cnp.ndarray>x)
    v = own_contiguous(<Variable>x if isinstance(x, Variable) else constant(x, "compile"))
    lent.append(v.storage)          # v may be given other memory by another thread
    return v.ptr


cdef Py_ssize_t put(object x, double* target) except -1:
    """An input into the arena; how many numbers it has."""
    cdef const cnp.npy_int64* whole
    cdef Variable v
    cdef Py_ssize_t k
    if PyFloat_CheckExact(x):
        target[0] = PyFloat_AS_DOUBLE(x)
        return 1
    if is_number_too(x):
        target[0] = PyFloat_AsDouble(x)
        return 1
    if cnp.PyArray_CheckExact(x) and cnp.PyArray_TYPE(<cnp.ndarray>x) == cnp.NPY_INT64 and (
            cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>x)):
        whole = <const cnp.npy_int64*>cnp.PyArray_DATA(<cnp.ndarray>x)
        for k in range(cnp.PyArray_SIZE(<cnp.ndarray>x)):
            target[k] = <double>whole[k]
        return cnp.PyArray_SIZE(<cnp.ndarray>x)
    if cnp.PyArray_CheckExact(x) and is_float64(x) and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>x):
        memcpy(target, cnp.PyArray_DATA(<cnp.ndarray>x), cnp.PyArray_NBYTES(<cnp.ndarray>x))
        return cnp.PyArray_SIZE(<cnp.ndarray>x)
    v = own_contiguous(<Variable>x if isinstance(x, Variable) else constant(x, "compile"))
    memcpy(target, v.ptr, v.layout.size * sizeof(double))
    return v.layout.size


cdef bint same_form(object a, object b) except -1:
    """Whether two templates are the same, types and keys included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        if len(a) != len(b):
            return False
        for (p, x), (q, y) in zip((<dict>a).items(), (<dict>b).items()):
            if not ((p is q or (type(p) is type(q) and p == q)) and same_form(x, y)):
                return False
        return True
    if isinstance(a, (list, tuple)):
        if len(a) != len(b):
            return False
        return all([same_form(x, y) for x, y in zip(a, b)])
    return a is b or (type(a) is int and a == b)


cdef bint take_apart(object form, object x, list found) except -1:
    if type(form) is int:
        if x is None or isinstance(x, (dict, list, tuple)):
            return False
        found.append(x)
        return True
    if type(form) is not type(x):
        return False
    if isinstance(form, dict):
        if len(form) != len(x):
            return False
        for (p, part), (q, y) in zip((<dict>form).items(), (<dict>x).items()):
            if not ((p is q or (type(p) is type(q) and p == q)) and take_apart(part, y, found)):
                return False
        return True
    if isinstance(form, (list, tuple)):
        if len(form) != len(x):
            return False
        for part, y in zip(form, x):
            if not take_apart(part, y, found):
                return False
        return True
    return form is x            # None
