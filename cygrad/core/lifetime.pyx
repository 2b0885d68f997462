"""How Variables and Functions are born, die, and are seen by the cycle collector.

Three things that CPython and Cython do rightly but dearly for every object are done here by hand,
so that a node of the graph costs tens of nanoseconds, and variable.pyx and function.pyx need not
know:

- memory: a dead object's memory is kept for the next of its kind, and not tracked by the collector;
- death: a chain of a million nodes is let go without a recursion;
- cycles: only what can be part of one is shown to the collector.

It works through the slots of the two types, which CPython has for this, filled in at the end of the
file. Cython's own constructor and deallocator do the rest.
"""

from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF

from cygrad.core.anomaly cimport forget
from cygrad.core.function cimport Function, WATCHED, input_of, output_at, set_output
from cygrad.core.layout cimport EMPTY, release, share
from cygrad.core.slots cimport (
    PyObject_GC_Del, PyObject_GC_IsTracked, PyObject_GC_Track, PyObject_GC_UnTrack,
    PyType_GenericAlloc, PyTuple_GET_ITEM, Py_REFCNT, Py_SET_REFCNT, TypeSlots, constructor,
    destructor, prefetch, revive,
)
from cygrad.core.storage cimport give_back, keep, on_empty_cache
from cygrad.core.variable cimport Variable

cdef enum:
    FOOTPRINT = 112             # bytes of a Variable, and of a Function, roughly


# ---- Letting go -------------------------------------------------------------------------------
#
# Freeing a Function frees its inputs, those their creators, and so on: in a chain of a million that
# would overflow the stack. So a dying Function joins a list, linked through `out` (its outputs are
# gone), and the outermost release frees the list one by one.

cdef PyObject* dying = NULL
cdef bint releasing = False


cdef void release_function(PyObject* f) noexcept:
    """Give back a reference to f."""
    global dying, releasing
    if Py_REFCNT(f) > 1:
        Py_DECREF(<object>f)
        return
    (<Function>f).out = dying
    dying = f
    if releasing:
        return
    releasing = True
    while dying is not NULL:
        f = dying
        dying = (<Function>f).out
        (<Function>f).out = NULL
        Py_DECREF(<object>f)
    releasing = False


cdef void forget_creator(Variable v) noexcept:
    cdef PyObject* f = take_creator(<PyObject*>v)
    v.generation_ = 0
    v.index = 0
    if f is not NULL:
        release_function(f)


cdef inline PyObject* take_creator(PyObject* v) noexcept:
    """v's reference to its creator, which passes to the caller; NULL if there is none."""
    # By pointer: a reference held here would keep release_function from seeing the last one.
    cdef PyObject* f = <PyObject*>(<Variable>v).creator_
    if f == <PyObject*>None:
        return NULL
    if output_at(<Function>f, (<Variable>v).index) == v:
        set_output(<Function>f, (<Variable>v).index, NULL)
    Py_INCREF(<object>f)
    (<Variable>v).creator_ = None
    return f


cdef void release_gradients(PyObject* g) noexcept:
    """Give back a reference to a gradient; its own gradient, and so on, goes without recursion."""
    cdef PyObject* behind
    while g is not NULL:
        behind = take_gradient(g) if Py_REFCNT(g) == 1 else NULL
        Py_DECREF(<object>g)
        g = behind


cdef inline PyObject* take_gradient(PyObject* v) noexcept:
    """v's reference to its gradient, which passes to the caller; NULL if there is none."""
    cdef PyObject* g = <PyObject*>(<Variable>v).grad_
    if g == <PyObject*>None:
        return NULL
    Py_INCREF(<object>g)
    (<Variable>v).grad_ = None
    return g


# ---- The cycle collector ----------------------------------------------------------------------
#
# A graph's references run from newer to older objects, so it has no cycles and the collector need
# not know it; that saves the collector's work on every node. A cycle needs a reference from an
# older object to a newer one: a gradient with a graph of its own, set_creator, or an attribute of a
# subclass in Python. Where one is made, everything behind its newer end is shown to the collector,
# and whatever is computed from a tracked Variable is tracked from birth (connect). So whatever a
# tracked object reaches through the graph is tracked, and with it every cycle. (But for one that
# closes through an attribute of a user's object that was hung on the graph after what it reaches
# was computed from it: nothing tells us of that.)


