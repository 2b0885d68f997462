"""compile: a function that is captured once, and replayed.

The first call runs the function as ever, while a Recorder (programs/recorder.pyx) writes down what
is computed; later calls run the program. What a capture depends on beside its inputs, it watches:
shapes, other arguments, what the function closes over and the globals that it names, with what is
in these, switches, and the outcomes of what Python asked. Another outcome is another capture.

Before a replay is trusted, it is compared with the function once, to the bit, at other inputs. What
cannot be recorded is called as ever, with a warning that says why.
"""

import functools
import types
import warnings

import numpy as np

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
from cygrad.core.mode cimport Mode, is_watching, mode
from cygrad.core.repetition cimport Repetition, is_layer
from cygrad.core.storage cimport writes
from cygrad.core.variable cimport Variable, describe, detached, empty, own_contiguous
from cygrad.functions.operation cimport operation
from cygrad.kernels.elementwise cimport copy_strided
from cygrad.programs.outside cimport Outside
from cygrad.programs.program cimport Program, build
from cygrad.programs.recorder cimport Recorder
from cygrad.transforms.trace cimport Transform

from cygrad.core.mode import no_grad
from cygrad.transforms.array_input import ArrayInput
from cygrad.transforms.structure import is_structure, leaves, map_leaves, rebuild, template

cnp.import_array()

cdef enum:
    MOST = 64               # captures, after which a function stays eager
    WATCHES = 1000          # places that are looked at in each call
    DEEPEST = 100           # functions in functions, of decorators, transforms and partials
    BASES = 1024            # arrays outside that a program may read
    SHORT = 1024            # bytes of an array of whole numbers that is part of the key

cdef enum Leaf:
    NUMBER = 0              # an input: a float
    ARRAY = 1               # an input: an array of float64
    VARIABLE = 2            # an input: a Variable without a gradient
    EQUAL = 3               # part of the key, by its value
    SAME = 4                # part of the key, by its identity
    BYTES = 5               # part of the key: an array of whole numbers or bools

cdef object MISSING = object()
cdef str OTHER_NUMBERS = (
    "it gives other numbers than were recorded: it depends on something that no program sees, such "
    "as arrays that NumPy computes with, or random numbers")
cdef object FunctionType = types.FunctionType
cdef object CodeType = types.CodeType
cdef object CyFunctionType = type(no_grad()(lambda: None))


# ---- What a capture depends on -------------------------------------------------------------------

cdef class Watch:
    """A place outside the call, and what was there."""
    cdef object of              # a cell of a closure, or a dict
    cdef object key             # of the dict
    cdef object expected
    cdef str name               # for people

    cdef object now(self):
        if self.key is None:
            try:
                return self.of.cell_contents
            except ValueError:
                return MISSING
        return (<dict>self.of).get(self.key, MISSING)

    cdef bint holds(self) except -1:
        now = self.now()
        return now is self.expected or (is_plain(now) and same_value(now, self.expected))


cdef bint holds_numbers(cnp.ndarray array, bytes numbers) except -1:
    if cnp.PyArray_NBYTES(array) != len(numbers):
        return False
    if cnp.PyArray_IS_C_CONTIGUOUS(array):
        return memcmp(cnp.PyArray_DATA(array), <const char*>numbers, len(numbers)) == 0
    return array.tobytes() == numbers


cdef bint is_plain(object x) noexcept:
    """Whether x is a value of Python's own or NumPy's, which is known by its type and bits."""
    return (type(x) is float or type(x) is int or type(x) is bool or type(x) is str
            or type(x) is bytes or isinstance(x, np.generic))


cdef bint same_value(object a, object b) except -1:
    """Whether two plain values are of one type and equal; floats to the bit."""
    cdef double x, y
    if type(a) is not type(b):
        return False
    if PyFloat_CheckExact(a):
        x = PyFloat_AS_DOUBLE(a)
        y = PyFloat_AS_DOUBLE(b)
        return memcmp(&x, &y, sizeof(double)) == 0
    if isinstance(a, np.generic):
        return a.dtype == b.dtype and a.tobytes() == b.tobytes()
    return a == b


cdef object watch_one(list watches, object of, object key, str name):
    """Watch a place; what is there now."""
    cdef Watch w = <Watch>Watch.__new__(Watch)
    w.of = of
    w.key = key
    w.name = name
    w.expected = w.now()
    watches.append(w)
    return w.expected


cdef int watch(list watches, set met, object of, object key, str name) except -1:
    return watch_inside(watches, met, watch_one(watches, of, key, name), name)


