"""Draft: a program while it is recorded: instructions in SSA form, each making one value.

A value is a block of numbers that is written once. Operands are parts of values, with a shape and
strides: a view needs no instruction. Simplifications are exact, to the bit: what nothing reads
goes, 1 x and x 1 are x, and what was computed before, of the same operands, is not computed again.
"""

from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcmp, memcpy, memset

from cygrad.core.layout cimport Layout, release, same_shape, shape_of, share
from cygrad.kernels.elementwise cimport constants_of, kernel_named, name_of_kernel

cdef int MUL = kernel_named("MUL")
cdef int MUL_X = kernel_named("G_MUL_X")
cdef int MUL_Y = kernel_named("G_MUL_Y")
cdef int COPY = kernel_named("COPY")
cdef int MUL_C = kernel_named("MUL_C")
cdef int MUL_C_X = kernel_named("G_MUL_C_X")


cdef class Draft:
    def __cinit__(self):
        self.calls = []
        self.results = []

    def __dealloc__(self):
        cdef int k
        for k in range(self.n_values):
            free(self.values[k].constants)
        for k in range(self.n_operands):
            release(self.operands[k].layout)
        for k in range(self.n_instructions):
            if self.instructions[k].place.layout is not NULL:
                release(self.instructions[k].place.layout)
            free(self.instructions[k].n)
        free(self.values)
        free(self.operands)
        free(self.instructions)

    cdef int add_value(self, Origin origin, Py_ssize_t size, int index) except -1:
        cdef Value* value
        if self.n_values == self.room_for_values:
            self.room_for_values = 64 + 2 * self.room_for_values
            self.values = <Value*>grown(self.values, self.room_for_values * sizeof(Value))
        value = &self.values[self.n_values]
        value.origin = origin
        value.size = size
        value.index = index
        value.constants = NULL
        value.late = False
        self.n_values += 1
        return self.n_values - 1

    cdef int add_constant(self, const double* numbers, Py_ssize_t size) except -1:
        cdef int k = self.add_value(CONSTANT, size, 0)
        self.values[k].constants = <double*>malloc(max(size, 1) * sizeof(double))
        if self.values[k].constants is NULL:
            raise MemoryError()
        memcpy(self.values[k].constants, numbers, size * sizeof(double))
        return k

    cdef int add_operand(self, int value, Py_ssize_t offset, Layout* layout) except -1:
        """An operand of the instruction that was added last."""
        cdef Operand* operand
        if self.n_operands == self.room_for_operands:
            self.room_for_operands = 128 + 2 * self.room_for_operands
            self.operands = <Operand*>grown(self.operands,
                                            self.room_for_operands * sizeof(Operand))
        operand = &self.operands[self.n_operands]
        operand.value = value
        operand.offset = offset
        operand.layout = share(layout)
        self.n_operands += 1
        self.instructions[self.n_instructions - 1].count += 1
        return 0

    cdef Instruction* add(self, Kind kind, int out) except NULL:
        cdef Instruction* instruction
        if self.n_instructions == self.room_for_instructions:
            self.room_for_instructions = 64 + 2 * self.room_for_instructions
            self.instructions = <Instruction*>grown(
                self.instructions, self.room_for_instructions * sizeof(Instruction))
        instruction = &self.instructions[self.n_instructions]
        memset(instruction, 0, sizeof(Instruction))
        instruction.kind = kind
        instruction.first = self.n_operands
        instruction.out = out
        instruction.outs = 1 if out >= 0 else 0
        self.n_instructions += 1
        return instruction

    # ---- Simplification -----------------------------------------------------------------------

    cdef int simplify(self) except -1:
        cdef Operand* stands_for = <Operand*>calloc(self.n_values, sizeof(Operand))
        cdef int k
        if stands_for is NULL:
            raise MemoryError()
        try:
            for k in range(self.n_values):
                stands_for[k].value = k
            self.find_equals(stands_for)
            self.drop_unread()
        finally:
            free(stands_for)
        return 0

    cdef int find_equals(self, Operand* stands_for) except -1:
        """Replace what equals another value by that. Operands of replaced values are renamed."""
        cdef Instruction* at
        cdef Operand same
        cdef int k, j, buckets = 1, entry
        cdef int* table
        cdef char* apart = self.to_stay_apart()
        cdef size_t place
        while buckets < 2 * self.n_instructions + 2:
            buckets *= 2
        table = <int*>malloc(buckets * sizeof(int))
        if table is NULL:
            free(apart)
            raise MemoryError()
        for k in range(buckets):
            table[k] = -1
        for k in range(self.n_instructions):
            at = &self.instructions[k]
            for j in range(at.count):
                rename(&self.operands[at.first + j], stands_for)
            if at.kind != KERNEL or apart[at.out]:
                continue
            if self.is_one_of_its_operands(at, &same):
                stands_for[at.out] = same
                at.dead = True
                continue
            place = self.hash_of(at) & <size_t>(buckets - 1)
            while True:
                entry = table[place]
                if entry < 0:
                    table[place] = k
                    break
                if self.equal(at, &self.instructions[entry]):
                    stands_for[at.out].value = self.instructions[entry].out
                    at.dead = True
                    break
                place = (place + 1) & <size_t>(buckets - 1)
        free(table)
        free(apart)
        for k in range(len(self.results)):
            result = <tuple>self.results[k]
            same.value = result[0]
            same.offset = result[1]
            rename(&same, stands_for)
            self.results[k] = (same.value, same.offset, *result[2:])
        return 0

    cdef char* to_stay_apart(self) except NULL:
        """Of each value, whether no other may stand for it.

        BLAS multiplies a matrix by itself, transposed, in a way of its own, whose last bits differ:
        two operands that were not on the same memory must not come to be.
        """
        cdef char* apart = <char*>calloc(max(self.n_values, 1), 1)
        cdef const Instruction* at
        cdef int k, j
        if apart is NULL:
            raise MemoryError()
        for k in range(self.n_instructions):
            at = &self.instructions[k]
            if at.count > 1 and (at.kind == ROUTINE or (at.kind == CALL and at.outs > 0)):
                for j in range(at.count):
                    apart[self.operands[at.first + j].value] = (
                        self.values[self.operands[at.first + j].value].size > 1)
        return apart

    cdef bint is_one_of_its_operands(self, const Instruction* at, Operand* same) noexcept:
        """Whether the result is an operand, as that of 1 x of numbers."""
        cdef const Operand* operands = &self.operands[at.first]
        cdef int k
        if (at.kernel == COPY and operands[0].layout.contiguous and at.place.layout.contiguous
                and operands[0].layout.size == self.values[at.out].size
                and self.values[operands[0].value].origin == COMPUTED):
            same[0] = operands[0]
            return True
        if self.values[at.out].size != 1 or operands[0].layout.size != 1:
            return False
        for k in range(at.count):           # an effect may write to that
            if self.values[operands[k].value].origin == OUTSIDE:
                return False
        if at.kernel == MUL or at.kernel == MUL_X or at.kernel == MUL_Y:
            for k in range(2):
                if self.is_one(&operands[k]) and operands[1 - k].layout.size == 1:
                    same[0] = operands[1 - k]
                    return True
        if (at.kernel == MUL_C or at.kernel == MUL_C_X) and at.c[0] == 1.0:
            same[0] = operands[0]
            return True
        return False

    cdef bint is_one(self, const Operand* operand) noexcept:
        cdef const Value* value = &self.values[operand.value]
        return (value.origin == CONSTANT and operand.layout.size == 1
                and value.constants[operand.offset] == 1.0)

    cdef size_t hash_of(self, const Instruction* at) noexcept:
        cdef size_t h = <size_t>at.kernel * 0x9E3779B97F4A7C15ULL
        cdef unsigned long long bits
        cdef int j
        for j in range(at.count):
            h = (h ^ (<size_t>self.operands[at.first + j].value * 31
                      + <size_t>self.operands[at.first + j].offset)) * 0x100000001B3ULL
        for j in range(constants_of(at.kernel)):
            memcpy(&bits, &at.c[j], 8)
            h = (h ^ <size_t>bits) * 0x100000001B3ULL
        return h ^ (h >> 29)

    cdef bint equal(self, const Instruction* a, const Instruction* b) noexcept:
        cdef const Operand* x = &self.operands[a.first]
        cdef const Operand* y = &self.operands[b.first]
        cdef int j
        if (a.kernel != b.kernel or a.count != b.count
                or self.values[a.out].size != self.values[b.out].size
                or memcmp(a.c, b.c, constants_of(a.kernel) * sizeof(double)) != 0):
            return False
        for j in range(a.count):
            if (x[j].value != y[j].value or x[j].offset != y[j].offset
                    or not (x[j].layout.contiguous and y[j].layout.contiguous)
                    or not same_shape(x[j].layout, y[j].layout)):
                return False
        return same_shape(a.place.layout, b.place.layout)

    cdef int drop_unread(self) except -1:
        cdef char* read = <char*>calloc(max(self.n_values, 1), 1)
        cdef Instruction* at
        cdef int k, j
        cdef bint wanted
        if read is NULL:
            raise MemoryError()
        for result in self.results:
            read[<int>result[0]] = 1
        for k in range(self.n_instructions - 1, -1, -1):
            at = &self.instructions[k]
            if at.dead:
                continue
            wanted = at.kind == CHECK or at.outs == 0
            for j in range(at.outs):
                wanted = wanted or read[at.out + j]
            at.dead = not wanted
            if wanted:
                for j in range(at.count):
                    read[self.operands[at.first + j].value] = 1
        free(read)
        return 0

    # ---- Comparing ----------------------------------------------------------------------------

    cdef tuple meaning(self, list outside, dict table):
        """What it checks, what it calls in this order, and what it gives, by numbers of the table.

        Values of two drafts have one number where they are computed in the same way of the same,
        in whatever order. outside: for each value of that kind what it is read from.
        """
        cdef const Instruction* at
        cdef list numbers = [None] * self.n_values, checks = [], calls = []
        cdef int k, j
        for k in range(self.n_values):
            numbers[k] = number_of(table, self.source_of(k, outside))
        for k in range(self.n_instructions):
            at = &self.instructions[k]
            if at.dead:
                continue
            key = tuple([self.meant(&self.operands[at.first + j], numbers)
                         for j in range(at.count)])
            if at.kind == CHECK:
                checks.append(key)
                continue
            if at.kind == CALL:
                key = (self.calls[at.index].meant(key), len(calls))
                calls.append(key)
            key += details(at)
            for j in range(at.outs):
                numbers[at.out + j] = number_of(table, (key, j))
        return checks, calls, [(numbers[r[0]], *r[1:]) for r in self.results]

    cdef tuple source_of(self, int k, list outside):
        cdef const Value* value = &self.values[k]
        if value.origin == CONSTANT:
            return CONSTANT, (<const char*>value.constants)[:value.size * sizeof(double)]
        if value.origin == OUTSIDE:
            return OUTSIDE, outside[value.index], bool(value.late)
        return <int>value.origin, value.index if value.origin == INPUT else -1 - k

    cdef tuple meant(self, const Operand* operand, list numbers):
        return (numbers[operand.value],) + placed(operand)

    # ---- Reading it ---------------------------------------------------------------------------

    def listing(self):
        """The instructions as text, one a line, with the shapes of what they make."""
        cdef int k, j
        self.numbers = {}
        for k in range(self.n_instructions):
            if not self.instructions[k].dead:
                for j in range(self.instructions[k].outs):
                    self.numbers[self.instructions[k].out + j] = len(self.numbers) + 1
        lines = [self.line(&self.instructions[k]) for k in range(self.n_instructions)
                 if not self.instructions[k].dead]
        for result in self.results:
            lines.append(f"give {self.name_of(result[0], result[1], len(result[2]) == 0)}"
                         f"{shape_text(result[2])}")
        return "\n".join(lines)

    cdef str text(self, const Operand* operand):
        cdef const Value* value = &self.values[operand.value]
        if value.origin == CONSTANT and operand.layout.size == 1:
            return repr(value.constants[operand.offset])
        return self.name_of(operand.value, operand.offset, operand.layout.size == 1)

    cdef str line(self, const Instruction* at):
        cdef const Operand* operands = &self.operands[at.first]
        cdef int j
        given = ", ".join([self.text(&operands[j]) for j in range(at.count)])
        if at.kind == CHECK:
            return f"check {given}"
        if at.kind == PAUSE:
            return "pause, until gradients flow in"
        out = ", ".join([f"v{self.numbers[at.out + j]}" for j in range(at.outs)])
        if at.place.layout is not NULL and at.kind != PUT:
            out += shape_text(shape_of(at.place.layout))
        if at.kind == KERNEL:
            constants = "".join([f", {at.c[j]!r}" for j in range(constants_of(at.kernel))])
            return f"{out} = {name_of_kernel(at.kernel).lower()}({given}{constants})"
        if at.kind == SUM:
            axes = tuple([j for j in range(operands[0].layout.ndim) if at.axes >> j & 1])
            return f"{out} = sum({given}, axes={axes})"
        if at.kind == GATHER:
            return f"{out} = gather({given})"
        if at.kind == PUT:
            return f"{out} = put({given}, at={at.place.offset})"
        if at.kind == ROUTINE:
            return f"{out} = {at.name.decode().lower()}({given})"
        called = f"call {self.calls[at.index].name}({given})"
        return f"{out} = {called}" if at.outs else called

    cdef str name_of(self, int value, Py_ssize_t offset, bint number):
        """v: computed, i: an input, c: a constant, w: read anew from outside."""
        cdef const Value* of = &self.values[value]
        name = "vicw"[<int>of.origin]
        if of.origin == COMPUTED:
            name += str(self.numbers[value])
        else:
            name += str(of.index if of.origin != CONSTANT else value)
        return f"{name}[{offset}]" if of.size > 1 and (number or offset > 0) else name


cdef str shape_text(tuple shape):
    return f" {shape}" if shape else ""


cdef int number_of(dict table, object key) except -1:
    return table.setdefault(key, len(table))


cdef tuple details(const Instruction* at):
    """What an instruction is told beside its operands."""
    cdef bytes numbers = b""
    if at.n is not NULL:
        numbers = (<const char*>at.n)[:at.n_count * sizeof(Py_ssize_t)]
    return (<int>at.kind, at.kernel, at.axes, <size_t><void*>at.run, at.c[0], at.c[1], numbers,
            placed(&at.place))


cdef tuple placed(const Operand* operand):
    """The shape and the strides."""
    cdef int d
    if operand.layout is NULL:
        return ()
    return (operand.offset, shape_of(operand.layout),
            tuple([operand.layout.strides[d] for d in range(operand.layout.ndim)]))


cdef void rename(Operand* operand, const Operand* stands_for) noexcept:
    """A replaced value has the size of what it equals, and starts at its offset."""
    cdef const Operand* new = &stands_for[operand.value]
    operand.value = new.value
    operand.offset += new.offset


cdef void* grown(void* memory, size_t nbytes) except NULL:
    memory = realloc(memory, nbytes)
    if memory is NULL:
        raise MemoryError()
    return memory