cdef void track(Variable v) noexcept:
    v.tracked = True
    if not PyObject_GC_IsTracked(<PyObject*>v):
        PyObject_GC_Track(<PyObject*>v)


cdef void track_function(Function f) noexcept:
    f.tracked = True
    if not PyObject_GC_IsTracked(<PyObject*>f):
        PyObject_GC_Track(<PyObject*>f)


cdef void track_behind(Variable v) noexcept:
    """Track v and all that it reaches."""
    cdef list pending = [v]
    cdef Variable x, y
    cdef Function f
    cdef int i
    while pending:
        x = pending.pop()
        track(x)
        if x.grad_ is not None and not x.grad_.tracked:
            pending.append(x.grad_)
        f = x.creator_
        if f is not None and not f.tracked:
            track_function(f)
            for i in range(f.n_inputs):
                y = input_of(f, i)
                if not y.tracked:
                    pending.append(y)


cdef int clear_variable(object dead) noexcept:
    """tp_clear: let go of what may close a cycle, by the ways that keep the graph consistent."""
    (<Variable>dead).grad_ = None
    forget_creator(<Variable>dead)
    return 0


# ---- Birth and death: Variable ----------------------------------------------------------------

cdef PyObject* dead_variables = NULL        # linked through ptr
cdef destructor cython_dealloc_variable = (<TypeSlots*>Variable).tp_dealloc
cdef constructor cython_new_variable = (<TypeSlots*>Variable).tp_new


cdef inline void set_empty(PyObject* v, bint tracked) noexcept:
    """Give the C fields of new memory their first values."""
    (<Variable>v).ptr = NULL
    (<Variable>v).layout = share(EMPTY)
    (<Variable>v).generation_ = 0
    (<Variable>v).uses = 0
    (<Variable>v).index = 0
    (<Variable>v).requires = False
    (<Variable>v).tracked = tracked


cdef PyObject* allocate_variable(PyTypeObject* kind, Py_ssize_t n) except NULL:
    """tp_alloc: memory for a Variable, not tracked."""
    global dead_variables
    cdef PyObject* v = dead_variables
    if kind != <PyTypeObject*>Variable:
        return PyType_GenericAlloc(kind, n)
    if v is not NULL:
        dead_variables = <PyObject*>(<Variable>v).ptr
        prefetch(dead_variables)
        give_back(FOOTPRINT)
        revive(v)
    else:
        v = PyType_GenericAlloc(kind, n)
        PyObject_GC_UnTrack(v)
    set_empty(v, False)
    return v


cdef object construct_variable(PyTypeObject* kind, PyObject* args, PyObject* kwargs):
    """tp_new: for subclasses, whose memory does not come from allocate_variable."""
    v = cython_new_variable(kind, args, kwargs)
    if (<Variable>v).layout is NULL:
        set_empty(<PyObject*>v, True)
    return v


cdef void deallocate_variable(PyObject* v) noexcept:
    """tp_dealloc

    What v holds is taken from it, and let go of when v is no more: code that runs then, in a
    __del__ or the callback of a weak reference, must not find v half dead.
    """
    cdef PyObject* creator
    cdef PyObject* gradient
    Py_SET_REFCNT(v, 1)         # as long as it is handled here
    creator = take_creator(v)
    gradient = take_gradient(v)
    release((<Variable>v).layout)
    Py_SET_REFCNT(v, 0)
    cython_dealloc_variable(v)
    if creator is not NULL:
        release_function(creator)
    if gradient is not NULL:
        release_gradients(gradient)


cdef void recycle_variable(void* memory) noexcept:
    """tp_free: keep the memory of a dead Variable for the next."""
    global dead_variables
    cdef PyObject* v = <PyObject*>memory
    if v.ob_type != <PyTypeObject*>Variable or not keep(FOOTPRINT):
        PyObject_GC_Del(v)
        return
    (<Variable>v).ptr = <double*>dead_variables
    dead_variables = v


cdef void free_kept_variable() noexcept:
    global dead_variables
    cdef PyObject* v
    while dead_variables is not NULL:
        v = dead_variables
        dead_variables = <PyObject*>(<Variable>v).ptr
        PyObject_GC_Del(v)