cdef int watch_inside(list watches, set met, object x, str name) except -1:
    """What x leads to: attributes of objects, items of containers, what functions close over."""
    cdef list waiting = [(x, name)]
    while waiting:                  # no recursion: lists may hold themselves, and be deep
        if len(watches) > WATCHES:
            raise TooMuch
        x, name = waiting.pop()
        if isinstance(x, types.MethodType):
            waiting.append((x.__func__, name))
            x = x.__self__
        if id(x) in met or is_plain(x) or isinstance(x, (Variable, types.ModuleType)):
            continue
        met.add(id(x))
        if isinstance(x, np.ndarray):
            if not x.dtype.hasobject:
                watches.append(NumbersOf(x, f"what is in {name}"))
        elif isinstance(x, (tuple, frozenset)):
            waiting += [(item, name) for item in x]
        elif isinstance(x, dict):
            for key in list(x):
                waiting.append((watch_one(watches, x, key, f"{name}[{key!r}]"), name))
            watches.append(LengthOf(x, f"the length of {name}"))
        elif isinstance(x, list):
            watches.append(Items(x, f"what is in {name}"))
            waiting += [(item, name) for item in x]
        elif is_of_ours(type(x).__module__) or isinstance(x, type):
            if isinstance(x, (Transform, Compiled)) or (
                    type(x) is FunctionType and not is_of_ours(x.__module__)):
                watch_function(watches, met, x)
            elif is_layer(x):
                waiting += attributes_of(watches, x, name)
        elif isinstance(x, functools.partial):
            watch_function(watches, met, x)
        else:
            waiting += attributes_of(watches, x, name)
    return 0


cdef list attributes_of(list watches, object x, str name):
    """Watch what is in x.__dict__, and that nothing comes to it; pairs of these and their names."""
    cdef list found = []
    inside = getattr(x, "__dict__", None)
    if type(inside) is dict:
        for key in list(inside):
            found.append((watch_one(watches, inside, key, f"{name}.{key}"), f"{name}.{key}"))
        watches.append(LengthOf(inside, f"the attributes of {name}"))
    return found


cdef bint is_of_ours(object module) noexcept:
    return isinstance(module, str) and module.partition(".")[0] in ("cygrad", "numpy", "builtins")


class TooMuch(Exception):
    """There is more to watch than a replay would save."""


cdef class LengthOf(Watch):
    def __init__(self, of, name):
        self.of = of
        self.key = ""
        self.name = name
        self.expected = len(of)

    cdef object now(self):
        return len(self.of)


cdef class NumbersOf(Watch):
    """What is in an array: NumPy may read it, which no program sees."""
    def __init__(self, of, name):
        self.of = of
        self.name = name
        self.expected = of.tobytes()

    cdef bint holds(self) except -1:
        return holds_numbers(<cnp.ndarray>self.of, <bytes>self.expected)


cdef class Items(Watch):
    """What is in a list."""
    def __init__(self, of, name):
        self.of = of
        self.name = name
        self.expected = list(of)

    cdef bint holds(self) except -1:
        cdef list now = <list>self.of, before = <list>self.expected
        cdef Py_ssize_t k
        if len(now) != len(before):
            return False
        for k in range(len(before)):
            if k >= len(now) or not (now[k] is before[k] or (
                    is_plain(now[k]) and same_value(now[k], before[k]))):
                return False
        return True


cdef int watch_function(list watches, set met, object f) except -1:
    """What f closes over, and the globals that its code names; and what it is made of, so too."""
    for _ in range(DEEPEST):
        if type(f) is FunctionType:
            if id(f.__code__) in met and f.__closure__ is None:
                return 0
            met.add(id(f.__code__))
            watch_inside(watches, met, [f.__defaults__, f.__kwdefaults__], "a default")
            for name, cell in zip(f.__code__.co_freevars, f.__closure__ or ()):
                watch(watches, met, cell, None, name)
            watch_globals(watches, met, f.__code__, f.__globals__, set())
            f = f.__dict__.get("__wrapped__")       # of a decorator
            if f is None:
                return 0
        elif isinstance(f, types.MethodType):
            watch_inside(watches, met, f.__self__, "self")
            f = f.__func__
        elif isinstance(f, functools.partial):
            for x in leaves([f.args, f.keywords]):
                watch_inside(watches, met, x, "an argument of partial")
            f = f.func
        elif isinstance(f, Transform):
            f = (<Transform>f).function
        elif isinstance(f, Compiled) or type(f).__module__ == "cygrad.transforms.checkpoint":
            f = f.function
        elif is_layer(f):
            watch_inside(watches, met, f, type(f).__name__)
            f = type(f).forward
        elif isinstance(f, CyFunctionType):
            f = f.__dict__.get("__wrapped__")       # of no_grad, as a decorator
        else:
            f = getattr(type(f), "__call__", None)
            if type(f) is not FunctionType:
                return 0
    return 0


