"""Lanes: a program of many runs side by side, made of the program of one.

A value of n numbers becomes one of n rows, and a row has a number for each lane. So what is a
number in one run is a row here, and goes through the vector kernels; elementwise instructions,
views and sums stay what they are, with one axis more. Routines and calls of Python go through the
lanes one by one. Each lane has the bits of a run of its own.
"""

cimport cython
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy

import numpy as np

from cygrad.core.arrays cimport array_of, constant
from cygrad.core.layout cimport Layout, MAX_NDIM, SCALAR, release, share, strided_layout
from cygrad.core.routine cimport Routine
from cygrad.core.variable cimport Variable
from cygrad.kernels.elementwise cimport (
    MAX_OPERANDS, constants_of, has_rows, instruction_named, kernel_named, name_of_kernel,
)
from cygrad.kernels.reduction cimport LANES_ADD_UP
from cygrad.programs.calls cimport Forward, Gradient, Test
from cygrad.programs.draft cimport (
    CALL, CHECK, COMPUTED, CONSTANT, Details, Draft, GATHER, INPUT, Instruction, KERNEL, Kind,
    LANES, Operand, Origin, PAUSE, PUT, ROUTINE, SUM, Value,
)
from cygrad.programs.lane_routines cimport AT_ONCE, run_differ, run_join, run_lanes, run_sum
from cygrad.programs.steps cimport ROUTINE_OPERANDS
from cygrad.programs.stretches cimport find_stretches

cdef enum:
    MOST = 1 << 27                  # numbers of a value

cdef int COPY = kernel_named("COPY")
cdef int SIN = kernel_named("SIN")
cdef int COS = kernel_named("COS")
cdef int SINE = instruction_named("SINE")
cdef int COSINE = instruction_named("COSINE")


class Unfit(Exception):
    """A program has no lanes; the message says why."""


cdef Draft draft_of_lanes(Draft old, list mapped, int lanes):
    cdef Lanes made = Lanes(old, lanes)
    made.look(mapped)
    made.write(mapped)
    find_stretches(made.new)
    made.new.tighten()
    return made.new


cdef list mapped_results(Draft old, list mapped):
    cdef Lanes made = Lanes(old, 1)
    made.look(mapped)
    return [bool(made.mapped[<int>result[0]]) for result in old.results]


cdef double numbers_made(Draft draft) noexcept:
    cdef const Instruction* at
    cdef double total = 0.0
    cdef int k
    for k in range(draft.n_instructions):
        at = &draft.instructions[k]
        if at.outs > 0:
            total += draft.values[at.out].size
        if at.kind == SUM or at.kind == ROUTINE:
            total += draft.operands[at.first].layout.size
    return total / (draft.n_instructions + 1)


