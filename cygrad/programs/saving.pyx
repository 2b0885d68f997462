# cython: boundscheck=True
# What is indexed here is of others.
"""Saving: a draft as plain values, which go from one process to another, and back.

Kernels and routines go by their names: numbers and addresses are of one build. What comes back is
from who knows where, so nothing of it is believed: here types and places in tables are looked at,
and in checking.pyx what the instructions reach. A digest finds what was damaged on its way.
"""

from hashlib import blake2b
from importlib import import_module
from pkgutil import iter_modules

from libc.stdlib cimport malloc
from libc.string cimport memcpy

from cygrad.core.layout cimport (
    Layout, MAX_NDIM, layout_of_shape, release, shape_of, share, strided_layout,
)
from cygrad.core.routine cimport Routine
from cygrad.core.routines cimport name_of_routine, routine_named
from cygrad.kernels.elementwise cimport instruction_named, kernel_named, name_of_kernel
from cygrad.programs.checking cimport check
from cygrad.programs.draft cimport (
    CALL, COMPUTED, CONSTANT, Details, Draft, INPUT, Instruction, KERNEL, Kind, OUTSIDE, Operand,
    Origin, PAUSE, ROUTINE, Value,
)

from cygrad._version import __version__

cdef Py_ssize_t MOST = <Py_ssize_t>1 << 59      # numbers of a program, and bytes of a stride
cdef Py_ssize_t LARGEST = 0x7FFFFFFF            # numbers of a value

FORMAT = 1                  # of what `saved` gives: another one is another number


# ---- Out -----------------------------------------------------------------------------------------

cdef class Saving:
    """The tables of a draft on its way out."""
    cdef Draft draft
    cdef list outside
    cdef dict numbers           # of the values that are read or made
    cdef list values            # of (origin, size, index)
    cdef list blocks            # of constants and what is outside, bytes
    cdef dict layouts           # by (shape, strides): its number

    def __init__(self, Draft draft not None, list outside not None):
        self.draft = draft
        self.outside = outside
        self.numbers = {}
        self.values = []
        self.blocks = []
        self.layouts = {}

    cdef int value(self, int k) except -1:
        """The number of a value in the table, where it comes now at the latest."""
        cdef const Value* of = &self.draft.values[k]
        cdef int index = 0
        if k in self.numbers:
            return self.numbers[k]
        self.numbers[k] = len(self.numbers)
        if of.origin == CONSTANT:
            self.blocks.append((<const char*>of.constants)[:of.size * sizeof(double)])
        elif of.origin == OUTSIDE:
            self.blocks.append(self.outside[of.index])
        else:
            index = of.index
        self.values.append((<int>of.origin, of.size, index))
        return self.numbers[k]

    cdef int layout(self, const Layout* layout) except -1:
        cdef int d
        strides = tuple([layout.strides[d] for d in range(layout.ndim)])
        return self.layouts.setdefault((shape_of(layout), strides), len(self.layouts))

    cdef tuple operand(self, const Operand* operand):
        return self.value(operand.value), operand.offset, self.layout(operand.layout)

    cdef tuple instruction(self, const Instruction* at):
        cdef const Details* details = self.draft.details_of(at)
        cdef const double* c = self.draft.c_of(at)
        cdef int j
        name = layout = None
        operands = tuple([self.operand(&self.draft.operands[at.first + j])
                          for j in range(at.count)])
        if at.kind == CALL:
            called = self.draft.calls[details.index].name
            raise TypeError(f"compile: a program that calls {called} of "
                            "Python cannot be pickled; pickle the compiled function, which is "
                            "captured anew where it is loaded")
        if at.kind == KERNEL:
            name = name_of_kernel(at.kernel)
        elif at.kind == ROUTINE:
            name = name_of_routine(details.run), details.name.decode()
        if at.layout is not NULL:
            layout = self.layout(at.layout)
        outs = [self.value(at.out + j) for j in range(at.outs)]     # which follow each other
        return (<int>at.kind, name, operands, outs[0] if outs else -1, at.outs, layout,
                details.offset, details.axes, (<const char*>c)[:2 * sizeof(double)],
                tuple([details.n[j] for j in range(details.n_count)]))


cdef tuple saved(Draft draft, list shapes, list outside):
    cdef Saving to = Saving(draft, outside)
    cdef int k
    for k in range(draft.n_values):
        if draft.values[k].origin == INPUT:
            to.value(k)
    instructions = tuple([to.instruction(&draft.instructions[k])
                          for k in range(draft.n_instructions)])
    results = tuple([(to.value(r[0]), *r[1:]) for r in draft.results])
    body = tuple(shapes), tuple(to.values), tuple(to.layouts), instructions, results
    return FORMAT, __version__, body, tuple(to.blocks), digest(body, to.blocks)


cdef bytes digest(object body, object blocks):
    found = blake2b(repr(body).encode(), digest_size=16)
    for block in blocks:
        found.update(block)
    return found.digest()


# ---- In ------------------------------------------------------------------------------------------

cdef tuple loaded(object state):
    if type(state) is not tuple or len(state) != 5:
        raise ValueError("compile: this is no state of a Program")
    version, of, body, blocks, sum_of_it = state
    if version != FORMAT or of != __version__:
        raise ValueError(f"compile: this Program was pickled by cygrad {of}, format {version}; it "
                         f"is cygrad {__version__}, format {FORMAT} here. Capture it again")
    try:
        if digest(body, blocks) != sum_of_it:
            raise ValueError("it was damaged on its way")
        return read(body, blocks)
    except (TypeError, ValueError, LookupError, OverflowError, AttributeError) as error:
        raise ValueError(f"compile: this Program cannot be loaded: {error}") from error


