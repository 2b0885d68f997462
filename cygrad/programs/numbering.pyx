"""Numbering: each number of a program is computed once.

What is known is computed at once, by the kernel itself. Equal instructions are found by a hash of
what they compute and of what; a sign moves outwards, until a sum takes it; and what x 1, x - 0 and
the like give is x. Exact means: also for infinities, nans and the two zeros; so x + 0 is not x.
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy, memset

from cygrad.core.layout cimport SCALAR, share
from cygrad.kernels.elementwise cimport (
    KERNELS, MAX_OPERANDS, constants_of, instruction_named, kernel_named,
)
from cygrad.programs.draft cimport (
    COMPUTED, CONSTANT, Draft, Instruction, KERNEL, OUTSIDE, Operand, grown,
)

cdef int ADD = kernel_named("ADD")
cdef int SUB = kernel_named("SUB")
cdef int MUL = kernel_named("MUL")
cdef int DIV = kernel_named("DIV")
cdef int NEG = kernel_named("NEG")
cdef int COPY = kernel_named("COPY")
cdef int SIN = kernel_named("SIN")
cdef int COS = kernel_named("COS")
cdef int SINCOS = instruction_named("SINCOS")


cdef class Numbering:
    def __cinit__(self, Draft draft):
        self.draft = draft
        self.spare = -1
        self.make_room_for_constants(64)

    def __dealloc__(self):
        free(self.maker)
        free(self.marks)
        free(self.table)
        free(self.constants)

    # ---- What makes what ----------------------------------------------------------------------

    cdef bint is_marked(self, int value, Mark mark) noexcept:
        return value < self.room and self.marks[value] == mark

    cdef int makes(self, int value, Mark mark) except -1:
        """The instruction that was written last makes the value."""
        cdef int room = 2 * value + 64
        if value >= self.room:
            self.maker = <int*>grown(self.maker, room * sizeof(int))
            self.marks = <char*>grown(self.marks, room)
            memset(self.marks + self.room, ANYTHING, room - self.room)
            self.room = room
        self.maker[value] = self.draft.n_instructions - 1
        self.marks[value] = mark
        return 0

    # ---- Constants ----------------------------------------------------------------------------

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

    # ---- Numbers ------------------------------------------------------------------------------

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
        cdef const Operand* source
        if not self.is_marked(x.value, A_NEGATIVE):
            return x
        source = &self.draft.operands[self.draft.instructions[self.maker[x.value]].first]
        if self.draft.values[source.value].origin != OUTSIDE:
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
        self.enter(place, self.table[place].hash)
        y.value = self.spare
        if y.value < 0 or kernel == SINCOS:
            y.value = self.draft.add_value(COMPUTED, 1, 0)
        else:
            self.spare = -1
        new = self.draft.add(KERNEL, y.value)
        new.kernel = kernel
        new.layout = share(SCALAR)
        if c is not NULL and constants_of(kernel) > 0:
            self.draft.tell(new, c[0], c[1])
        self.makes(y.value, A_NEGATIVE if kernel == NEG else ANYTHING)
        if kernel == SINCOS:
            new.outs = 2
            self.makes(self.draft.add_value(COMPUTED, 1, 0), ANYTHING)
        for j in range(n):
            self.draft.add_operand(x[j].value, x[j].offset, SCALAR)
        return y

    cdef size_t place_of(self, int kernel, const Number* x, int n, const double* c) noexcept:
        """Where in the table an equal instruction is, or is to be entered."""
        cdef size_t h = mixed(<size_t>kernel, 0), place
        cdef unsigned int hash
        cdef int j
        for j in range(n):
            h = mixed(h, <size_t>x[j].value * 31 + <size_t>x[j].offset)
        hash = with_constants(h, kernel, c)
        place = self.first_place(hash)
        while self.table[place].instruction >= 0:
            if self.table[place].hash == hash and self.is_same(
                    &self.draft.instructions[self.table[place].instruction], kernel, x, n, c):
                return place
            place = self.next_place(place)
        self.table[place].hash = hash
        return place

    cdef bint is_same(self, const Instruction* at, int kernel, const Number* x, int n,
                      const double* c) noexcept:
        cdef const Operand* y = &self.draft.operands[at.first]
        cdef int j
        if (at.kind != KERNEL or at.kernel != kernel or at.count != n
                or self.draft.values[at.out].size != 1
                or not same_constants(kernel, self.draft.c_of(at), c)):
            return False
        for j in range(n):
            if y[j].value != x[j].value or y[j].offset != x[j].offset:
                return False
        return True

    # ---- The table ----------------------------------------------------------------------------

    cdef size_t first_place(self, unsigned int hash) noexcept:
        return hash & <size_t>(self.buckets - 1)

    cdef size_t next_place(self, size_t place) noexcept:
        return (place + 1) & <size_t>(self.buckets - 1)

    cdef int enter(self, size_t place, unsigned int hash) except -1:
        """The instruction that is written next, at this place."""
        self.table[place].instruction = self.draft.n_instructions
        self.table[place].hash = hash
        self.entries += 1
        if 4 * self.entries > 3 * self.buckets:
            self.make_room(2 * self.buckets)
        return 0

    cdef int make_room(self, int buckets) except -1:
        """At least so many, of which no more than three in four are taken."""
        cdef Entry* old = self.table
        cdef int k, n = self.buckets
        cdef size_t place
        while self.buckets < max(buckets, 64):
            self.buckets = 2 * max(self.buckets, 32)
        self.table = <Entry*>malloc(self.buckets * sizeof(Entry))
        if self.table is NULL:
            self.table, self.buckets = old, n
            raise MemoryError()
        memset(self.table, 0xFF, self.buckets * sizeof(Entry))
        for k in range(n):
            if old[k].instruction >= 0:
                place = self.first_place(old[k].hash)
                while self.table[place].instruction >= 0:
                    place = self.next_place(place)
                self.table[place] = old[k]
        free(old)
        return 0


cdef bint same_constants(int kernel, const double* a, const double* b) noexcept:
    return a is b or memcmp(a, b, constants_of(kernel) * sizeof(double)) == 0


cdef void in_order(Number* x) noexcept:
    """Of a sum or a product."""
    if x[1].value < x[0].value or (x[1].value == x[0].value and x[1].offset < x[0].offset):
        x[0], x[1] = x[1], x[0]


cdef unsigned int with_constants(size_t h, int kernel, const double* c) noexcept:
    """The hash so far, and the constants: a part of it of which each bit depends on all."""
    cdef unsigned long long bits
    cdef int j
    for j in range(constants_of(kernel)):
        memcpy(&bits, &c[j], sizeof(double))
        h = mixed(h, bits)
    return <unsigned int>(h >> 32)
