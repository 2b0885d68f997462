"""Repetition: a call that will be made again, and must do the same then.

transforms/checkpoint.pyx makes such calls. In the first run whatever draws random numbers or
changes what it holds says so beforehand, by `keep`: cygrad's functions of a generator, layers when
they are called or get an attribute, batch_norm, an update in place. What has been found so is put
back for the second run, and afterwards all is again as it was before that.

Of generators alone there may be some that are drawn from without our seeing it, as in
``rng.normal()``. So the function is searched for them: what it closes over, its defaults, its
arguments, and the globals that it names. What is missed all the same shows in the results, which
checkpoint compares.
"""

cimport numpy as cnp

import functools
import os
import sys
import types
from contextvars import ContextVar

import numpy as np

from cygrad.core.arrays cimport array_of
from cygrad.core.variable cimport Variable

cnp.import_array()

cdef object current = ContextVar("repetition", default=None)    # a Repetition, a thread's own

UNDER_WAY = []              # the first runs that are going on, in any thread
LAYERS = []                 # the class of what keeps a state in its attributes; layer.py adds it

cdef enum:
    DEPTH = 6               # how far from the function generators are searched for
    MOST = 2000             # and among how many things

cdef object MISSING = object()
cdef object FunctionType = types.FunctionType
cdef object CodeType = types.CodeType
# What is inside these packages is not searched: they draw from the generators they are given.
cdef set ELSEWHERE = {"cygrad", "numpy", "scipy"}


# ---- Where something stands that may change ---------------------------------------------------

cdef class Cell:
    cdef object of
    cdef object before
    cdef bint certain

    cdef object read(self):
        raise NotImplementedError

    cdef int write(self, object value) except -1:
        raise NotImplementedError

    cdef bint unchanged(self) except -1:
        return False

    cdef int settle(self) except -1:
        """After the first run."""
        return 0


cdef class Attributes(Cell):
    """The attributes of a layer: `of` is its __dict__."""
    cdef str kind
    cdef dict made          # parameters that the first run made; they stay

    cdef object read(self):
        return dict(self.of)

    cdef int write(self, object value) except -1:
        for name in [name for name in self.of if name not in value]:
            del self.of[name]
        for name, item in value.items():
            if self.of.get(name, MISSING) is not item:
                self.of[name] = item
        return 0

    cdef int settle(self) except -1:
        self.made = {}
        for name, item in self.of.items():
            if is_parameter(item) and self.before.get(name) is None:
                self.before[name] = self.made[name] = item
        for name in ("_member_names", "_buffer_names"):
            if name in self.of:
                self.before[name] = self.of[name]
        return 0

    cdef list states(self):
        """Variables, or None, in place of others; None: there are changes of another kind."""
        cdef list found = []
        for name in {**self.before, **self.of}:
            now, before = self.of.get(name), self.before.get(name)
            if now is before:
                continue
            if not (now is None or isinstance(now, Variable)) or not (
                    before is None or isinstance(before, Variable)):
                return None
            found.append((self.of, name, before, now))
        return found

    cdef int check(self) except -1:
        """After the second run."""
        for name, item in self.made.items():
            if self.of.get(name) is not item:
                raise RuntimeError(
                    f"checkpoint: {self.kind} made its parameter {name!r} in the call, and again "
                    "when it was called again in the backward pass; call the layer once before")
        return 0


cdef class Items(Cell):
    """What is in a list, dict, set or deque."""

    cdef object read(self):
        return dict(self.of) if isinstance(self.of, dict) else list(self.of)

    cdef int write(self, object value) except -1:
        now = self.read()
        if len(now) == len(value):
            if isinstance(value, dict):
                if all([a is b and x is y for (a, x), (b, y) in zip(now.items(), value.items())]):
                    return 0
            elif all([x is y for x, y in zip(now, value)]):
                return 0
        if isinstance(self.of, list):
            self.of[:] = value
            return 0
        self.of.clear()
        if isinstance(self.of, (dict, set)):
            self.of.update(value)
        else:
            self.of.extend(value)
        return 0


cdef class Numbers(Cell):
    """The numbers of an array or a Variable."""

    cdef object array(self):
        return array_of(<Variable>self.of) if isinstance(self.of, Variable) else self.of

    cdef object read(self):
        return self.array().copy()

    cdef int write(self, object value) except -1:
        array = self.array()
        if array.shape != value.shape:
            self.of.data = value
        elif not same(array, value):
            array[...] = value
        return 0

    cdef bint unchanged(self) except -1:
        return same(self.array(), self.before)