cdef tuple read(object body, object blocks):
    cdef Draft draft = Draft()
    cdef int k
    shapes, values, layouts, instructions, results = body
    outside = read_values(draft, values, blocks)
    layouts = [layout_object(shape, strides) for shape, strides in layouts]
    for of in instructions:
        read_instruction(draft, layouts, of)
    for value, offset, shape, strides in results:
        layout_object(shape, strides)
        draft.results.append((<int>value, <Py_ssize_t>offset, ints(shape), ints(strides)))
    shapes = [ints(shape) for shape in shapes]
    for k in range(draft.n_values):
        if draft.values[k].origin == INPUT and not (
                0 <= draft.values[k].index < len(shapes)
                and size_of(shapes[draft.values[k].index]) == draft.values[k].size):
            raise ValueError("an input has another size than its shape")
    check(draft, len(shapes))
    return draft, shapes, outside


cdef tuple ints(object shape):
    return tuple([<Py_ssize_t>n for n in shape])


cdef Py_ssize_t size_of(object shape) except -1:
    cdef Layout* layout = layout_of_shape(shape)
    cdef Py_ssize_t size = layout.size
    release(layout)
    return size


cdef list read_values(Draft draft, object values, object blocks):
    """The blocks of what is outside."""
    cdef list outside = [], left = list(blocks)[::-1]
    cdef Py_ssize_t size, total = 0
    cdef int origin
    for origin, size, index in values:
        if not (0 <= size <= LARGEST and size < MOST - total and COMPUTED <= origin <= OUTSIDE):
            raise ValueError(f"there are no values of origin {origin} and size {size}")
        total += size
        if origin == COMPUTED or origin == INPUT:
            draft.add_value(<Origin>origin, size, index)
            continue
        block = left.pop()
        if type(block) is not bytes or len(block) != size * <Py_ssize_t>sizeof(double):
            raise ValueError("a constant has another size than its numbers")
        if origin == CONSTANT:
            draft.add_constant(<const double*><const char*>block, size)
        else:
            draft.add_value(OUTSIDE, size, <int>len(outside))
            outside.append(block)
    if left:
        raise ValueError("there are numbers of no value")
    return outside


cdef class Held:
    """A Layout, to be in a list."""
    cdef Layout* layout

    def __dealloc__(self):
        if self.layout is not NULL:
            release(self.layout)


cdef Held layout_object(object shape, object strides):
    cdef Py_ssize_t dims[MAX_NDIM]
    cdef Py_ssize_t steps[MAX_NDIM]
    cdef Held held = Held()
    cdef int d, ndim = <int>len(shape)
    if ndim > MAX_NDIM or len(strides) != ndim:
        raise ValueError(f"there is no layout of shape {shape} and strides {strides}")
    size_of(shape)              # not too many, and no negative lengths
    for d in range(ndim):
        dims[d] = shape[d]
        steps[d] = strides[d]
        if steps[d] % <Py_ssize_t>sizeof(double) != 0 or not -MOST < steps[d] < MOST:
            raise ValueError(f"there are no strides {strides} of doubles")
    held.layout = strided_layout(ndim, dims, steps)
    return held


cdef int read_instruction(Draft draft, list layouts, object of) except -1:
    cdef Instruction* at
    cdef Details* details
    cdef bytes c
    cdef tuple n
    cdef int number = 0, out, outs, offset, k
    cdef unsigned long long axes
    cdef double pair[2]
    cdef Held layout
    kind, name, operands, out, outs, form, offset, axes, c, n = of
    if not KERNEL <= <int>kind <= PAUSE or kind == CALL:
        raise ValueError(f"there is no instruction of kind {kind}")
    if kind == KERNEL:
        number = number_of(name)
    held = [(<int>value, <int>start, layouts[which]) for value, start, which in operands]
    layout = None if form is None else layouts[form]
    numbers = ints(n)
    if len(c) != sizeof(pair):
        raise ValueError("an instruction has other constants")
    memcpy(pair, <const char*>c, sizeof(pair))
    at = draft.add(<Kind><int>kind, out)
    at.outs = outs
    at.kernel = number
    draft.tell(at, pair[0], pair[1])
    details = draft.detail(at)
    details.offset = offset
    details.axes = axes
    if layout is not None:
        at.layout = share(layout.layout)
    if kind == ROUTINE:
        details.run = known_routine(name[0])
        details.name = static_name(name[1])
        details.n = <Py_ssize_t*>malloc((len(numbers) + 1) * sizeof(Py_ssize_t))
        if details.n is NULL:
            raise MemoryError()
        for k in range(len(numbers)):
            details.n[k] = numbers[k]
        details.n_count = len(numbers)
    for value, start, part in held:
        draft.add_operand(value, start, (<Held>part).layout)
    return 0


cdef Routine known_routine(object name) except NULL:
    try:
        return routine_named(name)
    except LookupError:         # families are imported when they are first used
        for folder in ("programs", "functions", "linalg"):
            package = import_module(f"cygrad.{folder}")
            for module in iter_modules(package.__path__, f"cygrad.{folder}."):
                import_module(module.name)
        return routine_named(name)


cdef dict NAMES = {}            # bytes that stay


cdef const char* static_name(str name) except NULL:
    cdef bytes found = NAMES.setdefault(name, name.encode())
    return found


cdef int number_of(str name) except -1:
    try:
        return kernel_named(name)
    except LookupError:
        return instruction_named(name)
