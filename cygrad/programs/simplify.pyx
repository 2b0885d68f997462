"""Simplify: a draft made shorter, to the bit.

The instructions are read in order and written anew: numbers, and small arrays number by number, are
taken apart into few kinds of instructions (expansions.pyx), each of which is there once
(numbering.pyx). Then what nothing reads goes, larger arrays come together (stretches.pyx), and two
instructions become one (fusing.pyx).
"""

cimport cython
from libc.math cimport signbit
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp

from cygrad.core.layout cimport Layout, SCALAR, contiguous_layout, same_shape, share
from cygrad.kernels.elementwise cimport MAX_OPERANDS, inputs_of, instruction_named, kernel_named
from cygrad.programs.draft cimport (
    CALL, CHECK, COMPUTED, CONSTANT, Details, Draft, GATHER, Instruction, KERNEL, Kind, OUTSIDE,
    Operand, PUT, ROUTINE, SUM, Value, free_instructions, free_operands,
)
from cygrad.programs.expansions cimport (
    APPLIED, CONSTANT_OF_IT, Expansion, OPERAND, STEPS, expansion_of,
)
from cygrad.programs.fusing cimport fuse
from cygrad.programs.numbering cimport (
    ANYTHING, NUMBERS, Number, Numbering, mixed, same_constants, with_constants,
)
from cygrad.programs.stretches cimport find_stretches, stands_still

cdef enum:
    FEW = 32                # numbers of an array that are put in one by one
    SMALL = 4               # numbers of an array that are computed one by one
    PLAIN = 8               # so many numbers NumPy sums no more one after the other

cdef int ADD = kernel_named("ADD")
cdef int MUL = kernel_named("MUL")
cdef int MUL_X = kernel_named("G_MUL_X")
cdef int MUL_Y = kernel_named("G_MUL_Y")
cdef int COPY = kernel_named("COPY")
cdef int SIN = kernel_named("SIN")
cdef int COS = kernel_named("COS")
cdef int NEG = kernel_named("NEG")
cdef int SIN_X = kernel_named("G_SIN_X")
cdef int COS_X = kernel_named("G_COS_X")
cdef int SINE = instruction_named("SINE")
cdef int COSINE = instruction_named("COSINE")
cdef int SINCOS = instruction_named("SINCOS")

cdef int simplify(Draft draft) except -1:
    (<Simplifier>Simplifier(draft)).run()
    drop_unread(draft)
    find_stretches(draft)
    return fuse(draft)


# ---- Written anew --------------------------------------------------------------------------------