cdef int watch_globals(list watches, set met, object code, dict inside, set named) except -1:
    for name in code.co_names:
        if name not in named and name in inside:
            named.add(name)
            watch(watches, met, inside, name, name)
    for x in code.co_consts:
        if type(x) is CodeType:
            watch_globals(watches, met, x, inside, named)
    return 0


# ---- A capture -----------------------------------------------------------------------------------

cdef enum Way:
    AS_NUMBER = 0           # a float
    AS_ARRAY = 1
    AS_VARIABLE = 2
    AS_IT_WAS = 3           # what the call does not compute
    AS_SPENT = 4            # a Variable whose graph the call has run backward through

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


# A leaf of the result: where it stands, and how it is given.
cdef struct Result:
    Way way
    int base
    Py_ssize_t offset
    Layout* source              # its shape and strides there; counted
    Layout* target              # the same shape in order; counted


cdef class Capture:
    """One program, and when it holds."""
    cdef Program program
    cdef object places              # the template of the arguments, or None: they are the leaves
    cdef int n_leaves, n_inputs, n_results
    cdef unsigned char* kinds       # of the leaves, Leaf
    cdef Py_ssize_t* slots          # of the inputs, in the arena
    cdef Py_ssize_t n_numbers       # of all inputs
    cdef double* first              # the numbers of the inputs at the capture
    cdef bint trusted               # a replay with other numbers has been compared
    cdef bint effects               # it does more than to give a result,
    cdef bint proved                # and has been recorded twice, the same both times
    cdef Layout** shapes            # of the leaves that are arrays, counted; else NULL
    cdef Result* results
    cdef list keys                  # of each leaf: its shape, value, or the object
    cdef Outside outside
    cdef list watches
    cdef object result              # the template of the result
    cdef list ways                  # of each leaf of it, Way
    cdef list constants             # and what it was, or its number among the program's results
    cdef bint paused, testing
    cdef readonly list where        # of each guard

    def __dealloc__(self):
        cdef int k
        if self.results is not NULL:
            for k in range(self.n_results):
                if self.results[k].source is not NULL:
                    release(self.results[k].source)
                    release(self.results[k].target)
        if self.shapes is not NULL:
            for k in range(self.n_leaves):
                if self.shapes[k] is not NULL:
                    release(self.shapes[k])
        free(self.kinds)
        free(self.shapes)
        free(self.slots)
        free(self.first)
        free(self.results)

    cdef int settle(self, list kinds) except -1:
        """The program is there: make ready for replays."""
        cdef Py_ssize_t dims[MAX_NDIM]
        cdef Py_ssize_t steps[MAX_NDIM]
        cdef Result* r
        cdef int k, d
        self.n_leaves = <int>len(kinds)
        self.n_inputs = <int>len(self.program.inputs)
        self.n_results = <int>len(self.ways)
        self.kinds = <unsigned char*>calloc(self.n_leaves + 1, 1)
        self.slots = <Py_ssize_t*>calloc(self.n_inputs + 1, sizeof(Py_ssize_t))
        self.results = <Result*>calloc(self.n_results + 1, sizeof(Result))
        self.shapes = <Layout**>calloc(self.n_leaves + 1, sizeof(Layout*))
        if (self.kinds is NULL or self.shapes is NULL or self.slots is NULL
                or self.results is NULL):
            self.n_results = 0
            raise MemoryError()
        for k in range(self.n_leaves):
            self.kinds[k] = kinds[k]
            if self.kinds[k] == ARRAY or self.kinds[k] == VARIABLE:
                self.shapes[k] = share((<Variable>self.keys[k]).layout)
                self.keys[k] = None     # not its numbers, too
        for k in range(self.n_inputs):
            self.slots[k] = self.program.inputs[k]
        for k in range(self.n_results):
            r = &self.results[k]
            r.way = self.ways[k]
            if r.way == AS_IT_WAS:
                continue
            base, offset, shape, strides = self.program.results[<int>self.constants[k]]
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
                or len(found) != self.n_leaves):
            return False
        for k in range(self.n_leaves):
            kind = self.kinds[k]
            x = found[k]
            key = self.keys[k]
            if kind == NUMBER:
                if not (PyFloat_CheckExact(x) or is_number_too(x)):
                    return False
            elif kind == ARRAY:
                if not (cnp.PyArray_CheckExact(x) and is_float64(<cnp.ndarray>x)
                        and has_shape(<cnp.ndarray>x, self.shapes[k])):
                    return False
            elif kind == VARIABLE:
                if not (isinstance(x, Variable) and not requires(<Variable>x)
                        and same_shape((<Variable>x).layout, self.shapes[k])):
                    return False
            elif kind == EQUAL:
                if not same_value(x, key):
                    return False
            elif kind == SAME:
                if x is not key:
                    return False
            elif not (cnp.PyArray_CheckExact(x) and (x.dtype, x.shape, x.tobytes()) == key):
                return False
        for w in self.watches:
            if not (<Watch>w).holds():
                return False
        return self.outside.fits()

    cdef object replay(self, tuple found, bint* differs):
        """The result, or MISSING where a guard does not hold; `differs`: it is to be compared.

        What has effects is proved before, and MISSING where it is not yet.
        """
        cdef double* bases[BASES]
        cdef double* arena = self.program.take_arena()
        cdef Py_ssize_t n, at = 0
        cdef int k, i = 0
        try:
            for k in range(self.n_leaves):
                if self.kinds[k] > VARIABLE:
                    continue
                n = put(found[k], arena + self.slots[i])
                if not self.trusted:
                    differs[0] |= memcmp(self.first + at, arena + self.slots[i],
                                         n * sizeof(double)) != 0
                    at += n
                i += 1
            if self.effects and (differs[0] or not self.proved):
                return MISSING
            self.outside.resolve(bases)
            if self.program.is_long or self.effects:    # another thread may assign .data meanwhile
                _held = self.outside.hold()
            if not self.program.run(arena, bases):
                return MISSING
            return self.assembled(self.result, bases)
        finally:
            self.program.give_arena(arena)

    cdef object assembled(self, object form, double** bases):
        """The result, or a part of it, in the form of its template."""
        if type(form) is int:
            return self.give(form, bases)
        if type(form) is tuple:
            return tuple([self.assembled(part, bases) for part in <tuple>form])
        if type(form) is list:
            return [self.assembled(part, bases) for part in <list>form]
        return None if form is None else self.rebuilt(form, bases)

    cdef object rebuilt(self, object form, double** bases):
        """The same of dicts, named tuples and what derives from these."""
        cdef list numbers = leaves(form)
        cdef dict given = {k: self.give(k, bases) for k in numbers}
        return map_leaves(given.__getitem__, form)

    cdef object give(self, int k, double** bases):
        """A leaf of the result, in memory of its own."""
        cdef const Result* r = &self.results[k]
        cdef const double* source
        cdef Variable v
        if r.way == AS_IT_WAS:
            x = self.constants[k]
            return x.copy() if isinstance(x, np.ndarray) else x
        source = bases[r.base] + r.offset
        if r.way == AS_NUMBER:
            return PyFloat_FromDouble(source[0])
        v = empty(r.target)
        if r.source.contiguous:
            memcpy(v.ptr, source, r.target.size * sizeof(double))
        else:
            copy_strided(source, r.source.strides, v.ptr, r.target.strides, r.target.ndim,
                         r.target.shape)
        if r.way == AS_SPENT:
            return spent(v)
        return array_of(v) if r.way == AS_ARRAY else v

    cdef tuple meaning(self, dict table):
        return self.program.draft.meaning(self.outside.names(), table)

    cdef bint has_other_inputs(self, Capture other) noexcept:
        return (self.n_numbers != other.n_numbers
                or memcmp(self.first, other.first, self.n_numbers * sizeof(double)) != 0)

    cdef int remember(self, tuple found) except -1:
        """The numbers of the inputs, to know when there are other ones."""
        cdef Py_ssize_t size = 0, at = 0
        cdef int k
        numbers = [numbers_in(x) for x, kind in zip(found, range(self.n_leaves))
                   if self.kinds[<int>kind] <= VARIABLE]
        size = sum([len(x) for x in numbers])
        self.first = <double*>malloc(size * sizeof(double) + 1)
        if self.first is NULL:
            raise MemoryError()
        for x in numbers:
            for k in range(len(x)):
                self.first[at] = x[k]
                at += 1
        self.n_numbers = at
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