@cython.final
cdef class Lanes:
    cdef Draft old, new
    cdef int lanes
    cdef char* mapped               # by value of the old draft
    cdef dict known                 # by an old layout's address, and whether it is mapped: the new
    cdef dict spreads               # by a number that is the same in all lanes: a row of it
    cdef int* stands                # by value of the old draft: the new one's number

    def __cinit__(self, Draft old, int lanes):
        cdef int k
        self.old = old
        self.new = Draft()
        self.lanes = lanes
        self.known = {}
        self.spreads = {}
        self.mapped = <char*>calloc(old.n_values + 1, 1)
        self.stands = <int*>malloc((old.n_values + 1) * sizeof(int))
        if self.mapped is NULL or self.stands is NULL:
            raise MemoryError()
        for k in range(old.n_values):
            self.stands[k] = k

    def __dealloc__(self):
        for address in self.known.values():
            release(<Layout*><size_t>address)
        free(self.mapped)
        free(self.stands)

    # ---- What the lanes have of their own -----------------------------------------------------

    cdef int look(self, list mapped) except -1:
        cdef const Instruction* at
        cdef int k, j
        for k in range(self.old.n_values):
            if self.old.values[k].origin == INPUT:
                self.mapped[k] = bool(mapped[self.old.values[k].index])
        for k in range(self.old.n_instructions):
            at = &self.old.instructions[k]
            if self.is_mapped(at):
                for j in range(at.outs):
                    self.mapped[at.out + j] = True
        return 0

    cdef bint is_mapped(self, const Instruction* at) noexcept:
        cdef int j
        for j in range(at.count):
            if self.mapped[self.old.operands[at.first + j].value]:
                return True
        return False

    # ---- Written anew -------------------------------------------------------------------------

    cdef int write(self, list mapped) except -1:
        """The values have the same numbers, but for a routine's; more of them come behind."""
        cdef const Value* value
        cdef int k, n_inputs = <int>len(mapped)
        self.new.has_stretches = True
        for k in range(self.old.n_values):
            value = &self.old.values[k]
            if value.size > MOST // self.lanes:
                raise Unfit("its arrays are too large")
            if value.origin == CONSTANT:
                self.new.add_constant(value.constants, value.size)
            else:
                self.new.add_value(<Origin>value.origin, self.numbers_of(k), value.index)
            self.new.values[k].late = value.late
        self.new.add_value(INPUT, self.lanes, n_inputs)
        for k in range(self.old.n_instructions):
            self.write_one(&self.old.instructions[k])
        for k in range(len(self.old.results)):
            self.new.results.append(self.result_of(<tuple>self.old.results[k]))
        return 0

    cdef Py_ssize_t numbers_of(self, int value) noexcept:
        return self.old.values[value].size * (self.lanes if self.mapped[value] else 1)

    cdef int write_one(self, const Instruction* at) except -1:
        cdef const Operand* operands = &self.old.operands[at.first]
        if at.kind == PAUSE:
            raise Unfit("gradients flow back through its results")
        if at.kind == CALL and not self.may_repeat(at):
            raise Unfit(f"it does more than to give a result: "
                        f"{self.old.calls[self.old.details_of(at).index].name}")
        if not self.is_mapped(at):
            return self.keep(at, operands)
        if at.kind == KERNEL:
            return self.write_kernel(at, operands)
        if at.kind == GATHER:
            return self.write_gather(at.out, operands, at.count)
        if at.kind == PUT:
            return self.write_put(at, operands)
        if at.kind == CHECK:
            return self.write_check(operands)
        if at.kind == SUM:
            return self.write_sum(at, operands)
        if at.kind == ROUTINE:
            return self.write_routine(at, operands)
        return self.write_call(at, operands)

    cdef bint may_repeat(self, const Instruction* at):
        return isinstance(self.old.calls[self.old.details_of(at).index], (Forward, Gradient, Test))

    cdef int keep(self, const Instruction* at, const Operand* operands) except -1:
        """What is the same in all lanes."""
        cdef Instruction* new = self.new.add(<Kind>at.kind, at.out)
        cdef const Details* details = self.old.details_of(at)
        cdef int j
        new.kernel = at.kernel
        new.outs = at.outs
        if at.c > 0:
            self.new.tell(new, self.old.c_of(at)[0], self.old.c_of(at)[1])
        if at.layout is not NULL:
            new.layout = share(at.layout)
        if at.details > 0:
            self.copy_details(self.new.detail(new), details)
        if at.kind == CALL:
            self.new.detail(new).index = <int>len(self.new.calls)
            self.new.calls.append(self.old.calls[details.index])
        for j in range(at.count):
            self.new.add_operand_of(new, &operands[j])
        return 0

    cdef int copy_details(self, Details* new, const Details* details) except -1:
        new[0] = details[0]
        if details.n is not NULL:
            new.n = <Py_ssize_t*>malloc((details.n_count + 1) * sizeof(Py_ssize_t))
            if new.n is NULL:
                raise MemoryError()
            memcpy(new.n, details.n, details.n_count * sizeof(Py_ssize_t))
        return 0

    cdef Py_ssize_t* tell_routine(self, Instruction* at, Routine run, const char* name,
                                  Py_ssize_t count) except NULL:
        """Have a ROUTINE run this, told so many numbers, which the caller fills in."""
        cdef Details* details = self.new.detail(at)
        details.run = run
        details.name = name
        details.n = <Py_ssize_t*>malloc((count + 1) * sizeof(Py_ssize_t))
        if details.n is NULL:
            raise MemoryError()
        details.n_count = count
        return details.n

    # ---- Layouts ------------------------------------------------------------------------------

    cdef Layout* widened(self, const Layout* layout, bint mapped) except NULL:
        """With one axis more, of the lanes, or of length 1. Borrowed."""
        cdef Py_ssize_t dims[MAX_NDIM]
        cdef Py_ssize_t strides[MAX_NDIM]
        cdef Layout* new
        cdef int d, n = layout.ndim
        key = (<size_t>layout, mapped)
        found = self.known.get(key)
        if found is not None:
            return <Layout*><size_t>found
        if n + 1 > MAX_NDIM:
            raise Unfit(f"it has an array of {n} dimensions")
        for d in range(n):
            dims[d] = layout.shape[d]
            strides[d] = layout.strides[d] * (self.lanes if mapped else 1)
        dims[n] = self.lanes if mapped else 1
        strides[n] = sizeof(double)
        new = strided_layout(n + 1, dims, strides)
        self.known[key] = <size_t>new
        return new

    cdef Operand operand_of(self, const Operand* operand) except *:
        cdef Operand new
        cdef bint mapped = self.mapped[operand.value]
        new.value = self.stands[operand.value]
        new.offset = operand.offset * (self.lanes if mapped else 1)
        new.layout = self.widened(operand.layout, mapped)
        return new

    cdef Operand spread(self, const Operand* operand) except *:
        """An operand of all lanes, whether or not they differ; of a number, made once."""
        cdef Operand new
        if self.mapped[operand.value]:
            return self.operand_of(operand)
        new.offset = 0
        new.layout = self.widened_densely(operand.layout)
        key = (operand.value, operand.offset)
        if operand.layout.size == 1 and key in self.spreads:
            new.value = self.spreads[key]
            return new
        if operand.layout.size == 1 and self.old.values[operand.value].origin == CONSTANT:
            new.value = self.row_of(self.old.values[operand.value].constants[operand.offset])
        else:
            new.value = self.copied(operand, new.layout)
        if operand.layout.size == 1:
            self.spreads[key] = new.value
        return new

    cdef int copied(self, const Operand* operand, Layout* layout) except -1:
        cdef Operand still = self.operand_of(operand)
        cdef int value = self.new.add_value(COMPUTED, layout.size, 0)
        cdef Instruction* at = self.new.add(KERNEL, value)
        at.kernel = COPY
        at.layout = share(layout)
        self.new.add_operand_of(at, &still)
        return value

    cdef int row_of(self, double number) except -1:
        """A row of the same number."""
        cdef double* row = <double*>malloc(self.lanes * sizeof(double))
        cdef int k, value
        if row is NULL:
            raise MemoryError()
        for k in range(self.lanes):
            row[k] = number
        value = self.new.add_constant(row, self.lanes)
        free(row)
        return value

    cdef Layout* widened_densely(self, const Layout* layout) except NULL:
        cdef Py_ssize_t dims[MAX_NDIM]
        cdef Py_ssize_t strides[MAX_NDIM]
        cdef Py_ssize_t stride = sizeof(double)
        cdef Layout* new
        cdef int d, n = layout.ndim
        key = (<size_t>layout, "dense")
        found = self.known.get(key)
        if found is not None:
            return <Layout*><size_t>found
        if n + 1 > MAX_NDIM:
            raise Unfit(f"it has an array of {n} dimensions")
        dims[n] = self.lanes
        for d in range(n):
            dims[d] = layout.shape[d]
        for d in reversed(range(n + 1)):
            strides[d] = stride
            stride *= dims[d]
        new = strided_layout(n + 1, dims, strides)
        self.known[key] = <size_t>new
        return new

    cdef tuple result_of(self, tuple result):
        value, offset, shape, strides = result
        if not self.mapped[<int>value]:
            return result
        if len(shape) == MAX_NDIM:
            raise Unfit(f"it gives an array of {len(shape)} dimensions")
        return (self.stands[<int>value], offset * self.lanes, (*shape, self.lanes),
                (*[s * self.lanes for s in strides], <int>sizeof(double)))

    # ---- Kernels ------------------------------------------------------------------------------

    cdef int write_kernel(self, const Instruction* at, const Operand* operands) except -1:
        cdef Operand new[MAX_OPERANDS]
        cdef Instruction* written
        cdef bint of_rows = self.old.values[at.out].size == 1
        cdef int j
        for j in range(at.count):
            of_rows = of_rows and operands[j].layout.size == 1
        for j in range(at.count):
            new[j] = self.spread(&operands[j]) if of_rows else self.operand_of(&operands[j])
        written = self.new.add(LANES if of_rows else KERNEL, at.out)
        written.kernel = kernel_of_rows(at.kernel)
        written.outs = at.outs
        written.layout = share(self.widened(SCALAR if at.layout is NULL else at.layout, True))
        if constants_of(at.kernel) > 0:
            self.new.tell(written, self.old.c_of(at)[0], self.old.c_of(at)[1])
        for j in range(at.count):
            self.new.add_operand_of(written, &new[j])
        return 0

    # ---- Numbers put together -----------------------------------------------------------------

    cdef int write_gather(self, int out, const Operand* operands, int count) except -1:
        """By a routine; of more numbers than it takes, part by part."""
        cdef Operand* rows = <Operand*>malloc((count + 1) * sizeof(Operand))
        cdef int j
        if rows is NULL:
            raise MemoryError()
        try:
            for j in range(count):
                rows[j] = self.spread(&operands[j])
            self.join(out, rows, count)
        finally:
            free(rows)
        return 0

    cdef int join(self, int out, Operand* rows, int count) except -1:
        cdef Instruction* at
        cdef Py_ssize_t* told
        cdef int part, n = 0, k, j, room = ROUTINE_OPERANDS - 1
        while count > room:
            n = 0
            k = 0
            while k < count:
                part = self.new.add_value(COMPUTED, 0, 0)
                for j in range(k, min(k + room, count)):
                    self.new.values[part].size += rows[j].layout.size
                self.join(part, &rows[k], min(room, count - k))
                k += room
                rows[n].layout = self.row_layout(self.new.values[part].size)
                rows[n].value = part
                rows[n].offset = 0
                n += 1
            count = n
        at = self.new.add(ROUTINE, out)
        told = self.tell_routine(at, run_join, b"join lanes", count + 1)
        told[0] = count
        for j in range(count):
            told[1 + j] = rows[j].layout.size
            self.new.add_operand_of(at, &rows[j])
        return 0

    cdef Layout* row_layout(self, Py_ssize_t n) except NULL:
        cdef Py_ssize_t stride = sizeof(double)
        key = (n, "row")
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = <size_t>strided_layout(1, &n, &stride)
        return <Layout*><size_t>found

    cdef int write_put(self, const Instruction* at, const Operand* operands) except -1:
        cdef Operand new[2]
        cdef Instruction* put
        cdef int j
        for j in range(at.count):
            new[j] = self.spread(&operands[j])
        put = self.new.add(PUT, at.out)
        put.layout = share(self.widened(at.layout, True))
        self.new.detail(put).offset = self.old.details_of(at).offset * self.lanes
        for j in range(at.count):
            self.new.add_operand_of(put, &new[j])
        return 0

    # ---- Checks -------------------------------------------------------------------------------

    cdef int write_check(self, const Operand* operands) except -1:
        """Mark the lanes that differ; the run ends if there are any."""
        cdef Operand both[2]
        cdef Operand marks
        cdef double zero = 0.0
        cdef Instruction* at
        cdef int j, out, none
        for j in range(2):
            both[j] = self.spread(&operands[j])
        marks.value = self.old.n_values
        marks.offset = 0
        marks.layout = self.row_layout(self.lanes)
        out = self.new.add_value(COMPUTED, 1, 0)
        at = self.new.add(ROUTINE, out)
        self.tell_routine(at, run_differ, b"mark lanes", 1)[0] = self.lanes
        for j in range(2):
            self.new.add_operand_of(at, &both[j])
        self.new.add_operand_of(at, &marks)
        none = self.new.add_constant(&zero, 1)
        self.new.add(CHECK, -1)
        self.new.add_operand(out, 0, SCALAR)
        self.new.add_operand(none, 0, SCALAR)
        return 0

    # ---- Sums and routines --------------------------------------------------------------------

    cdef int write_sum(self, const Instruction* at, const Operand* operands) except -1:
        cdef Operand operand = self.operand_of(&operands[0])
        cdef const Layout* layout = operands[0].layout
        cdef Instruction* new = self.new.add(ROUTINE, at.out)
        cdef Py_ssize_t* told
        cdef int d
        if not LANES_ADD_UP:
            raise Unfit("this NumPy adds up in an order of its own")
        told = self.tell_routine(new, run_sum, b"sum lanes", 4 + 2 * layout.ndim)
        told[0] = self.lanes
        told[1] = layout.ndim
        told[2] = <Py_ssize_t>self.old.details_of(at).axes
        told[3] = self.old.values[at.out].size
        for d in range(layout.ndim):
            told[4 + d] = layout.shape[d]
            told[4 + layout.ndim + d] = layout.strides[d] * self.lanes
        self.new.tell(new, self.old.c_of(at)[0], 0.0)
        return self.new.add_operand_of(new, &operand)

    cdef int write_routine(self, const Instruction* at, const Operand* operands) except -1:
        """Lane by lane: brought together in a last result, from there, and there again."""
        cdef const Details* given = self.old.details_of(at)
        cdef Py_ssize_t* told
        cdef Instruction* new
        cdef Operand operand
        cdef int j, n = at.count + at.outs, head = 4 + 3 * n, first
        cdef Py_ssize_t low, span, room = 0
        if n + 1 > ROUTINE_OPERANDS:
            raise Unfit(f"{given.name.decode().lower()} has too many operands")
        first = self.new.n_values
        for _ in range(at.outs + 1):        # results are neighbours
            self.new.add_value(COMPUTED, 0, 0)
        new = self.new.add(ROUTINE, first)
        new.outs = at.outs + 1
        self.new.tell(new, self.old.c_of(at)[0], self.old.c_of(at)[1])
        told = self.tell_routine(new, run_lanes, given.name, head + given.n_count)
        told[0] = <Py_ssize_t><size_t><void*>given.run
        told[1] = self.lanes
        told[2] = at.count
        told[3] = at.outs
        for j in range(n):
            if j < at.count:
                low, span = self.reach_of(&operands[j])
            else:
                low, span = 0, self.old.values[at.out + j - at.count].size
            told[4 + 3 * j] = low
            told[5 + 3 * j] = span
            told[6 + 3 * j] = j >= at.count or self.mapped[operands[j].value]
            room += span
        if given.n is not NULL:
            memcpy(&told[head], given.n, given.n_count * sizeof(Py_ssize_t))
        for j in range(at.count):
            if self.mapped[operands[j].value]:
                operand = self.operand_of(&operands[j])
                self.new.add_operand_of(new, &operand)
            else:
                self.new.add_operand_of(new, &operands[j])
        for j in range(at.outs):
            self.stands[at.out + j] = first + j
            self.new.values[first + j].size = self.numbers_of(at.out + j)
        self.new.values[first + at.outs].size = room * AT_ONCE
        return 0

    cdef tuple reach_of(self, const Operand* operand):
        """How far before its first number a routine reads it, 0 or less, and how many it spans."""
        cdef const Layout* layout = operand.layout
        cdef Py_ssize_t lowest = 0, highest = 0, span
        cdef int d
        if layout.size <= 1:            # a hidden result is an operand without a shape
            return 0, self.old.values[operand.value].size - operand.offset
        for d in range(layout.ndim):
            span = (layout.shape[d] - 1) * (layout.strides[d] // <Py_ssize_t>sizeof(double))
            lowest += min(span, 0)
            highest += max(span, 0)
        return lowest, highest - lowest + 1

    # ---- Python -------------------------------------------------------------------------------

    cdef int write_call(self, const Instruction* at, const Operand* operands) except -1:
        cdef object function = self.old.calls[self.old.details_of(at).index]
        cdef Operand operand
        cdef int j
        cdef Instruction* new = self.new.add(CALL, at.out)
        new.outs = at.outs
        self.new.detail(new).index = <int>len(self.new.calls)
        self.new.calls.append(LaneByLane(
            function, [bool(self.mapped[operands[j].value]) for j in range(at.count)], self.lanes))
        for j in range(at.count):
            operand = (self.operand_of(&operands[j]) if self.mapped[operands[j].value]
                       else operands[j])
            self.new.add_operand_of(new, &operand)
        return 0


cdef class LaneByLane:
    """A call of Python, for each lane."""
    cdef object function
    cdef list mapped
    cdef int lanes
    cdef readonly str name

    def __init__(self, function, list mapped not None, int lanes):
        self.function = function
        self.mapped = mapped
        self.lanes = lanes
        self.name = function.name

    def __call__(self, list inputs):
        cdef list all_given = []
        arrays = [array_of(<Variable>x) for x in inputs]
        for k in range(self.lanes):
            xs = [constant(np.ascontiguousarray(x[..., k]) if mapped else x.copy(), "vmap")
                  for x, mapped in zip(arrays, self.mapped)]
            all_given.append([array_of(<Variable>y) for y in self.function(xs)])
        return tuple([constant(np.stack(ys, axis=-1), "vmap") for ys in zip(*all_given)])

    def meant(self, operands):
        return self.name, id(self), operands


cdef int kernel_of_rows(int kernel) except -1:
    if kernel == SINE or kernel == COSINE:
        return SIN if kernel == SINE else COS
    if not has_rows(kernel):
        raise Unfit(f"{name_of_kernel(kernel).lower()} is of numbers alone")
    return kernel