@cython.final
cdef class Simplifier(Numbering):
    cdef Instruction* given         # as they were recorded, with their operands
    cdef int n_given
    cdef Operand* operands
    cdef int n_operands
    cdef Operand* stands_for        # by value, of those that were recorded
    cdef int n_recorded
    cdef char* apart                # so, too: no other value may stand for it

    def __cinit__(self, Draft draft):
        cdef int k
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
        draft.reserve(self.n_given + self.n_given // 2, self.n_operands + self.n_operands // 2)
        self.make_room(2 * self.n_given)

    def __dealloc__(self):
        free_instructions(self.given, self.n_given)
        free_operands(self.operands, self.n_operands)
        free(self.stands_for)
        free(self.apart)

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
            if at.count > 1 and (self.draft.details_of(at).for_blas
                                 or (at.kind == CALL and at.outs > 0)):
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
        if at.kind == KERNEL:
            self.draft.has_stretches = True
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
        if (at.kind == SUM or at.kind == ROUTINE) and not self.any_apart(at):
            return self.write_whole(at, operands)
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
        y.value, y.offset = value, offset
        if self.draft.values[value].origin == CONSTANT:
            y.value, y.offset = self.constant(self.draft.values[value].constants[offset]), 0
            return y
        if not self.is_marked(value, NUMBERS):
            return y
        at = &self.draft.instructions[self.maker[value]]
        source = &self.draft.operands[at.first + offset]
        if self.draft.values[source.value].origin != OUTSIDE:
            y.value, y.offset = source.value, source.offset
        return y

    cdef Instruction* keep(self, Instruction* at, const Operand* operands) except NULL:
        """Write the instruction as it is."""
        cdef Instruction* new = self.draft.add(<Kind>at.kind, at.out)
        cdef int j
        new[0] = at[0]
        new.first = self.draft.n_operands
        new.count = 0
        at.layout = NULL                # the new one's, now
        for j in range(at.count):
            self.draft.add_operand(operands[j].value, operands[j].offset, operands[j].layout)
        for j in range(at.outs):
            self.makes(at.out + j, NUMBERS if at.kind == GATHER else ANYTHING)
        return new

    # ---- Numbers ------------------------------------------------------------------------------

    cdef bint is_of_numbers(self, const Instruction* at, const Operand* operands) noexcept:
        cdef int j
        if self.draft.values[at.out].size != 1:
            return False
        for j in range(at.count):
            if operands[j].layout.size != 1:
                return False
        return True

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
        cdef int k, n, top = 0
        if e.n == 0:
            return self.computed(at.kernel, x, at.count, self.draft.c_of(at))
        for k in range(e.n):
            if e.parts[k].of == APPLIED:
                n = inputs_of(e.parts[k].which)
                top -= n
                stack[top] = self.computed(e.parts[k].which, &stack[top], n, NULL)
            elif e.parts[k].of == OPERAND:
                stack[top] = x[e.parts[k].which]
            else:
                stack[top].offset = 0
                stack[top].value = self.constant(
                    self.draft.c_of(at)[e.parts[k].which] if e.parts[k].of == CONSTANT_OF_IT
                    else e.parts[k].number)
            top += 1
        return stack[0]

    # ---- Arrays -------------------------------------------------------------------------------

    cdef int write_elementwise(self, Instruction* at, const Operand* operands) except -1:
        """A kernel of arrays, unless it was written before, or gives what is there."""
        cdef size_t place
        cdef int entry, same = self.operand_given(at, operands)
        if same >= 0:
            self.stands_for[at.out] = operands[same]
            return 0
        if self.is_wave(at, operands):
            return self.write_wave(at, operands)
        place = self.place_among_arrays(at, operands)
        entry = self.table[place].instruction
        if entry >= 0:
            self.stands_for[at.out].value = self.draft.instructions[entry].out
            return 0
        self.enter(place, self.table[place].hash)
        self.keep(at, operands)
        return 0

    cdef int write_whole(self, Instruction* at, const Operand* operands) except -1:
        """A sum or a routine, unless it was written before."""
        cdef size_t place = self.place_among_arrays(at, operands)
        cdef int entry = self.table[place].instruction, j
        if entry >= 0:
            for j in range(at.outs):
                self.stands_for[at.out + j].value = self.draft.instructions[entry].out + j
            return 0
        self.enter(place, self.table[place].hash)
        self.keep(at, operands)
        return 0

    cdef bint any_apart(self, const Instruction* at) noexcept:
        cdef int j
        for j in range(at.outs):
            if self.apart[at.out + j]:
                return True
        return False

    cdef size_t place_among_arrays(self, const Instruction* at, const Operand* operands) noexcept:
        """Where in the table an equal instruction is, or is to be entered."""
        cdef unsigned int hash = self.hash_of(at, operands)
        cdef size_t place = self.first_place(hash)
        while self.table[place].instruction >= 0:
            if self.table[place].hash == hash and self.equal(
                    at, operands, &self.draft.instructions[self.table[place].instruction]):
                return place
            place = self.next_place(place)
        self.table[place].hash = hash
        return place

    cdef int operand_given(self, const Instruction* at, const Operand* operands) noexcept:
        """The operand that the result is, number by number, as in a product by 1; else -1."""
        cdef int k = 0
        if at.kernel == MUL or at.kernel == MUL_X or at.kernel == MUL_Y:
            k = 1 if self.is_one(&operands[0]) else 0
            if not self.is_one(&operands[1 - k]):
                return -1
        elif at.kernel != COPY:
            return -1
        if (operands[k].layout.contiguous and at.layout.contiguous
                and operands[k].layout.size == self.draft.values[at.out].size
                and self.draft.values[operands[k].value].origin == COMPUTED):
            return k
        return -1

    cdef bint is_wave(self, const Instruction* at, const Operand* operands) noexcept:
        """Whether it is sin or cos, or what flows back through them, of an array in order."""
        cdef const Operand* x = &operands[at.count - 1]
        return ((at.kernel == SIN or at.kernel == COS or at.kernel == SIN_X or at.kernel == COS_X)
                and at.layout.contiguous and x.layout.contiguous
                and x.layout.size == self.draft.values[at.out].size)

    cdef int write_wave(self, const Instruction* at, const Operand* operands) except -1:
        """Both of an array are computed at once; what flows back is a product with one of them."""
        cdef Operand pair[2]
        cdef int product, first = self.sine_of(at, &operands[at.count - 1])
        if at.kernel == SIN or at.kernel == COS or (at.kernel == SIN_X
                                                    and self.is_one(&operands[0])):
            self.stands_for[at.out].value = first + (at.kernel != SIN)
            return 0
        pair[0] = operands[0]
        pair[1].offset, pair[1].layout = 0, at.layout
        pair[1].value = first + (at.kernel == SIN_X)
        if at.kernel == SIN_X:
            return self.add_array(MUL, at.out, at.layout, pair, 2)
        product = self.draft.add_value(COMPUTED, self.draft.values[at.out].size, 0)
        self.add_array(MUL, product, at.layout, pair, 2)
        pair[0] = pair[1]
        pair[0].value = product
        return self.add_array(NEG, at.out, at.layout, pair, 1)

    cdef int sine_of(self, const Instruction* at, const Operand* x) except -1:
        """The value of the sine; that of the cosine is the next one."""
        cdef Instruction both = at[0]
        cdef size_t place
        cdef int first
        both.kernel = SINCOS
        both.count = 1
        place = self.place_among_arrays(&both, x)
        if self.table[place].instruction >= 0:
            return self.draft.instructions[self.table[place].instruction].out
        self.enter(place, self.table[place].hash)
        first = self.draft.add_value(COMPUTED, self.draft.values[at.out].size, 0)
        self.draft.add_value(COMPUTED, self.draft.values[at.out].size, 0)
        self.add_array(SINCOS, first, at.layout, x, 1)
        self.draft.instructions[self.draft.n_instructions - 1].outs = 2
        self.makes(first + 1, ANYTHING)
        return first

    cdef int add_array(self, int kernel, int out, Layout* layout, const Operand* operands,
                       int n) except -1:
        cdef Instruction* new = self.draft.add(KERNEL, out)
        cdef int j
        new.kernel = kernel
        new.layout = share(layout)
        for j in range(n):
            self.draft.add_operand_of(new, &operands[j])
        return self.makes(out, ANYTHING)

    cdef bint is_one(self, const Operand* operand) noexcept:
        """Whether it is 1, or stands for an array of that."""
        cdef const Value* value = &self.draft.values[operand.value]
        return (value.origin == CONSTANT and stands_still(operand)
                and value.constants[operand.offset] == 1.0)

    cdef unsigned int hash_of(self, const Instruction* at, const Operand* operands) noexcept:
        cdef size_t h = mixed(<size_t>at.kernel, <size_t>self.draft.values[at.out].size)
        cdef int j
        if at.details > 0:
            h = mixed(h, <size_t>self.draft.details_of(at).axes
                      + <size_t><void*>self.draft.details_of(at).run)
        for j in range(at.count):
            h = mixed(h, <size_t>operands[j].value * 31 + <size_t>operands[j].offset)
        return with_constants(h, at.kernel, self.draft.c_of(at))

    cdef bint equal(self, const Instruction* a, const Operand* x, const Instruction* b) noexcept:
        cdef const Operand* y = &self.draft.operands[b.first]
        cdef int j
        if (a.kind != b.kind or a.kernel != b.kernel or a.count != b.count
                or self.draft.values[a.out].size != self.draft.values[b.out].size
                or not same_constants(a.kernel, self.draft.c_of(a), self.draft.c_of(b))):
            return False
        for j in range(a.count):
            if (x[j].value != y[j].value or x[j].offset != y[j].offset
                    or not (x[j].layout.contiguous and y[j].layout.contiguous)
                    or not (a.kind == ROUTINE or same_shape(x[j].layout, y[j].layout))):
                return False
        if a.kind == KERNEL:
            return same_shape(a.layout, b.layout)
        return self.same_details(a, b)

    cdef bint same_details(self, const Instruction* a, const Instruction* b) noexcept:
        """Of sums, and of routines, which know the shapes by their numbers."""
        cdef const Details* more = self.draft.details_of(a)
        cdef const Details* others = self.draft.details_of(b)
        cdef int j
        if (more.axes != others.axes or more.run != others.run or a.outs != b.outs
                or more.n_count != others.n_count
                or memcmp(self.draft.c_of(a), self.draft.c_of(b), 2 * sizeof(double)) != 0
                or more.n_count > 0 and memcmp(
                    more.n, others.n, more.n_count * sizeof(Py_ssize_t)) != 0):
            return False
        for j in range(a.outs):
            if self.draft.values[a.out + j].size != self.draft.values[b.out + j].size:
                return False
        return True

    # ---- Small arrays -------------------------------------------------------------------------

    cdef bint is_small(self, const Instruction* at) noexcept:
        return (at.layout.contiguous and 0 < at.layout.size <= SMALL
                and at.layout.size == self.draft.values[at.out].size)

    cdef int write_small(self, const Instruction* at, const Operand* operands) except -1:
        """Each number by itself: it costs less than a step, and may be fused with others."""
        cdef Number x[MAX_OPERANDS]
        cdef Number numbers[FEW]
        cdef Py_ssize_t size = at.layout.size
        cdef int k, j
        self.spare = -1
        for k in range(size):
            for j in range(at.count):
                x[j] = self.number_at(operands[j].value, operands[j].offset + place_in(
                    operands[j].layout, at.layout, k))
            numbers[k] = self.expanded(at, x)
        return self.write_gather(at.out, numbers, size)

    cdef int write_gather(self, int out, const Number* numbers, Py_ssize_t size) except -1:
        cdef Instruction* new = self.draft.add(GATHER, out)
        cdef int k
        new.layout = contiguous_layout(1, &size)
        for k in range(size):
            self.draft.add_operand(numbers[k].value, numbers[k].offset, SCALAR)
        return self.makes(out, NUMBERS)

    cdef bint is_sum_of_few(self, const Instruction* at, const Operand* operands) noexcept:
        """Whether NumPy adds up one after the other, from the first on."""
        return (operands[0].layout.contiguous and 1 < operands[0].layout.size < PLAIN
                and self.draft.values[at.out].size == 1 and is_minus_zero(self.draft.c_of(at)[0])
                and self.is_marked(operands[0].value, NUMBERS))

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
        if (size > FEW or at.layout.size != 1 or operands[0].layout.size != 1
                or self.apart[at.out]):
            return False
        if at.count == 1 or size == 1:
            return True
        return (self.is_marked(operands[1].value, NUMBERS)
                and self.draft.values[operands[1].value].size == size)

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
                    self.draft.instructions[self.maker[operands[1].value]].first + j]
                numbers[j].value, numbers[j].offset = old.value, old.offset
        j = self.draft.details_of(at).offset
        pair[0] = numbers[j]
        pair[1].value, pair[1].offset = operands[0].value, operands[0].offset
        self.spare = -1
        numbers[j] = self.computed(ADD, pair, 2, NULL)
        return self.write_gather(at.out, numbers, size)

    cdef bint is_sum_of_one(self, const Instruction* at, const Operand* operands) noexcept:
        return (operands[0].layout.size == 1 and self.draft.values[at.out].size == 1
                and is_minus_zero(self.draft.c_of(at)[0])
                and self.draft.values[operands[0].value].origin != OUTSIDE)

    cdef bint holds(self, const Operand* operands) noexcept:
        """Whether a check is of a constant; equal ones are one value."""
        return (operands[0].value == operands[1].value
                and operands[0].offset == operands[1].offset)


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
            keep_one(at, draft.values[at.out].size == 1, read[at.out], read[at.out + 1])
    free(read)
    return 0


cdef void keep_one(Instruction* at, bint of_number, bint sine, bint cosine) noexcept:
    """Of sine and cosine, where one is not read."""
    if sine and cosine:
        return
    at.outs = 1
    if of_number:
        at.kernel = SINE if sine else COSINE
    else:
        at.kernel = SIN if sine else COS
    at.out += not sine