cdef inline bint is_number_too(object x) noexcept:
    """Whether x is a number of Python's, beside a plain float."""
    return (PyLong_Check(x) or PyFloat_Check(x)) and not isinstance(x, bool)


cdef bint is_float64(cnp.ndarray x) noexcept:
    return cnp.PyArray_TYPE(x) == cnp.NPY_DOUBLE and cnp.PyArray_ISALIGNED(x)


cdef bint has_shape(cnp.ndarray x, const Layout* layout) noexcept:
    cdef int d
    if cnp.PyArray_NDIM(x) != layout.ndim:
        return False
    for d in range(layout.ndim):
        if cnp.PyArray_DIM(x, d) != layout.shape[d]:
            return False
    return True


cdef Py_ssize_t put(object x, double* target) except -1:
    """An input into the arena; how many numbers it has."""
    cdef Variable v
    if PyFloat_CheckExact(x):
        target[0] = PyFloat_AS_DOUBLE(x)
        return 1
    if is_number_too(x):
        target[0] = PyFloat_AsDouble(x)
        return 1
    if cnp.PyArray_CheckExact(x) and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>x):
        memcpy(target, cnp.PyArray_DATA(<cnp.ndarray>x), cnp.PyArray_NBYTES(<cnp.ndarray>x))
        return cnp.PyArray_SIZE(<cnp.ndarray>x)
    v = own_contiguous(<Variable>x if isinstance(x, Variable) else constant(x, "compile"))
    memcpy(target, v.ptr, v.layout.size * sizeof(double))
    return v.layout.size