cdef class State(Cell):
    """The state of what random numbers are drawn from."""

    cdef object read(self):
        return state_of(self.of)

    cdef int write(self, object value) except -1:
        if isinstance(self.of, types.ModuleType):
            (self.of.set_state if self.of is legacy() else self.of.setstate)(value)
        elif hasattr(self.of, "setstate"):
            self.of.setstate(value)
        elif hasattr(self.of, "set_state"):
            self.of.set_state(value)
        else:
            self.of.state = value
        return 0

    cdef bint unchanged(self) except -1:
        return same(self.read(), self.before)


cdef object state_of(object source):
    """Of a bit generator, a RandomState, a random.Random, or the modules that have one."""
    if hasattr(source, "getstate"):
        return source.getstate()
    if hasattr(source, "get_state"):
        return source.get_state(legacy=False)
    return source.state


cdef bint same(object a, object b) except -1:
    """Whether two states or arrays are the same, bit for bit."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all([same(a[key], b[key]) for key in a])
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    return a == b


cdef bint is_parameter(object x) noexcept:
    return isinstance(x, Variable) and (<Variable>x).requires and (<Variable>x).creator_ is None


cdef object legacy():
    return sys.modules.get("numpy.random")


cdef bint is_source(object x) except -1:
    """Whether random numbers are drawn from x; nothing is loaded to find out."""
    numpys, pythons = legacy(), sys.modules.get("random")
    if numpys is not None and isinstance(
            x, (numpys.Generator, numpys.RandomState, numpys.BitGenerator)):
        return True
    return pythons is not None and isinstance(x, pythons.Random)


cdef bint is_layer(object x) noexcept:
    for kind in LAYERS:
        if isinstance(x, kind):
            return True
    return False


# ---- The call ---------------------------------------------------------------------------------

cdef class Repetition:

    cdef object first(self, object f, tuple args, dict kwargs):
        """Call f for the first time."""
        self.around = current.get()
        self.cells = {}
        self.met = {}
        self.awaited = []
        self.recording = True
        search(self, f, 0)
        for x in args:
            search(self, x, 0)
        for x in kwargs.values():
            search(self, x, 0)
        self.met = None
        UNDER_WAY.append(self)
        token = current.set(self)
        try:
            return f(*args, **kwargs)
        finally:
            current.reset(token)
            UNDER_WAY.remove(self)
            self.recording = False
            self.around = None
            for key, cell in list(self.cells.items()):
                (<Cell>cell).settle()
                if not (<Cell>cell).certain and (<Cell>cell).unchanged():
                    del self.cells[key]

    cdef object again(self, object f, tuple args, dict kwargs, list slots):
        """The same again: f's result, and what it leaves in the slots; all else is put back."""
        cdef list cells = list(self.cells.values())
        now = [(<Cell>cell).read() for cell in cells]
        if self.seed is None:
            self.around = current.get()
        self.generator = None
        token = current.set(self)
        try:
            for cell in cells:
                (<Cell>cell).write((<Cell>cell).before)
            result = f(*args, **kwargs)
            for cell in cells:
                if isinstance(cell, Attributes):
                    (<Attributes>cell).check()
            return result, [in_slot(slot) for slot in slots]
        finally:
            current.reset(token)
            self.around = None
            for cell, value in zip(cells, now):
                (<Cell>cell).write(value)

    cdef list slots_left(self):
        """Where the first run left a result that requires a gradient: (container, key) pairs."""
        slots = []
        for cell in self.cells.values():
            if not isinstance(cell, (Attributes, Items)):
                continue
            of, before = (<Cell>cell).of, (<Cell>cell).before
            if isinstance(of, dict):
                pairs = [(key, value, before.get(key)) for key, value in of.items()]
            elif isinstance(of, list):
                pairs = [(i, value, before[i] if i < len(before) else None)
                         for i, value in enumerate(of)]
            else:
                continue
            slots += [(of, key) for key, value, old in pairs
                      if value is not old and is_result(value)]
        return slots

    cdef list states_before(self):
        """The results of earlier calls that were there at the beginning."""
        found = []
        for cell in self.cells.values():
            if isinstance(cell, (Attributes, Items)):
                before = (<Cell>cell).before
                items = before.values() if isinstance(before, dict) else before
                found += [x for x in items if is_result(x)]
        return found

    cdef list made(self):
        return self.awaited + [x for cell in self.cells.values() if isinstance(cell, Attributes)
                               for x in (<Attributes>cell).made.values()]

    cdef int put_back(self) except -1:
        for cell in self.cells.values():
            (<Cell>cell).write((<Cell>cell).before)
        return 0

    cdef str changed(self, object draw=None, object stored=()):
        cdef bint drew = self.seed is not None
        for cell in self.cells.values():
            drew = drew or (isinstance(cell, State) and not (<Cell>cell).unchanged())
        if drew and (draw is None or not self.drew_only(draw)):
            return "random numbers are drawn"
        for cell in self.cells.values():
            if isinstance(cell, State):
                continue
            elif isinstance(cell, Numbers):
                if id((<Cell>cell).of) not in stored and not (<Cell>cell).unchanged():
                    return "numbers are changed in place"
            elif isinstance(cell, Attributes) and (<Attributes>cell).states() is not None:
                continue
            elif differs((<Cell>cell).read(), (<Cell>cell).before):
                return (f"the state of {(<Attributes>cell).kind} changes"
                        if isinstance(cell, Attributes) else "a list or dict of a layer changes")
        return None

    cdef list states(self):
        cdef list found = []
        for cell in self.cells.values():
            if isinstance(cell, Attributes):
                found += (<Attributes>cell).states() or []
        return found

    cdef bint drew_only(self, object draw) except -1:
        """Whether draw(), from the states before the first run, leaves those after it."""
        cdef list cells = [cell for cell in self.cells.values() if isinstance(cell, State)]
        cdef list now = [(<Cell>cell).read() for cell in cells]
        cdef object own = None if self.generator is None else state_of(self.generator.bit_generator)
        token = current.set(self)
        self.generator = None
        try:
            for cell in cells:
                (<Cell>cell).write((<Cell>cell).before)
            return (draw() and all([same((<Cell>cell).read(), state)
                                    for cell, state in zip(cells, now)])
                    and (own is None or (self.generator is not None and same(
                        state_of(self.generator.bit_generator), own))))
        finally:
            current.reset(token)
            for cell, state in zip(cells, now):
                (<Cell>cell).write(state)


