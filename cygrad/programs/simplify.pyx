"""Simplify: a draft made shorter, to the bit.

The instructions are read in order and written anew. Numbers are taken apart into few kinds of
instructions (expansions.pyx), what is known is computed, what was computed before, of the same
operands, is not computed again, and a sign moves outwards until a sum takes it. Then what nothing
reads goes, arrays come together (stretches.pyx), and two become one (fusing.pyx).

Exact means: also for infinities, nans and the two zeros. So x - 0 is x, and x + 0 is not.
"""

from libc.math cimport signbit
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memcpy, memset

from cygrad.core.layout cimport Layout, SCALAR, contiguous_layout, same_shape, share
from cygrad.kernels.elementwise cimport (
    KERNELS, MAX_OPERANDS, constants_of, instruction_named, kernel_named,
)
from cygrad.programs.draft cimport (
    CALL, CHECK, COMPUTED, CONSTANT, Draft, GATHER, Instruction, KERNEL, OUTSIDE, Operand, PUT,
    ROUTINE, SUM, Value, free_instructions, free_operands, grown,
)
from cygrad.programs.expansions cimport (
    APPLIED, CONSTANT_OF_IT, Expansion, OPERAND, STEPS, expansion_of,
)
from cygrad.programs.fusing cimport fuse
from cygrad.programs.stretches cimport find_stretches, stands_still

cdef enum:
    FEW = 32                # numbers of an array that are put in one by one
    SMALL = 4               # numbers of an array that are computed one by one
    PLAIN = 8               # so many numbers NumPy sums no more one after the other

cdef int ADD = kernel_named("ADD")
cdef int SUB = kernel_named("SUB")
cdef int MUL = kernel_named("MUL")
cdef int MUL_X = kernel_named("G_MUL_X")
cdef int MUL_Y = kernel_named("G_MUL_Y")
cdef int DIV = kernel_named("DIV")
cdef int NEG = kernel_named("NEG")
cdef int COPY = kernel_named("COPY")
cdef int SIN = kernel_named("SIN")
cdef int COS = kernel_named("COS")
cdef int SINCOS = instruction_named("SINCOS")

# A number of a value.
cdef struct Number:
    int value
    Py_ssize_t offset

# An instruction, in a table by hash; -1: none. The tag is another part of the hash.
cdef struct Entry:
    int instruction
    unsigned int tag


cdef int simplify(Draft draft) except -1:
    (<Simplifier>Simplifier(draft)).run()
    drop_unread(draft)
    find_stretches(draft)
    return fuse(draft)


# ---- Written anew --------------------------------------------------------------------------------