# ---- The function --------------------------------------------------------------------------------

cdef class Compiled:
    """A function that is captured and replayed: what `compile` returns."""
    cdef readonly object function
    cdef readonly int captures
    cdef readonly Py_ssize_t replays
    cdef bint fallback
    cdef list held                  # Captures, what was replayed last first
    cdef list explanations
    cdef bint stays_eager
    cdef dict __dict__

    def __init__(self, function, fallback):
        if not callable(function):
            raise TypeError(f"compile: a function is needed, not {function!r}; write compile(f)(x)")
        self.function = function
        self.fallback = fallback
        self.held = []
        self.explanations = []
        functools.update_wrapper(self, function, updated=())
        self.__wrapped__ = function

    def __get__(self, owner, kind):
        return self if owner is None else types.MethodType(self, owner)

    def __reduce__(self):
        return type(self), (self.function, bool(self.fallback))

    def __repr__(self):
        return f"compile({self.function!r})"

    def __call__(self, *args, **kwargs):
        cdef Mode* switches = mode()
        cdef Capture capture
        cdef Py_ssize_t k
        cdef tuple found
        cdef bint differs = False
        if (self.stays_eager or switches.tape is not NULL or switches.level > 0
                or is_watching(switches)):
            return self.function(*args, **kwargs)
        found = args
        places = None
        if kwargs or has_structures(args):
            everything = [list(args), kwargs]
            places = template(everything)
            found = tuple(leaves(everything))
        held = self.held
        for k in range(len(held)):
            capture = <Capture>held[k]
            if (places is not capture.places and not same_form(places, capture.places)
                    or not capture.fits(found)):
                continue
            result = capture.replay(found, &differs)
            if result is MISSING:
                if capture.effects and (differs or not capture.proved):
                    return self.proof(capture, places, found, args, kwargs)
                continue
            if k > 0:               # a new list: another thread may be looking through this one
                self.held = [capture, *[c for c in held if c is not capture]]
            self.replays += 1
            return self.compared(capture, result, args, kwargs) if differs else result
        return self.capture(places, found, args, kwargs)

    def explain(self):
        """Why each capture was made, and what stays eager: a text.

        Returns
        -------
        str

        Examples
        --------
        >>> import cygrad as cg
        >>> f = cg.compile(cg.grad(lambda x: x ** 3))
        >>> f(2.0), f(3.0)
        (12.0, 27.0)
        >>> print(f.explain())
        capture 1: the first call
        """
        return "\n".join(self.explanations)

    def program(self):
        """The program of the capture that was replayed last.

        Returns
        -------
        Program
            Its `instructions` are counted; None before the first call.
        """
        return (<Capture>self.held[0]).program if self.held else None

    cdef object compared(self, Capture capture, object result, tuple args, dict kwargs):
        """The function's own result, with which a replay's must agree before it is trusted."""
        expected = self.function(*args, **kwargs)
        if same_bits(expected, result):
            capture.trusted = True
            return expected
        self.held = []
        self.stay(OTHER_NUMBERS)
        return expected

    cdef int stay(self, str why) except -1:
        """Be eager from now on."""
        self.stays_eager = True
        message = f"compile: {self.function!r} stays eager: {why}"
        self.explanations.append(message)
        if not self.fallback:
            raise RuntimeError(message)
        warnings.warn(message, stacklevel=1)
        return 0

    cdef object capture(self, object places, tuple found, tuple args, dict kwargs):
        cdef Capture capture
        if len(self.held) >= MOST:
            lines = sorted({f"{file}:{line}, {what}" for c in self.held
                            for what, (file, line) in (<Capture>c).where})
            self.stay(f"there are {MOST} captures of it already; what tells them apart is an "
                      "argument that is no array, no float of a transform, or what Python asked: "
                      + ("; ".join(lines[:3]) if lines else "nothing"))
            return self.function(*args, **kwargs)
        result, capture = self.recorded(places, found, args, kwargs)
        if capture is not None:
            self.add(capture, self.reason(places, found))
        return result

    cdef int add(self, Capture capture, str reason) except -1:
        self.captures += 1
        self.explanations.append(f"capture {self.captures}: {reason}")
        self.held = [capture, *self.held]
        return 0

    cdef object proof(self, Capture capture, object places, tuple found, tuple args, dict kwargs):
        """What has effects cannot be called twice: so a call is recorded again, and compared."""
        cdef Capture other
        result, other = self.recorded(places, found, args, kwargs)
        if other is None:
            return result
        table = {}
        checks, *meaning = capture.meaning(table)
        other_checks, *other_meaning = other.meaning(table)
        if checks != other_checks:
            self.add(other, self.reason(places, found))
        elif meaning == other_meaning and same_ways(capture, other):
            capture.trusted = capture.trusted or other.has_other_inputs(capture)
            capture.proved = True
        else:
            self.held = []
            self.stay(OTHER_NUMBERS)
        return result

    cdef tuple recorded(self, object places, tuple found, tuple args, dict kwargs):
        """Call the function; its result, and the Capture of the call, or None."""
        cdef Capture capture
        cdef Recorder recorder
        cdef Repetition repetition
        cdef unsigned int before = writes
        cdef list given
        capture = <Capture>Capture.__new__(Capture)
        recorder = Recorder()
        kinds = []
        new_args, new_kwargs = self.inputs_of(capture, recorder, kinds, places, found, args, kwargs)
        inputs = list(capture.keys)
        capture.watches = []
        met = set()
        try:
            watch_function(capture.watches, met, self.function)
            for x in found:
                watch_inside(capture.watches, met, x, type(x).__name__)
        except TooMuch:
            self.stay(f"it closes over more than {WATCHES} things, which would have to be watched")
            return self.function(*args, **kwargs), None
        capture.paused = bool(mode().paused)
        capture.testing = bool(mode().testing)
        repetition = <Repetition>Repetition.__new__(Repetition)
        with recorder:
            result = repetition.first(self.function, new_args, new_kwargs)
            recorder.land()
            if writes - recorder.written != before or give_back(kinds, found, inputs):
                recorder.refused("numbers are changed in place")
            why = repetition.changed()
            if why is not None:
                recorder.refused(why)
            repetition = None
            inputs = new_args = new_kwargs = None
            given = self.outputs_of(capture, recorder, result)
        if not recorder.reasons:
            for k in range(len(given)):
                if capture.ways[k] == AS_SPENT:
                    given[k] = spent(own_contiguous(<Variable>given[k]))
            result = rebuild(capture.result, given)      # without the graph
            capture.outside = recorder.settle()
        if recorder.reasons:
            why, (file, line) = recorder.reasons[0]
            self.stay(f"{why} ({file}, line {line})")
            return rebuild(capture.result, given), None
        if capture.outside.count >= BASES - 1:
            self.stay(f"it reads {capture.outside.count} arrays beside its arguments")
            return result, None
        capture.effects = recorder.acts
        capture.program = build(recorder.draft, capture.outside)
        capture.where = recorder.where
        capture.settle(kinds)
        capture.remember(found)
        return result, capture

    cdef str reason(self, object places, tuple found):
        """In what the present call differs from all captures."""
        cdef Capture c
        cdef Watch w
        if not self.held:
            return "the first call"
        c = <Capture>self.held[0]
        if not same_form(c.places, places):
            return "arguments of another structure"
        for k, (key, x) in enumerate(zip(c.keys, found)):
            kind = c.kinds[<int>k]
            if kind == ARRAY or kind == VARIABLE:
                if getattr(x, "shape", None) != shape_of(c.shapes[<int>k]):
                    return f"argument {k} has the shape {getattr(x, 'shape', None)}"
            elif kind == EQUAL and not same_value(x, key):
                return f"argument {k} is {x!r}"
            elif kind == SAME and x is not key:
                return f"argument {k} is another object"
        for w in c.watches:
            if not w.holds():
                return f"{w.name} is another"
        if c.where:
            what, (file, line) = c.where[len(c.where) - 1]
            return f"another outcome of what Python asked, such as {what} at {file}:{line}"
        return "other arguments"

    cdef tuple inputs_of(self, Capture capture, Recorder recorder, list kinds, object places,
                         tuple found, tuple args, dict kwargs):
        """The arguments for the capture: copies of arrays, which are known by their memory."""
        ends = ends_of(self.function, args, kwargs)
        new = []
        capture.places = places
        capture.keys = []
        for k, x in enumerate(found):
            kind, key = leaf_of(x, k in ends)
            if kind == NUMBER:
                x = PyFloat_FromDouble(PyFloat_AsDouble(x))      # an object that nobody else has
                recorder.input_number(x)
            elif kind == ARRAY:
                x = np.array(x, dtype=np.float64, order="C")
                key = constant(x, "compile")
                recorder.input_array(key)
                if k not in ends:
                    x = x.view(ArrayInput)
            elif kind == VARIABLE:
                if requires(<Variable>x):
                    recorder.refused(f"argument {k}, {describe(<Variable>x)}, requires a gradient")
                x = key = copy_of(<Variable>x)      # f may close over the Variable itself, too
                recorder.input_array(<Variable>x)
            elif kind == BYTES and key is None:
                recorder.refused(f"argument {k} is an array of {x.dtype}, and too long to be part "
                                 "of the key")
            new.append(x)
            kinds.append(<int>kind)
            capture.keys.append(key)
        if places is None:
            return tuple(new), kwargs
        rebuilt = rebuild(places, new)
        return tuple(rebuilt[0]), rebuilt[1]

    cdef list outputs_of(self, Capture capture, Recorder recorder, object result):
        """Note how each leaf of the result is given; the leaves, without a graph."""
        cdef list found
        cdef Variable v
        found = leaves(result)
        capture.result = template(result)
        given = []
        capture.ways = []
        capture.constants = []
        transforms = isinstance(self.function, Transform)
        for x in found:
            known = recorder.locate(x)
            if isinstance(x, Variable):
                v = <Variable>x
                if requires(v) and recorder.acts:
                    capture.ways.append(<int>AS_SPENT)
                    capture.constants.append(len(recorder.draft.results) - 1)
                    given.append(x)
                    continue
                if requires(v):
                    recorder.refused(f"its result, {describe(v)}, requires a gradient: compile "
                                     "grad, value_and_grad or another transform of it, or call it "
                                     "in no_grad")
                capture.ways.append(<int>AS_VARIABLE)
                capture.constants.append(len(recorder.draft.results) - 1)
            elif known:
                capture.ways.append(<int>(AS_NUMBER if isinstance(x, float) else AS_ARRAY))
                capture.constants.append(len(recorder.draft.results) - 1)
                x = x.copy() if isinstance(x, np.ndarray) else x
            elif isinstance(x, (int, float, str, bytes, np.ndarray, np.generic)):
                capture.ways.append(<int>AS_IT_WAS)
                capture.constants.append(x.copy() if isinstance(x, np.ndarray) else x)
            else:
                recorder.refused(f"its result has a {type(x).__name__} in it")
                capture.ways.append(<int>AS_IT_WAS)
                capture.constants.append(x)
            given.append(x)
        if recorder.gave() and not transforms:
            recorder.refused("a transform inside gives plain numbers, with which Python may "
                             "compute; pass it Variables, or compile the transform")
        return given