cdef bint differs(object now, object before) except -1:
    """Whether two dicts or lists hold other things."""
    if len(now) != len(before):
        return True
    if isinstance(now, dict):
        return any([before.get(key, MISSING) is not value for key, value in now.items()])
    return any([a is not b for a, b in zip(now, before)])


cdef bint is_result(object x) noexcept:
    return isinstance(x, Variable) and (<Variable>x).requires and (<Variable>x).creator_ is not None


cdef object in_slot(tuple slot):
    of, key = slot
    if isinstance(of, list):
        return of[key] if key < len(of) else None
    return of.get(key)


# ---- Keeping ----------------------------------------------------------------------------------

cdef int keep(object x, bint certain=False) except -1:
    cdef Repetition r
    if not UNDER_WAY:
        return 0
    r = current.get()
    while r is not None and r.recording:
        keep_in(r, x, certain, False)
        r = r.around
    return 0


cdef object pause_repetitions():
    return current.set(None)


cdef int resume_repetitions(object token) except -1:
    current.reset(token)
    return 0


def keep_layer(layer, anew=False):
    """`keep` for layers; asked only if UNDER_WAY. anew: what is kept of it so far is forgotten."""
    cdef Repetition r = current.get()
    while r is not None and r.recording:
        keep_in(r, layer, False, anew)
        r = r.around


cdef int keep_in(Repetition r, object x, bint certain, bint anew) except -1:
    cdef Cell cell
    cdef object of = x
    if is_layer(x):
        of = x.__dict__
        cell = Attributes.__new__(Attributes)
        (<Attributes>cell).kind = type(x).__name__
        certain = True
    elif isinstance(x, (list, dict, set)) or type(x).__name__ == "deque":
        cell = Items.__new__(Items)
        certain = True
    elif isinstance(x, (Variable, np.ndarray)):
        if isinstance(x, np.ndarray) and (x.dtype.hasobject or not x.flags.writeable):
            return 0
        cell = Numbers.__new__(Numbers)
    else:
        if not isinstance(x, types.ModuleType) and hasattr(x, "bit_generator"):
            of = x.bit_generator
        cell = State.__new__(State)
    if id(of) in r.cells and not anew:
        (<Cell>r.cells[id(of)]).certain |= certain
        return 0
    cell.of = of
    cell.certain = certain
    cell.before = cell.read()
    r.cells[id(of)] = cell
    if isinstance(cell, Attributes):
        if anew:
            r.awaited += [item for item in of.values() if is_parameter(item)]
        for item in list(of.values()):
            keep_inside(r, item, anew)
        if r.met is None:
            r.met = {}
        search(r, type(x).forward, 1)
    return 0


