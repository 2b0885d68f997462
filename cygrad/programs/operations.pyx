"""Operations: what a thread computes, written down as instructions of a draft.

A Recorder (recorder.pyx), whose part this is, runs along with the eager engine, which does what it
always does: the numbers, the graph and the backward passes are its own, in its own order, and so
are the program's. Of each array it knows which value of the draft stands in its memory now. So
views need no instruction, and what is added in place makes a new value.
"""

import sys

cimport cython
from libc.math cimport floor
from libc.stdlib cimport malloc

from cpython.object cimport PyObject

from cygrad.core.function cimport (
    COPIES, FAILED, Function, MADE_OF, PUTS, READS_X0, READS_X1, READS_Y, RECORDED, STACKS, SUMS,
    emit_rule, input_of, name_of, reads_input,
)
from cygrad.core.layout cimport Layout, SCALAR, contiguous_layout, release, share
from cygrad.core.mode cimport mode
from cygrad.core.routine cimport AS_IT_IS, DENSE, Emission, FOR_BLAS, Routine
from cygrad.core.routines cimport name_routine
from cygrad.core.storage cimport FOREIGN
from cygrad.core.tape cimport Tape, leave_outputs
from cygrad.core.variable cimport Variable, describe, detached, empty_of
from cygrad.functions.elementwise cimport output_of
from cygrad.functions.indexing cimport shown
from cygrad.functions.linalg cimport is_for_blas
from cygrad.kernels.elementwise cimport constants_of, kernel_named
from cygrad.programs.calls cimport Forward, Gradient, Test
from cygrad.programs.draft cimport (
    CALL, CHECK, COMPUTED, Details, Draft, GATHER, INPUT, Instruction, KERNEL, OUTSIDE, Operand,
    Origin, PUT, ROUTINE, SUM,
)
from cygrad.programs.memory cimport Addresses, Block, Memory, highest, lowest
from cygrad.programs.program cimport ROUTINE_OPERANDS

cdef enum:
    COPIED = 65536          # numbers of an array that may be one of the call's own
    MOST_NUMBERS = 0x7FFFFFFF       # of a value: an offset is an int

cdef int ADD = kernel_named("ADD")
cdef int COPY = kernel_named("COPY")


@cython.final
cdef class Source:
    """A Source: see operations.pxd."""