# ---- Birth and death: Function ----------------------------------------------------------------

cdef PyObject* dead_functions = NULL        # linked through out
cdef destructor cython_dealloc_function = (<TypeSlots*>Function).tp_dealloc
cdef constructor cython_new_function = (<TypeSlots*>Function).tp_new


cdef PyObject* allocate_function(PyTypeObject* kind, Py_ssize_t n) except NULL:
    """tp_alloc: memory for a Function, not tracked."""
    global dead_functions
    cdef PyObject* f = dead_functions
    if kind != <PyTypeObject*>Function:
        return PyType_GenericAlloc(kind, n)
    if f is NULL:
        f = PyType_GenericAlloc(kind, n)
        PyObject_GC_UnTrack(f)
        return f
    dead_functions = (<Function>f).out
    prefetch(dead_functions)
    give_back(FOOTPRINT)
    revive(f)
    (<Function>f).op = NULL
    (<Function>f).out = NULL
    (<Function>f).generation_ = 0
    (<Function>f).n_inputs = 0
    (<Function>f).queued = False
    (<Function>f).tracked = False
    (<Function>f).several = False
    (<Function>f).seen = 0
    return f


cdef object construct_function(PyTypeObject* kind, PyObject* args, PyObject* kwargs):
    """tp_new: a subclass is tracked from birth."""
    f = cython_new_function(kind, args, kwargs)
    (<Function>f).tracked = kind != <PyTypeObject*>Function
    return f


cdef inline void prefetch_older(PyObject* f) noexcept:
    """Have the next to be freed brought nearer.

    A graph is freed from its newest node to its oldest, and what was made one after the other
    mostly lies one after the other: a guess, which costs nothing if it is wrong.
    """
    cdef char* older = <char*>f - 2048
    prefetch(older)
    prefetch(older - 64)
    prefetch(older - 128)
    if (<Function>f).x0 is not None:
        prefetch(<char*><PyObject*>(<Function>f).x0.storage - 512)


cdef void deallocate_function(PyObject* f) noexcept:
    """tp_dealloc

    The inputs are still here: Functions are never cleared by the cycle collector (no_gc_clear),
    since every cycle passes through a Variable, which is.
    """
    cdef PyObject* inputs = <PyObject*>(<Function>f).many
    cdef int i
    prefetch_older(f)
    Py_SET_REFCNT(f, 1)         # as long as it is handled here
    if (<Function>f).seen & WATCHED:
        forget(<Function>f)
    if inputs != <PyObject*>None:
        for i in range((<Function>f).n_inputs):
            (<Variable>PyTuple_GET_ITEM(<tuple>inputs, i)).uses -= 1
    else:
        if (<Function>f).n_inputs > 0:
            (<Function>f).x0.uses -= 1
        if (<Function>f).n_inputs > 1:
            (<Function>f).x1.uses -= 1
    Py_SET_REFCNT(f, 0)
    cython_dealloc_function(f)


cdef void recycle_function(void* memory) noexcept:
    """tp_free: keep the memory of a dead Function for the next."""
    global dead_functions
    cdef PyObject* f = <PyObject*>memory
    if f.ob_type != <PyTypeObject*>Function or not keep(FOOTPRINT):
        PyObject_GC_Del(f)
        return
    (<Function>f).out = dead_functions
    dead_functions = f


cdef void free_kept_function() noexcept:
    global dead_functions
    cdef PyObject* f
    while dead_functions is not NULL:
        f = dead_functions
        dead_functions = (<Function>f).out
        PyObject_GC_Del(f)


# ---- The slots --------------------------------------------------------------------------------

(<TypeSlots*>Variable).tp_alloc = allocate_variable
(<TypeSlots*>Variable).tp_new = construct_variable
(<TypeSlots*>Variable).tp_dealloc = deallocate_variable
(<TypeSlots*>Variable).tp_free = recycle_variable
(<TypeSlots*>Variable).tp_clear = clear_variable

(<TypeSlots*>Function).tp_alloc = allocate_function
(<TypeSlots*>Function).tp_new = construct_function
(<TypeSlots*>Function).tp_dealloc = deallocate_function
(<TypeSlots*>Function).tp_free = recycle_function

on_empty_cache(free_kept_variable)
on_empty_cache(free_kept_function)
