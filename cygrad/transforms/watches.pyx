"""What a capture depends on beside its inputs: places outside the call, and what was there.

Watched are the cells of closures, the globals that a function's own code names, defaults, and what
is in all these: attributes of objects, layers and classes, items of containers, numbers of arrays.
"""

import array as arrays
import collections
import enum
import functools
import io
import sys
import types

import numpy as np

cimport numpy as cnp
from cpython.dict cimport PyDict_Next, PyDict_Size
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from libc.string cimport memcmp

from cygrad.core.repetition cimport is_layer
from cygrad.core.variable cimport Variable
from cygrad.transforms.trace cimport Transform

from cygrad.core.mode import no_grad
cnp.import_array()

cdef enum:
    IN_PYTHON = 1 << 9      # a flag of types: made by a class statement
    DEEPEST = 100           # functions in functions, of decorators, transforms and partials

cdef object MISSING = object()
cdef object FunctionType = types.FunctionType
cdef object CodeType = types.CodeType
cdef object BuiltinMethodType = types.BuiltinMethodType
cdef object EnumType = enum.EnumMeta
cdef object MemberDescriptorType = types.MemberDescriptorType
cdef tuple CONTAINERS = (list, set, collections.deque, bytearray, arrays.array)
cdef object CyFunctionType = type(no_grad()(lambda: None))

WRAPPERS = [Transform]      # what has a `function`, and calls it; compile.pyx adds its own


cdef class Watch:
    """A Watch: see watches.pxd."""

    cdef object now(self):
        if self.key is None:
            try:
                return self.of.cell_contents
            except ValueError:
                return MISSING
        return (<dict>self.of).get(self.key, MISSING)

    cdef bint holds(self) except -1:
        now = self.now()
        return was(self, now) or (is_plain(now) and same_value(now, self.expected))

    cdef int loosen(self, Lives lives) except -1:
        if (type(self) is Watch and self.expected is not MISSING and not is_plain(self.expected)
                and lives.hold(self.expected) is not None):
            self.at = <PyObject*>self.expected
            self.expected = None
        return 0


cdef Watch watch_of(object x, Lives lives):
    cdef Watch w = <Watch>Watch.__new__(Watch)
    w.expected = x
    w.loosen(lives)
    return w


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
            raise TooMuch(f"it closes over more than {WATCHES} things, which would have to be "
                          "watched")
        x, name = waiting.pop()
        if isinstance(x, types.MethodType):
            waiting.append((x.__func__, name))
            x = x.__self__
        elif type(x) is BuiltinMethodType:
            x = x.__self__              # of append, the list
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
            of = Items if isinstance(x, collections.OrderedDict) else KeysOf     # has its own order
            watches.append(of(x, f"the keys of {name}"))
        elif isinstance(x, CONTAINERS):
            watches.append(Items(x, f"what is in {name}"))
            waiting += [(item, name) for item in x]
        elif type(x).__flags__ & IN_PYTHON == 0 and hasattr(type(x), "__next__") and not isinstance(
                x, io.IOBase):
            raise TooMuch(f"{name} is an iterator, and no program sees how far it has come")
        elif is_of_ours(type(x).__module__) or isinstance(x, type):
            if is_wrapper(x) or (
                    type(x) is FunctionType and not is_of_ours(x.__module__)):
                watch_function(watches, met, x)
            elif is_layer(x):
                waiting += attributes_of(watches, x, name)
            elif isinstance(x, type) and not isinstance(x, EnumType):
                waiting += attributes_of_class(watches, x, name)
        elif isinstance(x, functools.partial):
            watch_function(watches, met, x)
        else:
            waiting += attributes_of(watches, x, name)
    return 0


cdef list attributes_of(list watches, object x, str name):
    """Watch what is in x.__dict__, and that nothing comes to it; pairs of these and their names."""
    cdef list found = []
    for kind in type(x).__mro__:
        if "__slots__" in vars(kind):
            for slot in vars(kind).values():
                if type(slot) is MemberDescriptorType:
                    watches.append(SlotOf(x, slot, f"{name}.{slot.__name__}"))
                    found.append(((<Watch>watches[len(watches) - 1]).expected,
                                  f"{name}.{slot.__name__}"))
    inside = getattr(x, "__dict__", None)
    if type(inside) is dict:
        for key in list(inside):
            found.append((watch_one(watches, inside, key, f"{name}.{key}"), f"{name}.{key}"))
        watches.append(KeysOf(inside, f"the attributes of {name}"))
    if not is_of_ours(type(x).__module__) and not isinstance(x, type):
        found.append((type(x), name))
    return found


cdef list attributes_of_class(list watches, object kind, str name):
    """The same of a class of the user's, as far as these are values."""
    cdef list found = []
    for base in kind.__mro__:
        if is_of_ours(base.__module__):
            continue
        for key, value in list(vars(base).items()):
            if not key.startswith("__") and is_value(value):
                watches.append(OfClass(base, key, f"{name}.{key}"))
                found.append((value, f"{name}.{key}"))
    return found