cdef int keep_inside(Repetition r, object x, bint anew) except -1:
    """What a layer's attribute, or a container there, holds and may change."""
    if isinstance(x, (list, dict, set)) or type(x).__name__ == "deque":
        if id(x) in r.cells and not anew:
            return 0
        keep_in(r, x, True, False)
        for item in list(x.values()) if isinstance(x, dict) else list(x):
            keep_inside(r, item, False)
    elif isinstance(x, tuple):
        for item in x:
            keep_inside(r, item, anew)
    elif isinstance(x, Variable):
        if not (<Variable>x).requires and (<Variable>x).creator_ is None:
            keep_in(r, x, False, anew)
    elif isinstance(x, np.ndarray) or is_source(x):
        keep_in(r, x, False, anew)
    return 0


# ---- The search for generators ----------------------------------------------------------------

cdef int search(Repetition r, object x, int depth) except -1:
    """Keep the generators that can be reached from x, and the layers, which may have some."""
    if (x is None or depth > DEPTH or isinstance(x, (Variable, str, bytes, int, float, type))
            or cnp.PyArray_Check(x) or id(x) in r.met or len(r.met) > MOST):
        return 0
    r.met[id(x)] = x
    if type(x) is FunctionType:
        search_function(r, x, depth)
    elif isinstance(x, (list, tuple, set, frozenset)):
        for item in x:
            search(r, item, depth + 1)
    elif isinstance(x, dict):
        for item in x.values():
            search(r, item, depth + 1)
    elif is_layer(x) or is_source(x):
        keep_in(r, x, False, False)
    elif isinstance(x, types.MethodType):
        search(r, x.__func__, depth)
        search(r, x.__self__, depth)
    elif isinstance(x, functools.partial):
        search(r, [x.func, x.args, x.keywords], depth)
    elif isinstance(x, types.BuiltinMethodType):        # rng.normal, handed over as a function
        search(r, x.__self__, depth)
    elif not isinstance(x, types.ModuleType) and not is_elsewhere(type(x).__module__):
        search(r, getattr(x, "__wrapped__", None), depth)
        search(r, getattr(type(x), "__call__", None), depth)
        inside = getattr(x, "__dict__", None)
        if isinstance(inside, dict):
            for item in list(inside.values()):
                search(r, item, depth + 1)
    elif hasattr(x, "__wrapped__"):                     # one of our own transforms of a function
        search(r, x.__wrapped__, depth)
    return 0


cdef bint is_elsewhere(object module) except -1:
    return isinstance(module, str) and module.partition(".")[0] in ELSEWHERE


cdef int search_function(Repetition r, object f, int depth) except -1:
    if f.__dict__:
        search(r, f.__dict__.get("__wrapped__"), depth)
    for cell in f.__closure__ or ():
        try:
            search(r, cell.cell_contents, depth + 1)
        except ValueError:                              # nothing in it yet
            pass
    search(r, f.__defaults__, depth)
    search(r, f.__kwdefaults__, depth)
    if not is_elsewhere(f.__module__):
        search_code(r, f.__code__, <dict>f.__globals__, depth)
    return 0


cdef int search_code(Repetition r, object code, dict inside, int depth) except -1:
    """What the code names, and that of the functions inside it."""
    names = code.co_names
    for x in code.co_consts:
        if type(x) is CodeType:
            search_code(r, x, inside, depth)
    for name in names:
        x = inside.get(name)
        if x is None:
            continue
        if not isinstance(x, types.ModuleType):
            search(r, x, depth + 1)
        elif x.__name__ == "random" or x.__name__ == "numpy.random":
            keep_in(r, x, False, False)
        elif x is np and "random" in names and legacy() is not None:
            keep_in(r, legacy(), False, False)
    return 0


# ---- What is drawn without a generator --------------------------------------------------------
#
# A repeated call draws from a generator of its own. Its seed is drawn when it is first needed: from
# the shared generator, or from that of the repeated call around this one, to be repeated with it.

cdef object shared_generator = None     # locks itself, so that threads may share it
cdef object shared_by = None            # the process: a fork must not repeat its parent's numbers


cdef object default_generator():
    global shared_generator, shared_by
    if shared_by != os.getpid():
        shared_generator = np.random.default_rng()
        shared_by = os.getpid()
    return shared_generator


cdef object generator_of(Repetition r):
    if r is None:
        return default_generator()
    if r.generator is None:
        if r.seed is None:
            r.seed = generator_of(r.around).integers(1 << 63)
        r.generator = np.random.default_rng(r.seed)
    return r.generator


def drawing(rng):
    """The generator to draw from for an rng argument that is a generator or None."""
    if rng is None:
        return generator_of(current.get())
    keep(rng)
    return rng


def repeated_generator():
    """The generator for what is drawn without one being given, in a repeated call; else None."""
    r = current.get()
    return None if r is None else generator_of(r)