cdef bint give_back(list kinds, tuple found, list inputs) except -1:
    """Write what the call has written to the copies of its arrays to the caller's own."""
    cdef bint changed = False
    for kind, x, copy in zip(kinds, found, inputs):
        if kind == ARRAY or kind == VARIABLE:
            data = array_of(<Variable>x) if isinstance(x, Variable) else x
            now = array_of(<Variable>copy)
            if np.array(data, dtype=np.float64).tobytes() != now.tobytes():
                data[...] = now
                changed = True
    return changed


cdef Variable copy_of(Variable x):
    cdef Variable copy = constant(array_of(x).copy(), "compile")
    copy.name_ = x.name_
    copy.requires = x.requires
    return copy


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


cdef bint has_structures(tuple args) noexcept:
    """Whether the arguments are not their own leaves."""
    for x in args:
        if isinstance(x, (dict, list, tuple)) or x is None:
            return True
    return False


cdef set ends_of(object function, tuple args, dict kwargs):
    """Which leaves of the arguments a transform differentiates by."""
    cdef set ends = set()
    if not isinstance(function, Transform):
        return ends
    argnums = (<Transform>function).argnums
    if argnums is None:
        argnums = tuple(range(len(args)))
    chosen = {i + len(args) if i < 0 else i for i in
              (argnums if isinstance(argnums, tuple) else (argnums,))}
    k = 0
    for i, x in enumerate(args):
        for _ in leaves([x]):
            if i in chosen:
                ends.add(k)
            k += 1
    return ends


