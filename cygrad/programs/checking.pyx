# cython: boundscheck=True
# What is indexed here is of others.
"""Checking: whether a draft that was not recorded here may run.

Numbers may be wrong, but no instruction may reach beyond its values, or read what nobody has made.
What becomes of a draft (building.pyx, steps.pyx) is what is asked of it here.
"""

from cygrad.core.layout cimport Layout
from cygrad.core.routines cimport name_of_routine
from cygrad.kernels.elementwise cimport (
    adds, all_instructions, inputs_of, instruction_named, kernel_named, name_of_kernel,
)
from cygrad.programs.draft cimport (
    CHECK, COMPUTED, Details, Draft, GATHER, INPUT, Instruction, KERNEL, Operand, PAUSE, PUT,
    ROUTINE, SUM,
)
from cygrad.programs.steps cimport ROUTINE_OPERANDS
from cygrad.programs.stretches cimport find_stretches

from cygrad.programs.reaches import reach_of

cdef int SINCOS = instruction_named("SINCOS")
cdef int FIRST_INSTRUCTION = first_instruction()

# Operands that are whole numbers in the memory of doubles, and who makes these, as which result.
cdef dict WHOLE = {
    ("max_pool_gradient", 0): ("max_pool", 1),
    ("cross_entropy_gradient_at", 1): ("cross_entropy_at", 2),
}


cdef int first_instruction() except -1:
    """The number from which on there are no kernels."""
    cdef int k
    for k in range(all_instructions()):
        try:
            kernel_named(name_of_kernel(k))
        except LookupError:
            return k
    return all_instructions()


cdef int check(Draft draft, Py_ssize_t inputs) except -1:
    cdef Checking checking = Checking(draft)
    checking.run(inputs)
    find_stretches(draft)
    return checking.sines()