cdef class Operations(Tape):
    def __cinit__(self):
        self.plain_too = True
        self.draft = Draft()
        self.memory = Memory()
        self.reasons = []
        self.routines = {}
        self.parts = {}
        self.outsides = []
        self.inputs = []
        self.draws = []
        self.all_stores = {}
        self.own = Addresses()
        self.earlier = set()
        self.held = []
        self.where = []

    # ---- What stands where --------------------------------------------------------------------

    cdef const Block* block_of(self, Variable v) except NULL:
        """The Block that v's numbers are in, which is made if they were there before.

        It is looked at before anything else is recorded."""
        cdef const Block* block = self.memory.block_of(v)
        if block is not NULL:
            if self.is_seen(block):
                self.source_at(block).seen.append(v)
            elif self.effects and self.draft.values[block.value].origin == INPUT:
                self.reads_late = True
            return block
        if v.storage.size_class == FOREIGN:
            block = self.of_input(v)
            if block is not NULL:
                return block
        return self.outside(v)

    cdef bint is_seen(self, const Block* block) except -1:
        """Whether it was there before, and was read as a variable's or an array's."""
        return block.source > 0 and self.source_at(block).seen is not None

    cdef Source source_at(self, const Block* block):
        return <Source>self.outsides[block.source - 1]

    cdef const Block* outside(self, Variable v) except NULL:
        cdef Block* block
        cdef Variable w
        cdef int value
        for _, w in self.all_stores.values():
            if v.ptr <= w.ptr + highest(w.layout) and w.ptr <= v.ptr + highest(v.layout):
                self.refused(f"{describe(v)} is read, whose memory was changed in place through "
                             "another array")
        cdef bint foreign = v.storage is not None and v.storage.size_class == FOREIGN
        cdef Py_ssize_t size = highest(v.layout) + 1 - lowest(v.layout)
        cdef int index = <int>len(self.outsides)
        if not v.layout.contiguous or (foreign and v.layout.size > COPIED):
            value = self.new_value(OUTSIDE, size, index)
        else:
            # Its numbers as they are now, in case that nobody else can see it.
            self.is_too_large(size)
            value = self.draft.add_constant(v.ptr, size)
            if foreign:
                self.draft.values[value].origin = OUTSIDE
            self.draft.values[value].index = index
        self.draft.values[value].late = self.effects
        self.add_source(v, value).seen = [v]
        block = self.memory.put(v, value)
        block.source = index + 1
        return block

    cdef Source add_source(self, Variable v, int value):
        cdef Source source = <Source>Source.__new__(Source)
        source.storage = v.storage
        source.base = v.ptr + lowest(v.layout)
        source.value = value
        self.outsides.append(source)
        return source

    cdef int stands_in(self, Variable v, int value) except -1:
        """v's memory has this value now, which is of its size."""
        self.memory.put_alone(v, value)
        return 0

    cdef int read(self, Variable v) except -1:
        """v as an operand of the instruction that was added last."""
        cdef const Block* block
        if v.storage is None:
            self.refused(f"{describe(v)} has no elements")
            return self.draft.add_operand(0, 0, v.layout)
        block = self.block_of(v)
        return self.draft.add_operand(block.value, block.offset + (v.ptr - block.base), v.layout)

    cdef int new_value(self, Origin origin, Py_ssize_t size, int index) except -1:
        self.is_too_large(size)
        return self.draft.add_value(origin, size, index)

    cdef bint is_too_large(self, Py_ssize_t size) except -1:
        if size > MOST_NUMBERS:
            self.refused(f"an array of {size} numbers: a program has none of more than 2^31")
        return size > MOST_NUMBERS

    cdef int make(self, Variable y) except -1:
        """A new value for y, whose memory is new or has been written to."""
        if lowest(y.layout) < 0:
            self.refused(f"{describe(y)} is in an order of its own")
        if y.storage is None:
            self.refused(f"{describe(y)} has no elements")
        return self.new_value(COMPUTED, highest(y.layout) + 1, 0)

    cdef const Block* of_input(self, Variable v) except? NULL:
        """The Block of an array of the caller's: Variables around it have storages of their own;
        NULL if it is none."""
        cdef Variable w
        cdef Block* block
        cdef Py_ssize_t at
        for x in self.inputs:
            if isinstance(x, Variable):
                w = <Variable>x
                at = v.ptr - w.ptr
                if 0 <= at + lowest(v.layout) and at + highest(v.layout) < w.layout.size:
                    block = self.memory.first_of(w.storage)
                    if block is NULL:
                        self.refused("an argument is given other numbers")
                        return NULL
                    block = self.memory.put(v, block.value)
                    block.offset = at + lowest(v.layout)
                    return block
        return NULL

    # ---- Operations ---------------------------------------------------------------------------

    cdef int made(self, Function f, tuple ys) except -1:
        cdef Variable y = <Variable>ys[0], x
        cdef Instruction* at
        cdef int value, k
        self.rest()
        f.seen |= RECORDED
        self.functions += 1
        self.own.add(<PyObject*>f)
        if mode().watching:
            self.refused("anomalies are looked for in the call")
        if f.op is NULL:
            return self.call(Forward(f, ys), [input_of(f, k) for k in range(f.n_inputs)], list(ys))
        if (len(ys) == 1 and f.op.kernel >= 0
                and (f.n_inputs <= 2 or constants_of(f.op.kernel) == 0)):    # set later
            value = self.begin(f.op.kernel, f.c, y)
            for k in range(f.n_inputs):
                self.read(input_of(f, k))
            return self.stands_in(y, value)
        if len(ys) == 1 and is_view(f, y):
            for k in range(f.n_inputs):     # whose own .data may be replaced
                if input_of(f, k).storage is y.storage and y.storage is not None:
                    self.block_of(input_of(f, k))
            return 0
        if len(ys) == 1 and f.op.instruction == COPIES:
            return self.computed(COPY, [f.x0], NULL, y)
        if len(ys) == 1 and f.op.instruction in (SUMS, STACKS):
            value = self.make(y)
            at = self.draft.add(SUM if f.op.instruction == SUMS else GATHER, value)
            at.layout = share(y.layout)
            for k in range(f.n_inputs):
                self.read(input_of(f, k))
            if f.op.instruction == SUMS:
                self.draft.tell(at, 0.0 if f.x0.layout.size == 0 else -0.0, 0.0)
                self.wait_for(f, ys)
            return self.stands_in(y, value)
        if f.op.guarded and (self.paused or self.effects):
            return self.called(f, ys)
        if f.op.emit is not NULL and f.n_inputs + len(ys) + f.op.hidden <= ROUTINE_OPERANDS:
            return self.emitted(f, ys)
        if len(ys) == 1 and y.layout.size == 0 and y.storage is not None:
            return self.stands_in(y, self.draft.add_constant(y.ptr, 0))
        if f.op.instruction == MADE_OF:
            for k in range(f.n_inputs):     # it may have read them through others
                x = input_of(f, k)
                if self.memory.first_of(x.storage) is not NULL:
                    self.block_of(x)
            return 0
        return self.called(f, ys)

    cdef int emitted(self, Function f, tuple ys) except -1:
        """A routine, which f's emit rule will tell of when f is complete."""
        cdef Operand operands[ROUTINE_OPERANDS]
        cdef Instruction* at
        cdef int k, n = f.n_inputs, first
        for k in range(n):
            self.take(input_of(f, k), f.op.taking, &operands[k])
        first = self.draft.n_values
        for y in ys:
            if not (<Variable>y).layout.contiguous:
                self.refused(f"{describe(<Variable>y)} is in an order of its own")
            self.make(<Variable>y)
        for _ in range(f.op.hidden):
            self.draft.add_value(COMPUTED, 0, 0)
        at = self.draft.add(ROUTINE, first)
        self.draft.detail(at).for_blas = f.op.taking == FOR_BLAS
        at.outs = self.draft.n_values - first
        self.read_taken(operands, n)
        self.wait_for(f, ys)
        self.routines[<size_t><PyObject*>f] = first
        for k in range(len(ys)):
            self.stands_in(<Variable>ys[k], first + k)
        if f.op.guarded:
            self.check(self.draft.n_values - 1, 0, 0.0 if <int>f.c[1] & FAILED else 1.0)
            self.where.append((f"whether {name_of(f)} succeeds", line_of_the_user()))
        return 0

    cdef int gradient_emitted(self, Function f, int i, list gys, list gxs) except -1:
        """The same of a gradient, or of those by all inputs (i: -1); False if there is no rule.

        gxs: of each result the Variable, or None where nobody wants it.
        """
        cdef Operand operands[ROUTINE_OPERANDS]
        cdef Instruction* at
        cdef int k, n = 0, outputs = len(gys), first
        self.rest()
        found = self.routines.get(<size_t><PyObject*>f)
        if (f.op.emit_gradient is NULL
                or found is None and (f.op.hidden > 0 or f.op.emit_reads & READS_Y)
                or f.n_inputs + f.op.hidden + 2 * outputs + len(gxs) > ROUTINE_OPERANDS):
            return False
        for k in range(f.n_inputs):
            if reads_input(f.op.emit_reads, k):
                self.take(input_of(f, k), DENSE, &operands[n])
                n += 1
        for k in range(outputs + f.op.hidden):
            if k >= outputs or f.op.emit_reads & READS_Y:
                operands[n].value = <int>found + k
                operands[n].offset = 0
                operands[n].layout = share((<Variable>gys[k]).layout if k < outputs else SCALAR)
                n += 1
        for g in gys:
            self.take(<Variable>g, DENSE, &operands[n])
            n += 1
        first = self.draft.n_values
        for k in range(len(gxs)):
            if gxs[k] is None:
                self.draft.add_value(COMPUTED, input_of(f, k).layout.size, 0)
            else:
                self.make(<Variable>gxs[k])
        at = self.draft.add(ROUTINE, first)
        self.draft.detail(at).for_blas = f.op.taking == FOR_BLAS
        at.outs = <int>len(gxs)
        self.read_taken(operands, n)
        self.fill_in(at, f, i, True)
        for k in range(len(gxs)):
            if gxs[k] is not None:
                self.stands_in(<Variable>gxs[k], first + k)
        return True

    cdef int read_taken(self, Operand* operands, int n) except -1:
        """What `take` has given, as operands of the instruction that was added last."""
        cdef int k
        for k in range(n):
            self.draft.add_operand(operands[k].value, operands[k].offset, operands[k].layout)
            release(operands[k].layout)
        return 0

    cdef int take(self, Variable v, int taking, Operand* operand) except -1:
        """v, as a routine takes it: a copy, where its strides are others."""
        cdef const Block* block
        cdef Instruction* at
        cdef int value
        if v.storage is None:
            self.refused(f"{describe(v)} has no elements")
        if (v.layout.contiguous or taking == AS_IT_IS
                or (taking == FOR_BLAS and is_for_blas(v.layout))):
            operand.layout = share(v.layout)
            operand.value = 0
            if v.storage is not None:
                block = self.block_of(v)
                operand.value = block.value
                operand.offset = block.offset + (v.ptr - block.base)
            return 0
        operand.layout = contiguous_layout(v.layout.ndim, v.layout.shape)
        operand.value = value = self.draft.add_value(COMPUTED, v.layout.size, 0)
        operand.offset = 0
        at = self.draft.add(KERNEL, value)
        at.kernel = COPY
        at.layout = share(operand.layout)
        return self.read(v)

    cdef int wait_for(self, Function f, tuple ys) except -1:
        """f is not complete yet: the instruction that was added last is filled in afterwards."""
        self.unfilled = self.draft.n_instructions - 1
        self.made_last = f
        self.outputs_last = ys
        return 0

    cdef int rest(self) except -1:
        cdef Function f = self.made_last
        cdef Instruction* at
        if f is None:
            return 0
        at = &self.draft.instructions[self.unfilled]
        if at.kind == SUM:
            self.draft.detail(at).axes = f.saved
        else:
            self.fill_in(at, f, 0, False)
        leave_outputs(f, self.outputs_last)
        self.made_last = self.outputs_last = None
        return 0

    cdef int fill_in(self, Instruction* at, Function f, int i, bint gradient) except -1:
        """Ask the rule what the routine is."""
        cdef emit_rule rule = f.op.emit_gradient if gradient else f.op.emit
        cdef const Layout* layouts[ROUTINE_OPERANDS]
        cdef Py_ssize_t sizes[ROUTINE_OPERANDS]
        cdef Emission e
        cdef Details* details = self.draft.detail(at)
        cdef int k
        for k in range(at.count):
            layouts[k] = self.draft.operands[at.first + k].layout
        e.operands = layouts
        e.n_operands = at.count
        e.hidden = sizes
        e.n = NULL
        e.count = 0
        e.c[0] = e.c[1] = 0.0
        try:
            rule(f, i, &e)
        finally:
            details.n = e.n
            details.n_count = e.count
        details.run = e.run
        details.name = e.name
        self.draft.tell(at, e.c[0], e.c[1])
        if not gradient:
            for k in range(f.op.hidden):
                self.draft.values[at.out + at.outs - f.op.hidden + k].size = sizes[k]
        return 0

    cdef int called(self, Function f, tuple ys) except -1:
        if f.op.again is NULL:
            return self.refused(f"{name_of(f)} cannot be computed again")
        if f.op.guarded and <int>f.c[1] & FAILED:
            return self.refused(f"an error of {name_of(f)} that is caught, after an update or in a "
                                "backward pass")
        return self.call(Forward(f, ys), [input_of(f, k) for k in range(f.n_inputs)], list(ys))

    cdef int call(self, object function, list operands, list results) except -1:
        """By Python, with arrays."""
        cdef Instruction* at
        cdef int k, first
        cdef list given = [in_order(<Variable>y) for y in results]
        self.rest()
        first = self.draft.n_values
        for y in given:
            self.make(<Variable>y)
        at = self.draft.add(CALL, first if results else -1)
        at.outs = <int>len(results)
        self.draft.detail(at).index = <int>len(self.draft.calls)
        self.draft.calls.append(function)
        for x in operands:
            self.read(<Variable>x)
        for k in range(len(results)):
            self.stands_in(<Variable>given[k], first + k)
        for k in range(len(results)):
            if given[k] is not results[k]:
                self.computed(COPY, [given[k]], NULL, <Variable>results[k])
        return 0

    cdef int tested(self, Variable v, double low, double high, object test) except -1:
        if self.paused or self.effects:     # where no other capture can raise what eager raises
            return self.call(Test(test), [v], [])
        return self.demand(run_within, v, low, high, 0.0)

    cdef int computed(self, int kernel, list operands, const double* c, Variable y) except -1:
        cdef int value
        self.rest()
        value = self.begin(kernel, c, y)
        for x in operands:
            self.read(<Variable>x)
        return self.stands_in(y, value)

    cdef int flowed(self, Function f, int i, Variable gy, Variable gx) except -1:
        cdef int value, reads = f.op.reads[i]
        self.rest()
        value = self.begin(f.op.gradient[i], f.c, gx)
        self.read(gy)
        if reads & READS_X0:
            self.read(f.x0)
        if reads & READS_X1:
            self.read(f.x1)
        if reads & READS_Y:
            self.read(output_of(f))
        return self.stands_in(gx, value)

    cdef int begin(self, int kernel, const double* c, Variable y) except -1:
        """An instruction for y, which has no operands yet; the value that it makes."""
        cdef int value = self.make(y)
        cdef Instruction* at = self.draft.add(KERNEL, value)
        at.kernel = kernel
        at.layout = share(y.layout)
        if c is not NULL and constants_of(kernel) > 0:
            self.draft.tell(at, c[0], c[1])
        return value

    # ---- A plain backward pass ----------------------------------------------------------------

    cdef int added(self, Variable total, Variable g) except -1:
        return self.computed(ADD, [total, g], NULL, total)

    cdef int reached(self, Function f) except -1:
        if not self.own.has(<PyObject*>f):
            self.earlier.update([id(y) for y in f.outputs])
        return 0

    cdef int passed(self, Function f, int i, Variable gy, Variable gx, Variable into) except -1:
        cdef Instruction* at
        cdef Variable y = <Variable>f.out if f.out is not NULL else None, part
        cdef int value
        self.rest()
        if f.op.instruction == STACKS:
            return self.picked(gy, i, gx, into)
        if f.op.instruction == PUTS and gy.layout.size == 0:
            if gx is into:
                return 0
            return self.stands_in(gx, self.draft.add_constant(gx.ptr, gx.layout.size))
        if f.op.instruction == PUTS and gx.layout.contiguous:
            value = self.make(gx)
            part = shown(gx, f.saved)
            at = self.draft.add(PUT, value)
            self.draft.detail(at).offset = <int>(part.ptr - gx.ptr)
            at.layout = share(part.layout)
            self.read(gy)
            if into is not None:
                self.read(into)
            return self.stands_in(gx, value)
        if gx is not into and self.gradient_emitted(f, i, [gy], [gx]):
            return 0
        if f.op.again is NULL:
            return self.refused(f"{name_of(f)} cannot be computed again")
        operands = [input_of(f, k) for k in range(f.n_inputs)] + [gy]
        adds = into is not None and gx is into
        return self.call(Gradient(f, y, [i], [0], adds), operands + [into] if adds else operands,
                         [gx])

    cdef int swept(self, Function f, list gys, list pairs) except -1:
        cdef int k
        cdef list places = [], gxs = [None] * f.n_inputs
        if f.op is not NULL and f.op.again is NULL:
            return self.refused(f"{name_of(f)} cannot be computed again")
        for x, gx in pairs:
            for k in range(f.n_inputs):
                if input_of(f, k) is x and k not in places:
                    places.append(k)
                    gxs[k] = gx
                    break
        if (f.op is not NULL and len(places) == len(pairs) and None not in gys
                and self.gradient_emitted(f, -1, gys, gxs)):
            return 0
        y = <object>f.out if f.out is not NULL else None
        given = [k for k in range(len(gys)) if gys[k] is not None]
        return self.call(Gradient(f, y, places, given, False),
                         [input_of(f, k) for k in range(f.n_inputs)] + [gys[k] for k in given],
                         [gx for _, gx in pairs])

    cdef int picked(self, Variable gy, int i, Variable gx, Variable into) except -1:
        """Of what flows to a stack of numbers, the i-th."""
        cdef Variable part = detached(gy)
        release(part.layout)
        part.layout = share(SCALAR)
        part.ptr = gy.ptr + i * (gy.layout.strides[0] // <Py_ssize_t>sizeof(double))
        if gx is into:
            return self.added(into, part)
        return self.computed(COPY, [part], NULL, gx)

    cdef int collected(self, object owner, int part, Variable v) except -1:
        cdef Operand operand
        self.rest()
        self.take(v, DENSE, &operand)
        release(operand.layout)
        self.parts[(id(owner), part)] = (operand.value, operand.offset)
        self.held.append(owner)
        return 0

    cdef int copied(self, object owner, int part, Variable y) except -1:
        cdef Block* block
        self.rest()
        block = self.memory.put_alone(y, 0)
        if (id(owner), part) not in self.parts:
            return self.refused("the gradient of weights that steps of a recurrent layer share")
        block.value, block.offset = <tuple>self.parts[(id(owner), part)]
        return 0

    # ---- Guards -------------------------------------------------------------------------------

    cdef int check(self, int value, Py_ssize_t offset, double expected) except -1:
        cdef int wanted = self.draft.add_constant(&expected, 1)
        self.asks_late = self.asks_late or len(self.draws) > 0
        self.draft.add(CHECK, -1)
        self.draft.add_operand(value, offset, SCALAR)
        return self.draft.add_operand(wanted, 0, SCALAR)

    cdef int demand(self, Routine run, Variable v, double low, double high, double exempt,
                    double answer=1.0) except -1:
        """The run ends where the routine's answer about the numbers is another."""
        cdef Instruction* at
        cdef Details* details
        cdef Operand operand
        cdef int value
        self.rest()
        if v.layout.size == 0:
            return 0
        self.take(v, DENSE, &operand)
        value = self.draft.add_value(COMPUTED, 1, 0)
        at = self.draft.add(ROUTINE, value)
        details = self.draft.detail(at)
        details.run = run
        details.name = b"within"
        details.n = <Py_ssize_t*>malloc(sizeof(Py_ssize_t))
        if details.n is NULL:
            release(operand.layout)
            raise MemoryError()
        details.n[0] = v.layout.size
        details.n_count = 1
        self.draft.tell(at, low, high)
        self.read_taken(&operand, 1)
        self.draft.add_operand(self.draft.add_constant(&exempt, 1), 0, SCALAR)
        self.check(value, 0, answer)
        self.where.append(("numbers within bounds", line_of_the_user()))
        return 0

    cdef int refused(self, str why) except -1:
        self.reasons.append((why, line_of_the_user()))
        return 0


cdef void run_bounds(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """1.0 if all are whole numbers from c[0] to c[1], or the exempt one; else 0.0."""
    cdef Py_ssize_t k
    at[2][0] = 1.0
    for k in range(n[0]):
        if not (c[0] <= at[0][k] <= c[1] and at[0][k] == floor(at[0][k])
                or at[0][k] == at[1][0]):
            at[2][0] = 0.0

name_routine("within", run_bounds)


cdef void run_within(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """1.0 if all numbers are from c[0] to c[1]; else 0.0."""
    cdef Py_ssize_t k
    at[2][0] = 1.0
    for k in range(n[0]):
        if not c[0] <= at[0][k] <= c[1]:
            at[2][0] = 0.0

name_routine("between", run_within)


cdef bint is_view(Function f, Variable y) noexcept:
    """Whether an operation's output is on the memory of an input."""
    cdef int k
    for k in range(f.n_inputs):
        if input_of(f, k).storage is y.storage:
            return True
    return False


cdef Variable in_order(Variable y):
    """y, or another of its shape in C order."""
    return y if y.layout.contiguous else empty_of(y.layout.ndim, y.layout.shape)


cdef object line_of_the_user():
    """The file and line that is being run, of the innermost frame in Python outside cygrad."""
    frame = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith("cygrad."):
        frame = frame.f_back
    return ("?", 0) if frame is None else (frame.f_code.co_filename, frame.f_lineno)