cdef class Simplifier:
    cdef Draft draft
    cdef Instruction* given         # as they were recorded, with their operands
    cdef int n_given
    cdef Operand* operands
    cdef int n_operands
    cdef Operand* stands_for        # by value, of those that were recorded
    cdef int n_recorded
    cdef char* apart                # so, too: no other value may stand for it
    cdef int* maker                 # by value: the instruction that makes it, or -1
    cdef int room
    cdef Entry* table               # of instructions, by hash
    cdef int buckets
    cdef int* constants             # values, by the hash of their bits; -1: free
    cdef int n_constants, room_for_constants
    cdef int spare                  # a value that was recorded, and will not be made; -1: none

    def __cinit__(self, Draft draft):
        cdef int k
        self.draft = draft
        self.spare = -1
        self.n_recorded = draft.n_values
        self.stands_for = <Operand*>calloc(max(draft.n_values, 1), sizeof(Operand))
        self.apart = <char*>calloc(max(draft.n_values, 1), 1)
        if self.stands_for is NULL or self.apart is NULL:
            raise MemoryError()
        for k in range(draft.n_values):
            self.stands_for[k].value = k
        self.given, self.n_given = draft.instructions, draft.n_instructions
        self.operands, self.n_operands = draft.operands, draft.n_operands
        draft.instructions = NULL
        draft.operands = NULL
        draft.n_instructions = draft.room_for_instructions = 0
        draft.n_operands = draft.room_for_operands = 0
        self.buckets = 64
        while self.buckets < STEPS // 2 * self.n_given:     # more than an expansion has kernels
            self.buckets *= 2
        self.table = <Entry*>malloc(self.buckets * sizeof(Entry))
        if self.table is NULL:
            raise MemoryError()
        memset(self.table, 0xFF, self.buckets * sizeof(Entry))
        self.make_room_for_constants(64)
        draft.reserve(self.n_given + self.n_given // 2, self.n_operands + self.n_operands // 2)

    def __dealloc__(self):
        free_instructions(self.given, self.n_given)
        free_operands(self.operands, self.n_operands)
        free(self.stands_for)
        free(self.apart)
        free(self.maker)
        free(self.table)
        free(self.constants)

    cdef int run(self) except -1:
        cdef Operand same
        cdef int k
        self.find_apart()
        for k in range(self.n_given):
            self.write(&self.given[k])
        results = self.draft.results
        for k in range(len(results)):
            result = <tuple>results[k]
            same.value, same.offset = result[0], result[1]
            self.rename(&same)
            results[k] = (same.value, same.offset, *result[2:])
        return 0

    cdef int find_apart(self) except -1:
        """Two operands that are not on one memory must not come to be: BLAS multiplies a matrix
        by itself, transposed, in a way of its own, with other last bits."""
        cdef const Instruction* at
        cdef int k, j, value
        for k in range(self.n_given):
            at = &self.given[k]
            if at.count > 1 and (at.kind == ROUTINE or (at.kind == CALL and at.outs > 0)):
                for j in range(at.count):
                    value = self.operands[at.first + j].value
                    self.apart[value] = self.draft.values[value].size > 1
        return 0

    cdef int write(self, Instruction* at) except -1:
        cdef Operand* operands = &self.operands[at.first]
        cdef int j
        for j in range(at.count):
            self.rename(&operands[j])
            if operands[j].layout.size == 1:
                self.look_into(&operands[j])
        if at.kind == KERNEL and self.is_of_numbers(at, operands):
            return self.write_number(at, operands)
        if at.kind == KERNEL and self.is_small(at):
            return self.write_small(at, operands)
        if at.kind == KERNEL and not self.apart[at.out]:
            return self.write_elementwise(at, operands)
        if at.kind == PUT and self.is_put_into_few(at, operands):
            return self.write_put(at, operands)
        if at.kind == SUM and self.is_sum_of_one(at, operands):
            self.stands_for[at.out] = operands[0]
            return 0
        if at.kind == SUM and self.is_sum_of_few(at, operands):
            return self.write_sum(at, operands)
        if at.kind == CHECK and self.holds(operands):
            return 0
        self.keep(at, operands)
        return 0

    cdef void rename(self, Operand* operand) noexcept:
        """A replaced value has the size of what it equals, and starts at its offset."""
        cdef const Operand* new
        if operand.value < self.n_recorded:
            new = &self.stands_for[operand.value]
            operand.value = new.value
            operand.offset += new.offset

    cdef int look_into(self, Operand* operand) except -1:
        cdef Number number = self.number_at(operand.value, operand.offset)
        operand.value, operand.offset = number.value, number.offset
        return 0

    cdef Number number_at(self, int value, Py_ssize_t offset) except *:
        """A number of those that were gathered is the one that was; equal constants are one."""
        cdef const Instruction* at
        cdef const Operand* source
        cdef Number y
        cdef int m
        y.value, y.offset = value, offset
        if self.draft.values[value].origin == CONSTANT:
            y.value, y.offset = self.constant(self.draft.values[value].constants[offset]), 0
            return y
        m = self.maker_of(value)
        if m < 0 or self.draft.instructions[m].kind != GATHER:
            return y
        at = &self.draft.instructions[m]
        source = &self.draft.operands[at.first + offset]
        if self.draft.values[source.value].origin != OUTSIDE:
            y.value, y.offset = source.value, source.offset
        return y

    cdef Instruction* keep(self, Instruction* at, const Operand* operands) except NULL:
        """Write the instruction as it is."""
        cdef Instruction* new = self.draft.add(at.kind, at.out)
        cdef int j
        new[0] = at[0]
        new.first = self.draft.n_operands
        new.count = 0
        at.place.layout = NULL          # the new one's, now
        at.n = NULL
        for j in range(at.count):
            self.draft.add_operand(operands[j].value, operands[j].offset, operands[j].layout)
        for j in range(at.outs):
            self.makes(at.out + j)
        return new

    cdef int maker_of(self, int value) noexcept:
        return self.maker[value] if value < self.room else -1

    cdef int makes(self, int value) except -1:
        """The instruction that was written last makes the value."""
        cdef int k
        if value >= self.room:
            k = self.room
            self.room = 2 * value + 64
            self.maker = <int*>grown(self.maker, self.room * sizeof(int))
            for k in range(k, self.room):
                self.maker[k] = -1
        self.maker[value] = self.draft.n_instructions - 1
        return 0

    # ---- Numbers ------------------------------------------------------------------------------

    cdef bint is_of_numbers(self, const Instruction* at, const Operand* operands) noexcept:
        cdef int j
        if self.draft.values[at.out].size != 1:
            return False
        for j in range(at.count):
            if operands[j].layout.size != 1:
                return False
        return True

    cdef int constant(self, double number) except -1:
        """The value of this constant: one, however often it comes."""
        cdef size_t place = self.place_of_constant(number)
        cdef int value = self.constants[place]
        if value >= 0:
            return value
        value = self.constants[place] = self.draft.add_constant(&number, 1)
        self.n_constants += 1
        if 2 * self.n_constants > self.room_for_constants:
            self.make_room_for_constants(2 * self.room_for_constants)
        return value

    cdef size_t place_of_constant(self, double number) noexcept:
        cdef unsigned long long bits
        cdef size_t place
        memcpy(&bits, &number, sizeof(double))
        place = mixed(bits, 0) >> 32 & <size_t>(self.room_for_constants - 1)
        while self.constants[place] >= 0 and memcmp(
                self.draft.values[self.constants[place]].constants, &number, sizeof(double)) != 0:
            place = (place + 1) & <size_t>(self.room_for_constants - 1)
        return place

    cdef int make_room_for_constants(self, int room) except -1:
        cdef int* old = self.constants
        cdef int k, n = self.room_for_constants
        self.constants = <int*>malloc(room * sizeof(int))
        if self.constants is NULL:
            self.constants = old
            raise MemoryError()
        self.room_for_constants = room
        memset(self.constants, 0xFF, room * sizeof(int))
        for k in range(n):
            if old[k] >= 0:
                self.constants[self.place_of_constant(
                    self.draft.values[old[k]].constants[0])] = old[k]
        free(old)
        return 0

    cdef int write_number(self, const Instruction* at, const Operand* operands) except -1:
        cdef Number x[MAX_OPERANDS]
        cdef Number y
        cdef int j
        for j in range(at.count):
            x[j].value, x[j].offset = operands[j].value, operands[j].offset
        self.spare = at.out
        y = self.expanded(at, x)
        self.stands_for[at.out].value = y.value
        self.stands_for[at.out].offset = y.offset
        return 0

    cdef Number expanded(self, const Instruction* at, const Number* x) except *:
        cdef Number stack[STEPS]
        cdef const Expansion* e = expansion_of(at.kernel)
        cdef int k, top = 0
        if e.n == 0:
            return self.computed(at.kernel, x, at.count, at.c)
        for k in range(e.n):
            if e.parts[k].of == APPLIED:
                top -= 1 if is_unary(e.parts[k].which) else 2
                stack[top] = self.computed(e.parts[k].which, &stack[top],
                                           1 if is_unary(e.parts[k].which) else 2, NULL)
            elif e.parts[k].of == OPERAND:
                stack[top] = x[e.parts[k].which]
            else:
                stack[top].offset = 0
                stack[top].value = self.constant(
                    at.c[e.parts[k].which] if e.parts[k].of == CONSTANT_OF_IT
                    else e.parts[k].number)
            top += 1
        return stack[0]

    cdef Number computed(self, int kernel, const Number* x, int n, const double* c) except *:
        """A kernel of numbers: known, or another's, or an instruction of its own."""
        cdef Number pair[2]
        cdef Number y
        cdef int sign = 0
        if self.is_known(x, n):
            return self.folded(kernel, x, n, c)
        if kernel == SIN or kernel == COS:
            y = self.numbered(SINCOS, x, 1, NULL)
            y.value += kernel == COS
            return y
        if (kernel == MUL or kernel == DIV) and n == 2:
            pair[0] = self.without_sign(x[0], &sign)
            pair[1] = self.without_sign(x[1], &sign)
            y = self.product(kernel, pair)
            return self.negative(y) if sign & 1 else y
        if kernel == NEG:
            return self.negative(x[0])
        if kernel == ADD or kernel == SUB:
            pair[0], pair[1] = x[0], x[1]
            return self.total(kernel, pair)
        if kernel == COPY and self.draft.values[x[0].value].origin != OUTSIDE:
            return x[0]
        return self.numbered(kernel, x, n, c)

    cdef bint is_known(self, const Number* x, int n) noexcept:
        cdef int j
        for j in range(n):
            if self.draft.values[x[j].value].origin != CONSTANT:
                return False
        return True

    cdef Number folded(self, int kernel, const Number* x, int n, const double* c) except *:
        cdef const double* at[MAX_OPERANDS]
        cdef Number y
        cdef double number = 0.0
        cdef int j
        for j in range(n):
            at[j] = self.draft.values[x[j].value].constants + x[j].offset
        KERNELS[kernel](at, &number, 1, c)
        y.value, y.offset = self.constant(number), 0
        return y

    cdef Number without_sign(self, Number x, int* sign) noexcept:
        """-x is x, and one more sign."""
        cdef const Instruction* at
        cdef const Operand* source
        cdef int m = self.maker_of(x.value)
        if m < 0:
            return x
        at = &self.draft.instructions[m]
        source = &self.draft.operands[at.first]
        if (at.kind == KERNEL and at.kernel == NEG and self.draft.values[at.out].size == 1
                and self.draft.values[source.value].origin != OUTSIDE):
            sign[0] += 1
            x.value, x.offset = source.value, source.offset
        return x

    cdef Number product(self, int kernel, Number* x) except *:
        """x y, or x / y."""
        cdef int k
        for k in range(1, -1 if kernel == MUL else 0, -1):
            if self.is_number(x[k], 1.0) and not self.is_outside(x[1 - k]):
                return x[1 - k]
            if self.is_number(x[k], -1.0):
                return self.negative(x[1 - k])
        if kernel == MUL:
            in_order(x)
        return self.numbered(kernel, x, 2, NULL)

    cdef Number total(self, int kernel, Number* x) except *:
        """x + y, or x - y."""
        cdef int sign = kernel == SUB
        x[1] = self.without_sign(x[1], &sign)
        if sign & 1 == 0:
            sign = 0
            x[0] = self.without_sign(x[0], &sign)
            if sign == 1:
                x[0], x[1] = x[1], x[0]
        if self.is_number(x[1], 0.0 if sign & 1 else -0.0) and not self.is_outside(x[0]):
            return x[0]
        if sign & 1 == 0:
            in_order(x)
        return self.numbered(SUB if sign & 1 else ADD, x, 2, NULL)

    cdef Number negative(self, Number x) except *:
        cdef int sign = 0
        cdef Number y = self.without_sign(x, &sign)
        if sign:
            return y
        return self.numbered(NEG, &x, 1, NULL)

    cdef bint is_number(self, Number x, double number) noexcept:
        return (self.draft.values[x.value].origin == CONSTANT
                and memcmp(&self.draft.values[x.value].constants[x.offset], &number,
                           sizeof(double)) == 0)

    cdef bint is_outside(self, Number x) noexcept:
        """An effect may write to it, so that nothing computed may stand for it."""
        return self.draft.values[x.value].origin == OUTSIDE

    cdef Number numbered(self, int kernel, const Number* x, int n, const double* c) except *:
        """An instruction, or the earlier one that is the same."""
        cdef Instruction* new
        cdef Number y
        cdef size_t place = self.place_of(kernel, x, n, c)
        cdef int j
        y.offset = 0
        if self.table[place].instruction >= 0:
            y.value = self.draft.instructions[self.table[place].instruction].out
            return y
        self.table[place].instruction = self.draft.n_instructions
        y.value = self.spare
        if y.value < 0 or kernel == SINCOS:
            y.value = self.draft.add_value(COMPUTED, 1, 0)
        else:
            self.spare = -1
        new = self.draft.add(KERNEL, y.value)
        new.kernel = kernel
        new.place.layout = share(SCALAR)
        if c is not NULL:
            memcpy(new.c, c, constants_of(kernel) * sizeof(double))
        self.makes(y.value)
        if kernel == SINCOS:
            new.outs = 2
            self.makes(self.draft.add_value(COMPUTED, 1, 0))
        for j in range(n):
            self.draft.add_operand(x[j].value, x[j].offset, SCALAR)
        return y

    cdef size_t place_of(self, int kernel, const Number* x, int n, const double* c) noexcept:
        """Where in the table an equal instruction is, or is to be entered."""
        cdef const Entry* entry
        cdef size_t h = mixed(<size_t>kernel, 0), place
        cdef int j
        for j in range(n):
            h = mixed(h, <size_t>x[j].value * 31 + <size_t>x[j].offset)
        h = with_constants(h, kernel, c)
        place = h & <size_t>(self.buckets - 1)
        while True:
            entry = &self.table[place]
            if entry.instruction < 0 or (entry.tag == <unsigned int>(h >> 32) and self.is_same(
                    &self.draft.instructions[entry.instruction], kernel, x, n, c)):
                self.table[place].tag = <unsigned int>(h >> 32)
                return place
            place = (place + 1) & <size_t>(self.buckets - 1)

    cdef bint is_same(self, const Instruction* at, int kernel, const Number* x, int n,
                      const double* c) noexcept:
        cdef const Operand* y = &self.draft.operands[at.first]
        cdef int j
        if (at.kernel != kernel or at.count != n or self.draft.values[at.out].size != 1
                or not same_constants(kernel, at.c, c)):
            return False
        for j in range(n):
            if y[j].value != x[j].value or y[j].offset != x[j].offset:
                return False
        return True

    # ---- Arrays -------------------------------------------------------------------------------

    cdef int write_elementwise(self, Instruction* at, const Operand* operands) except -1:
        """A kernel of arrays, unless it was written before, or gives what is there."""
        cdef size_t place = self.hash_of(at, operands) & <size_t>(self.buckets - 1)
        cdef int entry, same = self.operand_given(at, operands)
        if same >= 0:
            self.stands_for[at.out] = operands[same]
            return 0
        while self.table[place].instruction >= 0:
            entry = self.table[place].instruction
            if self.equal(at, operands, &self.draft.instructions[entry]):
                self.stands_for[at.out].value = self.draft.instructions[entry].out
                return 0
            place = (place + 1) & <size_t>(self.buckets - 1)
        self.table[place].instruction = self.draft.n_instructions
        self.keep(at, operands)
        return 0

    cdef int operand_given(self, const Instruction* at, const Operand* operands) noexcept:
        """The operand that the result is, number by number, as in a product by 1; else -1."""
        cdef int k = 0
        if at.kernel == MUL or at.kernel == MUL_X or at.kernel == MUL_Y:
            k = 1 if self.is_one(&operands[0]) else 0
            if not self.is_one(&operands[1 - k]):
                return -1
        elif at.kernel != COPY:
            return -1
        if (operands[k].layout.contiguous and at.place.layout.contiguous
                and operands[k].layout.size == self.draft.values[at.out].size
                and self.draft.values[operands[k].value].origin == COMPUTED):
            return k
        return -1

    cdef bint is_one(self, const Operand* operand) noexcept:
        """Whether it is 1, or stands for an array of that."""
        cdef const Value* value = &self.draft.values[operand.value]
        return (value.origin == CONSTANT and stands_still(operand)
                and value.constants[operand.offset] == 1.0)

    cdef size_t hash_of(self, const Instruction* at, const Operand* operands) noexcept:
        cdef size_t h = mixed(<size_t>at.kernel, <size_t>self.draft.values[at.out].size)
        cdef int j
        for j in range(at.count):
            h = mixed(h, <size_t>operands[j].value * 31 + <size_t>operands[j].offset)
        return with_constants(h, at.kernel, at.c)

    cdef bint equal(self, const Instruction* a, const Operand* x, const Instruction* b) noexcept:
        cdef const Operand* y = &self.draft.operands[b.first]
        cdef int j
        if (a.kernel != b.kernel or a.count != b.count
                or self.draft.values[a.out].size != self.draft.values[b.out].size
                or not same_constants(a.kernel, a.c, b.c)):
            return False
        for j in range(a.count):
            if (x[j].value != y[j].value or x[j].offset != y[j].offset
                    or not (x[j].layout.contiguous and y[j].layout.contiguous)
                    or not same_shape(x[j].layout, y[j].layout)):
                return False
        return same_shape(a.place.layout, b.place.layout)

    # ---- Small arrays -------------------------------------------------------------------------

    cdef bint is_small(self, const Instruction* at) noexcept:
        return (at.place.layout.contiguous and 0 < at.place.layout.size <= SMALL
                and at.place.layout.size == self.draft.values[at.out].size)

    cdef int write_small(self, const Instruction* at, const Operand* operands) except -1:
        """Each number by itself: it costs less than a step, and may be fused with others."""
        cdef Number x[MAX_OPERANDS]
        cdef Number numbers[FEW]
        cdef Py_ssize_t size = at.place.layout.size
        cdef int k, j
        self.spare = -1
        for k in range(size):
            for j in range(at.count):
                x[j] = self.number_at(operands[j].value, operands[j].offset + place_in(
                    operands[j].layout, at.place.layout, k))
            numbers[k] = self.expanded(at, x)
        return self.write_gather(at.out, numbers, size)

    cdef int write_gather(self, int out, const Number* numbers, Py_ssize_t size) except -1:
        cdef Instruction* new = self.draft.add(GATHER, out)
        cdef int k
        new.place.layout = contiguous_layout(1, &size)
        for k in range(size):
            self.draft.add_operand(numbers[k].value, numbers[k].offset, SCALAR)
        return self.makes(out)

    cdef bint is_sum_of_few(self, const Instruction* at, const Operand* operands) noexcept:
        """Whether NumPy adds up one after the other, from the first on."""
        return (operands[0].layout.contiguous and 1 < operands[0].layout.size < PLAIN
                and self.draft.values[at.out].size == 1 and is_minus_zero(at.c[0])
                and self.are_known(&operands[0]))

    cdef bint are_known(self, const Operand* operand) noexcept:
        cdef int m = self.maker_of(operand.value)
        return m >= 0 and self.draft.instructions[m].kind == GATHER

    cdef int write_sum(self, const Instruction* at, const Operand* operands) except -1:
        cdef Number pair[2]
        cdef int k
        self.spare = -1
        pair[0] = self.number_at(operands[0].value, operands[0].offset)
        for k in range(1, operands[0].layout.size):
            pair[1] = self.number_at(operands[0].value, operands[0].offset + k)
            pair[0] = self.computed(ADD, pair, 2, NULL)
        self.stands_for[at.out].value = pair[0].value
        self.stands_for[at.out].offset = pair[0].offset
        return 0

    # ---- The others ---------------------------------------------------------------------------

    cdef bint is_put_into_few(self, const Instruction* at, const Operand* operands) noexcept:
        """Whether a PUT is of a number into zeros, or into numbers that are known one by one."""
        cdef Py_ssize_t size = self.draft.values[at.out].size
        cdef int m
        if (size > FEW or at.place.layout.size != 1 or operands[0].layout.size != 1
                or self.apart[at.out]):
            return False
        if at.count == 1 or size == 1:
            return True
        m = self.maker_of(operands[1].value)
        return (m >= 0 and self.draft.instructions[m].kind == GATHER
                and self.draft.instructions[m].count == size)

    cdef int write_put(self, Instruction* at, const Operand* operands) except -1:
        """It becomes a GATHER: of sums, each a number by itself."""
        cdef Number numbers[FEW]
        cdef Number pair[2]
        cdef Py_ssize_t size = self.draft.values[at.out].size
        cdef const Operand* old
        cdef int j
        for j in range(size):
            if at.count == 1:
                numbers[j].value, numbers[j].offset = self.constant(0.0), 0
            elif size == 1:
                numbers[j].value, numbers[j].offset = operands[1].value, operands[1].offset
            else:
                old = &self.draft.operands[
                    self.draft.instructions[self.maker_of(operands[1].value)].first + j]
                numbers[j].value, numbers[j].offset = old.value, old.offset
        j = <int>at.place.offset
        pair[0] = numbers[j]
        pair[1].value, pair[1].offset = operands[0].value, operands[0].offset
        self.spare = -1
        numbers[j] = self.computed(ADD, pair, 2, NULL)
        return self.write_gather(at.out, numbers, size)

    cdef bint is_sum_of_one(self, const Instruction* at, const Operand* operands) noexcept:
        return (operands[0].layout.size == 1 and self.draft.values[at.out].size == 1
                and is_minus_zero(at.c[0])
                and self.draft.values[operands[0].value].origin != OUTSIDE)

    cdef bint holds(self, const Operand* operands) noexcept:
        """Whether a check is of a constant; equal ones are one value."""
        return (operands[0].value == operands[1].value
                and operands[0].offset == operands[1].offset)


cdef bint is_unary(int kernel) noexcept:
    return kernel == NEG or kernel == SIN or kernel == COS


cdef bint is_minus_zero(double x) noexcept:
    return x == 0.0 and signbit(x)


cdef Py_ssize_t place_in(const Layout* layout, const Layout* target, Py_ssize_t k) noexcept:
    """Where the k-th number is read that goes to the target: of a layout that broadcasts to it."""
    cdef Py_ssize_t at = 0, index
    cdef int d, lead = target.ndim - layout.ndim
    for d in range(target.ndim - 1, -1, -1):
        index = k % target.shape[d]
        k //= target.shape[d]
        if d >= lead and layout.shape[d - lead] > 1:
            at += index * (layout.strides[d - lead] // <Py_ssize_t>sizeof(double))
    return at


cdef bint same_constants(int kernel, const double* a, const double* b) noexcept:
    return a is b or memcmp(a, b, constants_of(kernel) * sizeof(double)) == 0


cdef void in_order(Number* x) noexcept:
    """Of a sum or a product."""
    if x[1].value < x[0].value or (x[1].value == x[0].value and x[1].offset < x[0].offset):
        x[0], x[1] = x[1], x[0]


cdef size_t with_constants(size_t h, int kernel, const double* c) noexcept:
    cdef unsigned long long bits
    cdef int j
    for j in range(constants_of(kernel)):
        memcpy(&bits, &c[j], sizeof(double))
        h = mixed(h, bits)
    return h ^ (h >> 29)


cdef inline size_t mixed(size_t h, size_t more) noexcept:
    return (h ^ more) * <size_t>0x9E3779B97F4A7C15ULL + 1


# ---- What is read --------------------------------------------------------------------------------

cdef int drop_unread(Draft draft) except -1:
    cdef char* read = <char*>calloc(max(draft.n_values, 1), 1)
    cdef Instruction* at
    cdef int k, j
    cdef bint wanted
    if read is NULL:
        raise MemoryError()
    for result in draft.results:
        read[<int>result[0]] = 1
    for k in range(draft.n_instructions - 1, -1, -1):
        at = &draft.instructions[k]
        wanted = at.kind == CHECK or at.outs == 0
        for j in range(at.outs):
            wanted = wanted or read[at.out + j]
        at.dead = not wanted
        if at.dead:
            continue
        for j in range(at.count):
            read[draft.operands[at.first + j].value] = 1
        if at.kind == KERNEL and at.kernel == SINCOS:
            keep_one(at, read[at.out], read[at.out + 1])
    free(read)
    return draft.drop_dead()


cdef void keep_one(Instruction* at, bint sine, bint cosine) noexcept:
    """Of sine and cosine, where one is not read."""
    if sine and cosine:
        return
    at.outs = 1
    at.kernel = SIN if sine else COS
    at.out += not sine