cdef bint is_wrapper(object x) noexcept:
    for kind in WRAPPERS:
        if isinstance(x, kind):
            return True
    return False


cdef bint is_of_ours(object module) noexcept:
    return isinstance(module, str) and module.partition(".")[0] in ("cygrad", "numpy", "builtins")


class TooMuch(Exception):
    """There is more to watch than a replay would save, or than can be seen."""


cdef class KeysOf(Watch):
    """The keys of a dict, in their order."""
    def __init__(self, of, name):
        self.of = of
        self.name = name
        self.expected = list(of)

    cdef bint holds(self) except -1:
        cdef list before = <list>self.expected
        cdef Py_ssize_t at = 0, k = 0
        cdef PyObject* key
        if PyDict_Size(self.of) != len(before):
            return False
        while PyDict_Next(self.of, &at, &key, NULL):
            if k >= len(before) or not (key is <PyObject*>before[k] or (
                    is_plain(<object>key) and same_value(<object>key, before[k]))):
                return False
            k += 1
        return True


cdef class OfClass(Watch):
    """An attribute of a class."""
    def __init__(self, of, key, name):
        self.of = of
        self.key = key
        self.name = name
        self.expected = self.now()

    cdef object now(self):
        return vars(self.of).get(self.key, MISSING)


cdef class SlotOf(Watch):
    """An attribute without a __dict__."""
    def __init__(self, of, slot, name):
        self.of = of
        self.key = slot
        self.name = name
        self.expected = self.now()

    cdef object now(self):
        try:
            return self.key.__get__(self.of)
        except AttributeError:
            return MISSING


cdef class StateOf(Watch):
    """A layer's state: whether it is there, with a gradient required, and a graph."""
    def __init__(self, of, key, before):
        self.of = of
        self.key = key
        self.name = f"the state {key}"
        self.expected = kind_of_state(before)

    cdef bint holds(self) except -1:
        return kind_of_state((<dict>self.of).get(self.key)) == self.expected


cdef object kind_of_state(object x):
    cdef Variable v
    if x is None:
        return None
    v = x if isinstance(x, Variable) else None
    if v is None:
        return x
    return v.shape, v.requires != 0, None if v.creator_ is None else (
        v.creator_.op.name if v.creator_.op is not NULL else b"")


cdef class NumbersOf(Watch):
    """What is in an array: NumPy may read it, which no program sees."""
    def __init__(self, of, name):
        self.of = of
        self.name = name
        self.expected = of.tobytes()

    cdef bint holds(self) except -1:
        return holds_numbers(<cnp.ndarray>self.of, <bytes>self.expected)


cdef class Items(Watch):
    """What is in a list, or in another container."""
    def __init__(self, of, name):
        self.of = of
        self.name = name
        self.expected = list(of)

    cdef bint holds(self) except -1:
        cdef list now = self.of if type(self.of) is list else list(self.of)
        cdef list before = <list>self.expected
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
            watch_inside(watches, met, [f.__defaults__, f.__kwdefaults__], "a default")
            if id(f.__code__) in met and f.__closure__ is None:
                return 0
            met.add(id(f.__code__))
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
            watch_inside(watches, met, f.args, "an argument of partial")
            watch_inside(watches, met, f.keywords, "arguments of partial")
            f = f.func
        elif is_wrapper(f) or type(f).__module__ == "cygrad.transforms.checkpoint":
            f = f.function
        elif is_layer(f):
            watch_inside(watches, met, f, type(f).__name__)
            f = type(f).forward
        elif isinstance(f, CyFunctionType):
            f = f.__dict__.get("__wrapped__")       # of no_grad, as a decorator
        else:
            watch_inside(watches, met, f, type(f).__name__)
            f = getattr(type(f), "__call__", None)
            if type(f) is not FunctionType:
                return 0
    return 0


cdef int watch_globals(list watches, set met, object code, dict inside, set named) except -1:
    for name in code.co_names:
        if name not in named and name in inside:
            named.add(name)
            watch(watches, met, inside, name, name)
            if isinstance(inside[name], types.ModuleType):
                watch_module(watches, met, code, inside[name], name)
    for x in code.co_consts:
        if type(x) is CodeType:
            watch_globals(watches, met, x, inside, named)
    return 0


cdef int watch_module(list watches, set met, object code, object module, str name) except -1:
    """Values of a module of the user's, settings say, that the code names."""
    cdef dict inside = vars(module)
    if is_of_ours(module.__name__) or module.__name__.partition(".")[0] in sys.stdlib_module_names:
        return 0
    for key in code.co_names:
        if key in inside and is_value(inside[key]):
            watch(watches, met, inside, key, f"{name}.{key}")
    return 0


cdef bint is_value(object x) noexcept:
    return is_plain(x) or isinstance(x, (list, dict, tuple, np.ndarray, Variable))


cdef list watching_states(list watches, list states):
    cdef set places = {(id(of), name) for of, name, _, _ in states}
    return ([w for w in watches if (id((<Watch>w).of), (<Watch>w).key) not in places]
            + [StateOf(of, name, before) for of, name, before, _ in states])