cdef tuple leaf_of(object x, bint end):
    """What the leaf is to a capture, and its key."""
    if isinstance(x, Variable):
        return VARIABLE, x
    if end and (PyFloat_Check(x) or is_number_too(x)):
        return NUMBER, None
    if cnp.PyArray_CheckExact(x):
        if is_float64(<cnp.ndarray>x):
            return ARRAY, None
        if x.dtype.kind in "biu" and x.nbytes <= SHORT:
            return BYTES, (x.dtype, x.shape, x.tobytes())
        return BYTES, None
    if is_plain(x):
        return EQUAL, x
    return SAME, x


cdef bint same_bits(object a, object b) except -1:
    cdef list x, y
    if (is_structure(a) or a is None) != (is_structure(b) or b is None):
        return False
    x, y = (leaves(a), leaves(b)) if is_structure(a) else ([a], [b])
    if is_structure(a) and not same_form(template(a), template(b)):
        return False
    for p, q in zip(x, y):
        if isinstance(p, Variable) != isinstance(q, Variable):
            return False
        if isinstance(p, Variable):
            p, q = p.data, q.data
        if isinstance(p, (float, np.ndarray)):
            p, q = np.array(p), np.array(q)
            if p.shape != q.shape or p.dtype != q.dtype:
                return False
            if p.dtype.kind == "f":
                p[np.isnan(p)] = q[np.isnan(q)] = np.nan
            if p.tobytes() != q.tobytes():
                return False
        elif p is not q and p != q:
            return False
    return True