cdef class Checking:
    cdef Draft draft
    cdef list makers            # of each value the instruction that has made it, or None

    def __init__(self, Draft draft not None):
        self.draft = draft
        self.makers = [None] * draft.n_values

    cdef int run(self, Py_ssize_t inputs) except -1:
        cdef const Instruction* at
        cdef int k, j, pauses = 0
        indices = [self.draft.values[k].index for k in range(self.draft.n_values)
                   if self.draft.values[k].origin == INPUT]
        self.need(sorted(indices) == list(range(inputs)), "inputs")
        for k in range(self.draft.n_instructions):
            at = &self.draft.instructions[k]
            for j in range(at.count):
                self.operand(at, &self.draft.operands[at.first + j])
            self.made(at, k)
            self.instruction(at, k)
            pauses += at.kind == PAUSE
        self.need(pauses <= 1, "pauses")
        for value, offset, shape, strides in self.draft.results:
            self.there(value)
            first, last = ends_of(shape, strides)
            self.need(first > last or 0 <= first + offset
                      and last + offset < self.draft.values[<int>value].size, "a result")
        return 0

    cdef int need(self, bint holds, str what) except -1:
        if not holds:
            raise ValueError(f"the program has {what} that cannot be")
        return 0

    cdef int sines(self) except -1:
        """Sine and cosine of an array come from one instruction in a stretch only."""
        cdef const Instruction* at
        cdef int k
        for k in range(self.draft.n_instructions):
            at = &self.draft.instructions[k]
            self.need(at.kind != KERNEL or at.kernel != SINCOS or at.stretch > 0
                      or self.draft.values[at.out].size == 1, "a sine")
        return 0

    # ---- Values ---------------------------------------------------------------------------------

    cdef int there(self, int value) except -1:
        self.need(0 <= value < self.draft.n_values and (
            self.draft.values[value].origin != COMPUTED or self.makers[value] is not None),
            "a value before it is made")
        return 0

    cdef int operand(self, const Instruction* at, const Operand* operand) except -1:
        self.there(operand.value)
        if at.kind == ROUTINE:          # which tells what it reaches
            return self.need(operand.offset >= 0, "a place")
        return self.within(operand.layout, operand.offset, operand.value)

    cdef int within(self, const Layout* layout, Py_ssize_t offset, int value) except -1:
        """Whether all numbers of the layout, from the offset on, are the value's."""
        first, last = ends(layout)
        self.need(offset >= 0 and (first > last or first + offset >= 0)
                  and last + offset < self.draft.values[value].size, "a place")
        return 0

    cdef int made(self, const Instruction* at, int k) except -1:
        """Each value is made once."""
        cdef int j
        self.need(at.outs == 0 or at.outs > 0 and 0 <= at.out < self.draft.n_values
                  and at.outs <= self.draft.n_values - at.out, "results")
        for j in range(at.outs):
            self.need(self.draft.values[at.out + j].origin == COMPUTED
                      and self.makers[at.out + j] is None, "a result")
            self.makers[at.out + j] = k
        return 0

    # ---- Instructions ---------------------------------------------------------------------------

    cdef int instruction(self, const Instruction* at, int k) except -1:
        cdef const Operand* operands = &self.draft.operands[at.first]
        if at.kind == KERNEL:
            return self.kernel(at, operands)
        if at.kind == GATHER:
            self.need(at.outs == 1 and at.count == self.draft.values[at.out].size, "a gather")
            return self.numbers(at, operands)
        if at.kind == CHECK:
            self.need(at.outs == 0 and at.count == 2, "a check")
            return self.numbers(at, operands)
        if at.kind == SUM:
            return self.sum(at, operands)
        if at.kind == PUT:
            return self.put(at, operands)
        if at.kind == ROUTINE:
            return self.routine(at, operands)
        self.need(at.kind == PAUSE and at.count == 0 and at.outs == 0, "an instruction")
        return 0

    cdef int numbers(self, const Instruction* at, const Operand* operands) except -1:
        cdef int j
        for j in range(at.count):
            self.need(operands[j].layout.size == 1, "an array where a number")
        return 0

    cdef int kernel(self, const Instruction* at, const Operand* operands) except -1:
        cdef int j, both = at.kernel == SINCOS
        cdef Py_ssize_t size
        self.need(at.count == inputs_of(at.kernel) and at.outs == 1 + both
                  and "LAST" not in name_of_kernel(at.kernel) and not adds(at.kernel), "a kernel")
        size = self.draft.values[at.out].size
        self.need(not both or self.draft.values[at.out + 1].size == size, "a kernel")
        self.need(at.layout is not NULL, "a kernel")
        if size == 1:
            return self.numbers(at, operands)
        self.need(at.kernel < FIRST_INSTRUCTION or both, "a kernel")
        self.within(at.layout, 0, at.out)
        self.need(not at.layout.contiguous or at.layout.size == size, "a kernel")
        self.draft.has_stretches = True
        for j in range(at.count):
            self.need(broadcasts(operands[j].layout, at.layout), "shapes")
        return 0

    cdef int sum(self, const Instruction* at, const Operand* operands) except -1:
        cdef Py_ssize_t size = 1
        cdef int d
        self.need(at.count == 1 and at.outs == 1 and at.layout is not NULL, "a sum")
        self.need(self.draft.details_of(at).axes >> operands[0].layout.ndim == 0, "a sum")
        for d in range(operands[0].layout.ndim):
            size *= 1 if self.draft.details_of(at).axes >> d & 1 else operands[0].layout.shape[d]
        self.need(self.draft.values[at.out].size == size, "a sum")
        return 0

    cdef int put(self, const Instruction* at, const Operand* operands) except -1:
        self.need(1 <= at.count <= 2 and at.outs == 1 and at.layout is not NULL, "a put")
        self.within(at.layout, self.draft.details_of(at).offset, at.out)
        self.need(at.layout.size > 0 and broadcasts(operands[0].layout, at.layout),
                  "a put")
        if at.count == 2:
            self.within(operands[1].layout, 0, at.out)
        return 0

    cdef int routine(self, const Instruction* at, const Operand* operands) except -1:
        cdef Py_ssize_t start, size
        cdef int j
        name = name_of_routine(self.draft.details_of(at).run)
        reached = reach_of(name, numbers_of(self.draft.details_of(at)))
        self.need(at.count + at.outs <= ROUTINE_OPERANDS and at.outs > 0
                  and len(reached) == at.count + at.outs, "a routine's operands")
        for j, (first, last) in enumerate(reached):
            start = operands[j].offset if j < at.count else 0
            size = self.draft.values[
                operands[j].value if j < at.count else at.out + j - at.count].size
            self.need(first > last or first + start >= 0 and last + start < size,
                      f"a {name} with memory")
            if (name, j) in WHOLE:
                self.made_by(at, &operands[j], WHOLE[(name, j)])
        return 0

    cdef int made_by(self, const Instruction* at, const Operand* operand, tuple by) except -1:
        """The whole operand is that result of that routine, with the same whole numbers."""
        cdef const Instruction* maker
        found = self.makers[operand.value]
        self.need(found is not None and operand.offset == 0, "positions")
        maker = &self.draft.instructions[<int>found]
        self.need(maker.kind == ROUTINE and operand.value == maker.out + <int>by[1]
                  and name_of_routine(self.draft.details_of(maker).run) == by[0], "positions")
        return self.need(numbers_of(self.draft.details_of(maker))
                         == numbers_of(self.draft.details_of(at)), "positions")


cdef list numbers_of(const Details* details):
    cdef Py_ssize_t j
    return [details.n[j] for j in range(details.n_count)]


# ---- Layouts -----------------------------------------------------------------------------------

cdef tuple ends(const Layout* layout):
    cdef int d
    return ends_of([layout.shape[d] for d in range(layout.ndim)],
                   [layout.strides[d] for d in range(layout.ndim)])


cdef tuple ends_of(object shape, object strides):
    """The first and the last number that a layout reaches; (0, -1): none. Ints of Python's own."""
    first = last = 0
    for length, stride in zip(shape, strides):
        if length == 0:
            return 0, -1
        first += min((length - 1) * (stride // 8), 0)
        last += max((length - 1) * (stride // 8), 0)
    return first, last


cdef bint broadcasts(const Layout* x, const Layout* target) noexcept:
    cdef int d, lead = target.ndim - x.ndim
    if lead < 0:
        return False
    for d in range(x.ndim):
        if x.shape[d] != target.shape[lead + d] and x.shape[d] != 1:
            return False
    return True
