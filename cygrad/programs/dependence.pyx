"""Dependence: the numbers of a program's inputs that each number of its results is computed from.

A draft is gone through once, and each number of each value gets a set of inputs, by its own number:
0 is the empty set, 1 to n are the inputs themselves (sets.pyx).

A set is never too small. What is known to take its numbers one by one, row by row or in another
order is followed number by number; of anything else all results depend on all operands.
"""

cimport cython
cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

import numpy as np

from cygrad.core.layout cimport Layout, MAX_NDIM
from cygrad.core.routines cimport name_of_routine
from cygrad.functions.operation cimport broadcast_strides
from cygrad.programs.calls cimport Forward, Gradient
from cygrad.programs.draft cimport (
    CALL, Details, Draft, GATHER, INPUT, Instruction, KERNEL, Operand, PUT, ROUTINE, SUM, grown,
)
from cygrad.programs.program cimport Program
from cygrad.programs.sets cimport MOST_SETS, Sets

from cygrad.programs.reaches import reach_of

cnp.import_array()

cdef Py_ssize_t NUMBER = sizeof(double)


# ---- The draft --------------------------------------------------------------------------------

@cython.final
cdef class Walk:
    """On the way through a draft: the sets of the values that are read later."""
    cdef Draft draft
    cdef Sets sets
    cdef int** of               # of each value; NULL: all are empty
    cdef int* last              # the instruction that reads it last

    def __cinit__(self, Draft draft, Sets sets):
        self.draft = draft
        self.sets = sets
        self.of = <int**>calloc(draft.n_values + 1, sizeof(int*))
        self.last = <int*>malloc((draft.n_values + 1) * sizeof(int))
        if self.of is NULL or self.last is NULL:
            raise MemoryError()
        memset(self.last, 0xFF, (draft.n_values + 1) * sizeof(int))

    def __dealloc__(self):
        cdef int k
        if self.of is not NULL:
            for k in range(self.draft.n_values):
                free(self.of[k])
        free(self.of)
        free(self.last)

    cdef int run(self) except -1:
        cdef const Instruction* at
        cdef int k, j
        self.find_last()
        for k in range(self.draft.n_instructions):
            at = &self.draft.instructions[k]
            if k % 1024 == 0:
                PyErr_CheckSignals()
            if at.outs > 0 and self.reads_any(at):
                self.follow(at, k)
            for j in range(at.count):
                self.let_go(self.draft.operands[at.first + j].value, k)
            for j in range(at.outs):
                self.let_go(at.out + j, k)
        return 0

    cdef int find_last(self) except -1:
        cdef const Instruction* at
        cdef int k, j
        for k in range(self.draft.n_instructions):
            at = &self.draft.instructions[k]
            for j in range(at.count):
                self.last[self.draft.operands[at.first + j].value] = k
        for result in self.draft.results:
            self.last[<int>result[0]] = self.draft.n_instructions
        return 0

    cdef int let_go(self, int value, int k) noexcept:
        if self.last[value] <= k:
            free(self.of[value])
            self.of[value] = NULL
        return 0

    cdef bint reads_any(self, const Instruction* at) noexcept:
        cdef int j
        for j in range(at.count):
            if self.of[self.draft.operands[at.first + j].value] is not NULL:
                return True
        return False

    cdef int* made(self, int value) except NULL:
        """Empty sets for a value that is computed."""
        self.of[value] = <int*>calloc(self.draft.values[value].size + 1, sizeof(int))
        if self.of[value] is NULL:
            raise MemoryError()
        return self.of[value]

    cdef int follow(self, const Instruction* at, int k) except -1:
        cdef const Operand* operands = &self.draft.operands[at.first]
        if at.kind == KERNEL:
            return self.kernel(at, operands)
        if at.kind == SUM:
            return self.sum(at, operands)
        if at.kind == GATHER:
            return self.numbers(self.made(at.out), at, operands, 1)
        if at.kind == PUT:
            return self.put(at, operands, k)
        if at.kind == ROUTINE:
            return self.routine(at, operands)
        if at.kind == CALL and self.call(at, operands):
            return 0
        return self.everything(at, self.all_of(at, operands))

    # ---- Instructions -------------------------------------------------------------------------

    cdef int kernel(self, const Instruction* at, const Operand* operands) except -1:
        cdef Py_ssize_t strides[MAX_NDIM]
        cdef Py_ssize_t size = self.draft.values[at.out].size
        cdef int* out = self.made(at.out)
        cdef int* other
        cdef int j
        if size == 1:
            self.numbers(out, at, operands, 0)
        else:
            for j in range(at.count):
                if self.of[operands[j].value] is NULL:
                    continue
                if not broadcast_strides(operands[j].layout, at.layout, strides):
                    return self.everything(at, self.all_of(at, operands))
                self.merge(out, at.layout.strides,
                           self.of[operands[j].value] + operands[j].offset, strides,
                           at.layout.ndim, at.layout.shape)
        for j in range(1, at.outs):
            other = self.made(at.out + j)
            memcpy(other, out, size * sizeof(int))
        return 0

    cdef int numbers(self, int* out, const Instruction* at, const Operand* operands,
                     Py_ssize_t step) except -1:
        """Operands of one number each, to one after the other, or all to one."""
        cdef int j
        for j in range(at.count):
            if self.of[operands[j].value] is not NULL:
                out[j * step] = self.sets.unite(
                    out[j * step], self.of[operands[j].value][operands[j].offset])
        return 0

    cdef int sum(self, const Instruction* at, const Operand* operands) except -1:
        return self.reduce(at, self.of[operands[0].value] + operands[0].offset,
                           operands[0].layout.ndim, operands[0].layout.shape,
                           operands[0].layout.strides, self.draft.details_of(at).axes)

    cdef int reduce(self, const Instruction* at, const int* source, int ndim,
                    const Py_ssize_t* shape, const Py_ssize_t* strides,
                    unsigned long long axes) except -1:
        cdef Py_ssize_t steps[MAX_NDIM]
        cdef Py_ssize_t step = NUMBER
        cdef int d
        for d in reversed(range(ndim)):
            steps[d] = 0 if axes >> d & 1 else step
            step *= 1 if axes >> d & 1 else shape[d]
        return self.merge(self.made(at.out), steps, source, strides, ndim, shape)

    cdef int put(self, const Instruction* at, const Operand* operands, int k) except -1:
        cdef Py_ssize_t strides[MAX_NDIM]
        cdef Py_ssize_t size = self.draft.values[at.out].size
        cdef const Operand* old = &operands[1]
        cdef int* out
        if (at.count == 2 and self.of[old.value] is not NULL and self.last[old.value] == k
                and old.offset == 0 and old.layout.contiguous
                and old.value != operands[0].value
                and self.draft.values[old.value].size == size):
            out = self.of[at.out] = self.of[old.value]
            self.of[old.value] = NULL
        else:
            out = self.made(at.out)
            if at.count == 2 and self.of[old.value] is not NULL:
                self.merge(out, old.layout.strides, self.of[old.value] + old.offset,
                           old.layout.strides, old.layout.ndim, old.layout.shape)
        if self.of[operands[0].value] is NULL:
            return 0
        if not broadcast_strides(operands[0].layout, at.layout, strides):
            return self.everything(at, self.all_of(at, operands))
        return self.merge(out + self.draft.details_of(at).offset, at.layout.strides,
                          self.of[operands[0].value] + operands[0].offset, strides,
                          at.layout.ndim, at.layout.shape)

    cdef int merge(self, int* target, const Py_ssize_t* target_strides, const int* source,
                   const Py_ssize_t* source_strides, int ndim, const Py_ssize_t* shape) except -1:
        """Each number of the target depends on that of the source, too. Strides are in bytes."""
        cdef Py_ssize_t index[MAX_NDIM]
        cdef Py_ssize_t inner = 1, to = 0, by = 0, i
        cdef int d, a = 0, b = 0, both = 0
        cdef int* t
        for d in range(ndim):
            index[d] = 0
            if shape[d] == 0:
                return 0
        if ndim > 0:
            inner = shape[ndim - 1]
            to = target_strides[ndim - 1] // NUMBER
            by = source_strides[ndim - 1] // NUMBER
        while True:
            for i in range(inner):
                t = target + i * to
                if t[0] != a or source[i * by] != b:
                    a, b = t[0], source[i * by]
                    both = self.sets.unite(a, b)
                t[0] = both
            d = ndim - 2
            while d >= 0:
                index[d] += 1
                target += target_strides[d] // NUMBER
                source += source_strides[d] // NUMBER
                if index[d] < shape[d]:
                    break
                target -= shape[d] * (target_strides[d] // NUMBER)
                source -= shape[d] * (source_strides[d] // NUMBER)
                index[d] = 0
                d -= 1
            if d < 0:
                return 0

    cdef bint call(self, const Instruction* at, const Operand* operands) except -1:
        """A Function of Python's that tells what rows it reads (functions/sparse.py), or False."""
        cdef Forward forward
        cdef Gradient gradient
        function = self.draft.calls[self.draft.details_of(at).index]
        if at.outs != 1:
            return False
        if isinstance(function, Forward):
            forward = function
            if hasattr(forward.f, "dependence"):
                return self.rows_read(at, &operands[0], forward.f.dependence(False))
        elif isinstance(function, Gradient):
            gradient = function
            if hasattr(gradient.f, "dependence") and not gradient.adds and at.count > 0:
                return self.rows_read(at, &operands[at.count - 1], gradient.f.dependence(True))
        return False

    cdef bint rows_read(self, const Instruction* at, const Operand* operand,
                        tuple rows) except -1:
        cdef int[::1] indptr = rows[0], indices = rows[1]
        cdef const Layout* layout = operand.layout
        cdef Py_ssize_t width = layout.shape[1] if layout.ndim > 1 else 1, i, j
        cdef Py_ssize_t step = layout.strides[0] // NUMBER
        cdef Py_ssize_t side = layout.strides[1] // NUMBER if layout.ndim > 1 else 0
        cdef int* out
        cdef int k
        if self.of[operand.value] is NULL:
            return False
        out = self.made(at.out)
        for i in range(indptr.shape[0] - 1):
            for k in range(indptr[i], indptr[i + 1]):
                for j in range(width):
                    out[i * width + j] = self.sets.unite(
                        out[i * width + j],
                        self.source(operand)[indices[k] * step + j * side])
        return True

    # ---- What takes all -----------------------------------------------------------------------

    cdef int all_of(self, const Instruction* at, const Operand* operands) except -1:
        """The set of all numbers that the operands' layouts reach."""
        cdef Py_ssize_t still[MAX_NDIM]
        cdef int j, all = 0
        memset(still, 0, sizeof(still))
        for j in range(at.count):
            if self.of[operands[j].value] is not NULL:
                self.merge(&all, still, self.of[operands[j].value] + operands[j].offset,
                           operands[j].layout.strides, operands[j].layout.ndim,
                           operands[j].layout.shape)
        return all

    cdef int everything(self, const Instruction* at, int all) except -1:
        """All numbers of all results depend on it."""
        cdef Py_ssize_t i
        cdef int* out
        cdef int j
        if all == 0:
            return 0
        for j in range(at.outs):
            free(self.of[at.out + j])
            self.of[at.out + j] = NULL
            out = self.made(at.out + j)
            for i in range(self.draft.values[at.out + j].size):
                out[i] = all
        return 0

    # ---- Routines: as they are laid out by their emit rules ------------------------------------

    cdef int routine(self, const Instruction* at, const Operand* operands) except -1:
        cdef const Details* details = self.draft.details_of(at)
        cdef const Py_ssize_t* n = details.n
        name = name_of_routine(details.run)
        if name == "put":
            return self.merge(self.made(at.out) + n[1] // NUMBER, n + 3 + n[2],
                              self.source(operands), n + 3 + 2 * n[2], <int>n[2], n + 3)
        if name == "concat":
            return self.concat(at, operands, n)
        if name == "gather":
            return self.gather(self.made(at.out), self.source(operands), n)
        if name == "scatter_add":
            return self.scatter(self.made(at.out), self.source(operands), n)
        if name == "triangle":
            memcpy(self.made(at.out), self.source(operands), n[0] * n[1] * n[2] * sizeof(int))
            return 0
        if name == "cumsum":
            return self.cumsum(self.made(at.out), self.source(operands), n)
        if name == "matmul":
            return self.matmul(self.made(at.out), operands, n)
        if name in REDUCTIONS:
            return self.reduce(at, self.source(operands), <int>n[1], n + 4, n + 4 + n[1],
                               <unsigned long long>n[2])
        if name in PARTED:
            return self.by_parts(at, operands, name)
        return self.everything(at, self.all_reached(at, operands, name))

    cdef int* source(self, const Operand* operand) noexcept:
        return self.of[operand.value] + operand.offset

    cdef int all_reached(self, const Instruction* at, const Operand* operands, str name) except -1:
        cdef const Details* details = self.draft.details_of(at)
        cdef Py_ssize_t i, first, end
        cdef int j, all = 0
        reached = reach_of(name, [details.n[i] for i in range(details.n_count)])
        for j in range(at.count):
            if self.of[operands[j].value] is NULL:
                continue
            first, end = reached[j]
            for i in range(first, end + 1):
                all = self.sets.unite(all, self.source(&operands[j])[i])
        return all

    cdef int concat(self, const Instruction* at, const Operand* operands,
                    const Py_ssize_t* n) except -1:
        cdef Py_ssize_t shape[2]
        cdef Py_ssize_t to[2]
        cdef Py_ssize_t by[2]
        cdef Py_ssize_t start = 0
        cdef int* out = self.made(at.out)
        cdef int j
        shape[0] = n[1]
        to[0] = 0
        to[1] = by[1] = NUMBER
        for j in range(n[0]):
            to[0] += n[2 + j] * NUMBER
        for j in range(n[0]):
            shape[1] = n[2 + j]
            by[0] = n[2 + j] * NUMBER
            if self.of[operands[j].value] is not NULL:
                self.merge(out + start, to, self.source(&operands[j]), by, 2, shape)
            start += n[2 + j]
        return 0

    cdef int gather(self, int* out, const int* source, const Py_ssize_t* n) except -1:
        cdef Py_ssize_t k
        for k in range(n[0]):
            memcpy(out + k * n[1], source + n[3 + k] * n[1], n[1] * sizeof(int))
        return 0

    cdef int scatter(self, int* out, const int* source, const Py_ssize_t* n) except -1:
        cdef Py_ssize_t k, i, to
        for k in range(n[0]):
            for i in range(n[1]):
                to = n[3 + k] * n[1] + i
                out[to] = self.sets.unite(out[to], source[k * n[1] + i])
        return 0

    cdef int cumsum(self, int* out, const int* source, const Py_ssize_t* n) except -1:
        cdef Py_ssize_t outer, i, inner, at, step = n[2]
        for outer in range(n[0]):
            for inner in range(n[2]):
                at = outer * n[1] * n[2] + inner
                if n[3]:
                    at += (n[1] - 1) * n[2]
                for i in range(n[1]):
                    out[at] = source[at]
                    if i > 0:
                        out[at] = self.sets.unite(out[at + step if n[3] else at - step], out[at])
                    at += -step if n[3] else step
        return 0

    cdef int by_parts(self, const Instruction* at, const Operand* operands, str name) except -1:
        """The first, second, ... part of the results depends on that of all operands."""
        cdef const Details* details = self.draft.details_of(at)
        cdef int place = PARTED[name][0], parted = PARTED[name][1]
        cdef Py_ssize_t count = details.n[place], part, i, size
        cdef int* out
        cdef int j, of_part, all = self.all_reached(at, operands, name)
        reached = reach_of(name, [details.n[i] for i in range(details.n_count)])
        self.everything(at, all)
        if count < 2 or all == 0:
            return 0
        sizes = [last + 1 for _, last in reached[:at.count]]
        if any([first != 0 for first, _ in reached]) or any([n % count for n in sizes]):
            return 0
        for part in range(count):
            of_part = 0
            for j in range(at.count):
                size = sizes[j] // count
                if self.of[operands[j].value] is not NULL:
                    for i in range(part * size, (part + 1) * size):
                        of_part = self.sets.unite(of_part, self.source(&operands[j])[i])
            for j in range(min(parted, at.outs)):
                size = self.draft.values[at.out + j].size
                if size % count == 0:
                    size //= count
                    out = self.of[at.out + j] + part * size
                    for i in range(size):
                        out[i] = of_part
        return 0

    cdef int matmul(self, int* out, const Operand* operands, const Py_ssize_t* n) except -1:
        """A number depends on a row of the one, and on a column of the other."""
        cdef Py_ssize_t shape[MAX_NDIM + 2]
        cdef Py_ssize_t to[MAX_NDIM + 2]
        cdef Py_ssize_t whole[MAX_NDIM + 2]
        cdef const Py_ssize_t* strides
        cdef Py_ssize_t lines = 1, step = NUMBER, of_line = NUMBER
        cdef int batch = <int>n[0], j, d
        cdef int* of_lines
        if batch > MAX_NDIM - 2:
            raise MemoryError()
        for j in range(2):
            # First the sets of the rows or the columns, then these for all their numbers.
            if self.of[operands[j].value] is NULL:
                continue
            strides = n + 4 + batch if j == 0 else n + 6 + 2 * batch
            lines = n[1] if j == 0 else n[3]
            for d in range(batch):
                lines *= n[4 + d]
                shape[d] = n[4 + d]
            shape[batch] = n[1] if j == 0 else n[2]
            shape[batch + 1] = n[2] if j == 0 else n[3]
            to[batch] = NUMBER if j == 0 else 0
            to[batch + 1] = 0 if j == 0 else NUMBER
            step, of_line = n[1] * n[3] * NUMBER, (n[1] if j == 0 else n[3]) * NUMBER
            whole[batch] = n[3] * NUMBER
            whole[batch + 1] = NUMBER
            for d in reversed(range(batch)):
                to[d], whole[d] = of_line, step
                of_line *= shape[d]
                step *= shape[d]
            of_lines = <int*>calloc(lines + 1, sizeof(int))
            if of_lines is NULL:
                raise MemoryError()
            try:
                self.merge(of_lines, to, self.source(&operands[j]), strides, batch + 2, shape)
                shape[batch], shape[batch + 1] = n[1], n[3]
                self.merge(out, whole, of_lines, to, batch + 2, shape)
            finally:
                free(of_lines)
        return 0


cdef frozenset REDUCTIONS = frozenset({"mean", "max", "min", "prod"})
# Rows, and stacks of matrices: where in n their number is, and which results are such as well, the
# first ones.
cdef dict PARTED = {
    "softmax": (0, 1),
    "softmax_gradient": (0, 1),
    "log_softmax": (0, 1),
    "log_softmax_gradient": (0, 1),
    "logsumexp": (0, 1),
    "lapack": (1, 2),
    "solve": (0, 1),
    "solve_triangular": (0, 1),
}


# ---- Results ----------------------------------------------------------------------------------

def acts(Program program not None):
    """Whether it does more than compute: what it calls of Python draws, tells or changes."""
    for call in program.draft.calls:
        if not isinstance(call, (Forward, Gradient)):
            return True
    return program.pause < program.n_steps


def dependence(Program program not None, inputs, Py_ssize_t limit):
    """What each number of the results is computed from, among those of some of the inputs.

    Parameters
    ----------
    program : Program
    inputs : sequence of int
        Their places. Their numbers are counted through, one input after the other.
    limit : int
        More pairs than this are not looked for.

    Returns
    -------
    indptr, indices : ndarray of int32, or None
        As of a scipy.sparse.csr_array: for each number of each result, sorted. It may have pairs
        too many, and has none too few. None: there are more pairs than the limit.
    """
    cdef Draft draft = program.draft
    cdef Py_ssize_t n = 0, k
    cdef Sets sets
    cdef Walk walk
    starts = {}
    places = {draft.values[k].index: k for k in range(draft.n_values)
              if draft.values[k].origin == INPUT}
    for place in inputs:
        value = places[place]
        starts[value] = n
        n += draft.values[<int>value].size
    if n >= MOST_SETS // 4:
        return None
    sets = Sets(<int>n)
    walk = Walk(draft, sets)
    for value, start in starts.items():
        walk.made(value)
        for k in range(draft.values[<int>value].size):
            walk.of[<int>value][k] = <int>(<Py_ssize_t>start + k + 1)
    walk.run()
    return written(walk, min(limit, <Py_ssize_t>MOST_SETS))


cdef object written(Walk walk, Py_ssize_t limit):
    cdef Sets sets = walk.sets
    cdef Py_ssize_t rows = 0, row = 0, room = 1024, n = 0, size, k
    cdef int* of
    cdef int* indices = NULL
    cdef int before = 0
    cdef cnp.ndarray places, indptr = None
    sets.begin_writing()
    rows = sum([size_of(result[2]) for result in walk.draft.results])
    indptr = np.zeros(rows + 1, np.int32)
    try:
        indices = <int*>grown(NULL, room * sizeof(int))
        for value, offset, shape, strides in walk.draft.results:
            of = walk.of[<int>value]
            size = size_of(shape)
            if of is NULL:
                for row in range(row + 1, row + size + 1):
                    (<int*>cnp.PyArray_DATA(indptr))[row] = <int>n
                before = sets.n_found = 0
                continue
            places = places_of(offset, shape, strides)
            for k in range(size):
                if k % 1024 == 0:
                    PyErr_CheckSignals()
                if row == 0 or of[(<Py_ssize_t*>cnp.PyArray_DATA(places))[k]] != before:
                    before = of[(<Py_ssize_t*>cnp.PyArray_DATA(places))[k]]
                    sets.write(before)
                if n + sets.n_found > limit:
                    return None
                if n + sets.n_found > room:
                    room = 2 * (n + sets.n_found)
                    indices = <int*>grown(indices, room * sizeof(int))
                memcpy(indices + n, sets.found, sets.n_found * sizeof(int))
                n += sets.n_found
                row += 1
                (<int*>cnp.PyArray_DATA(indptr))[row] = <int>n
        found = np.empty(n, np.int32)
        memcpy(cnp.PyArray_DATA(<cnp.ndarray>found), indices, n * sizeof(int))
        return indptr, found
    finally:
        free(indices)


cdef Py_ssize_t size_of(tuple shape):
    cdef Py_ssize_t size = 1
    for length in shape:
        size *= length
    return size


cdef cnp.ndarray places_of(Py_ssize_t offset, tuple shape, tuple strides):
    """Where in its value each number of a result is."""
    places = np.full(shape, offset, np.intp)
    for d, (length, stride) in enumerate(zip(shape, strides)):
        steps = np.arange(length, dtype=np.intp) * (stride // NUMBER)
        places += steps.reshape((-1,) + (1,) * (len(shape) - 1 - d))
    return places.ravel()