def compile(f, fallback=True):
    """A function that is captured at its first call, and replayed at the next ones.

    Parameters
    ----------
    f : callable
        A function of numbers, arrays, Variables and anything else, or a transform of one, such as
        ``cg.value_and_grad(f)``.
    fallback : bool, default True
        Where f cannot be captured, call it as it is, with a warning; False raises instead.

    Returns
    -------
    callable
        Takes and returns what f does, with the same bits. `captures` and `replays` count, and
        ``explain()`` says why each capture was made.

    Raises
    ------
    RuntimeError
        By the new function, where f cannot be captured and there is no fallback.
    TypeError
        If f cannot be called.

    Notes
    -----
    A capture is a program of instructions, without a graph and without Python. Its inputs are
    arrays of float64, Variables, and the numbers that a transform differentiates by. Part of its
    key are other arguments, what f closes over or names as globals (arrays by their numbers,
    containers and objects by what is in them, up to 1,000 places), and what Python asks
    (``if x > 0``): another one is another capture, beside the first, up to 64.
    Variables that f closes over are read anew each time. print, and what else f does
    to the world, happens at captures only; but gradients land in variables as `backward` lets them,
    and an optimizer's update, with its hooks, and a schedule's step are called anew at their place.
    Not captured yet, and so eager, with a UserWarning that says why: random numbers, states of
    layers, results that require a gradient where f does not run backward itself, and what Python
    asks after an update.

    The first replay with other numbers is compared with f, to the bit. What updates cannot be
    called twice: it is recorded twice, and the two programs are compared. What differs stays eager.

    Examples
    --------
    >>> import cygrad as cg
    >>> import numpy as np
    >>> def rosen(x):
    ...     return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
    >>> f = cg.compile(cg.value_and_grad(rosen))
    >>> f(np.array([0.5, 2.0]))
    (306.5, array([-351.,  350.]))
    >>> f(np.array([1.0, 2.0]))
    (100.0, array([-400.,  200.]))
    >>> f.captures, f.replays
    (1, 1)
    """
    return Compiled(f, bool(fallback))
