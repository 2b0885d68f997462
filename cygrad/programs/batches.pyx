"""Batches: a program run for many calls, side by side or one after the other.

Calls whose values are numbers and small arrays run side by side, as lanes (lanes.pyx); others one
after the other, in one arena. In a block of lanes some may want to go another way than the program:
they are marked, and the block runs again with the first call of the batch in their place, until all
lanes are such as the program is for.
"""

cimport cython
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from cygrad.core.layout cimport MAX_NDIM, contiguous_layout, release, strided_layout
from cygrad.kernels.elementwise cimport copy_strided
from cygrad.programs.building cimport of_many
from cygrad.programs.draft cimport Draft, INPUT
from cygrad.programs.lanes cimport draft_of_lanes, mapped_results
from cygrad.programs.program cimport Load, Program
from cygrad.programs.steps cimport run_plain, run_steps
from cygrad.programs.tiles cimport look_for_signals

from cygrad.core.threads import get_num_threads, run_parts

cdef enum:
    MOST_LANES = 256
    SOMETIMES = 64              # calls after which a signal is looked for


cdef Batch batch_of(Program p, list mapped, int lanes):
    cdef Batch b = <Batch>Batch.__new__(Batch)
    cdef int n = <int>len(mapped)
    b.lanes = lanes
    if lanes > 1:
        b.program = of_many(draft_of_lanes(p.draft, mapped, lanes), p.outside, n + 1)
        b.marks = b.program.inputs[n][1]
    else:
        b.program = of_many(p.draft, p.outside, n)
    b.calls_python = len(b.program.calls) > 0
    b.n_inputs = n
    b.describe_inputs(mapped, p.draft)
    b.describe_results(mapped_results(p.draft, mapped))
    return b


@cython.final
cdef class Batch:
    def __dealloc__(self):
        cdef int k
        if self.results is not NULL:
            for k in range(self.n_results):
                if self.results[k].source is not NULL:
                    release(self.results[k].source)
                    release(self.results[k].target)
        for k in range(self.n_spare):
            free(self.spare[k])
        free(self.inputs)
        free(self.results)

    cdef int describe_inputs(self, list mapped, Draft draft) except -1:
        cdef Port* port
        cdef int k
        self.inputs = <Port*>calloc(self.n_inputs + 1, sizeof(Port))
        if self.inputs is NULL:
            raise MemoryError()
        for k in range(draft.n_values):
            if draft.values[k].origin == INPUT:
                port = &self.inputs[draft.values[k].index]
                port.size = draft.values[k].size
        for k in range(self.n_inputs):
            self.inputs[k].mapped = mapped[k]
            self.inputs[k].offset = self.program.inputs[k][1]
        return 0

    cdef int describe_results(self, list mapped) except -1:
        cdef Py_ssize_t dims[MAX_NDIM]
        cdef Py_ssize_t steps[MAX_NDIM]
        cdef Port* port
        cdef int k, d, n
        self.results = <Port*>calloc(len(mapped) + 1, sizeof(Port))
        if self.results is NULL:
            raise MemoryError()
        self.n_results = <int>len(mapped)
        for k in range(self.n_results):
            port = &self.results[k]
            base, offset, shape, strides = self.program.results[k]
            port.mapped = mapped[k]
            port.base = base
            port.offset = offset
            n = <int>len(shape)
            for d in range(n):
                dims[d] = shape[d]
                steps[d] = strides[d]
            port.source = strided_layout(n, dims, steps)
            port.target = contiguous_layout(n - (port.mapped and self.lanes > 1), dims)
            port.size = port.target.size
        return 0

    # ---- Running ------------------------------------------------------------------------------

    cdef int run(self, Numbers* x, Py_ssize_t start, Py_ssize_t end, double** bases) except -1:
        cdef double* arena = self.take_arena()
        try:
            if self.calls_python:
                self.run_calls(x, start, end, arena, bases)
            else:
                with nogil:
                    self.run_calls(x, start, end, arena, bases)
        finally:
            self.give_arena(arena)
        return 0

    cdef double* take_arena(self) except NULL:
        if self.n_spare == 0:
            return self.program.take_arena()
        self.n_spare -= 1
        return self.spare[self.n_spare]

    cdef void give_arena(self, double* arena) noexcept:
        if self.n_spare == SPARE:
            free(arena)
            return
        self.spare[self.n_spare] = arena
        self.n_spare += 1

    cdef int run_calls(self, Numbers* x, Py_ssize_t start, Py_ssize_t end, double* arena,
                       double** bases) except -1 nogil:
        cdef int width, since = 0
        bases[0] = arena
        self.put_same(x, arena)
        while start < end and not x.stopped:
            width = <int>min(<Py_ssize_t>self.lanes, end - start)
            self.put(x, start, width, arena)
            if self.lanes > 1:
                self.run_lanes(x, start, width, arena, bases)
                since += SOMETIMES
            elif self.run_once(arena, bases):
                self.take(x, start, 1, bases)
            else:
                x.gone[start] = True
            since += 1
            if since >= SOMETIMES:
                since = 0
                look_for_signals()
            start += width
        return 0

    cdef int run_lanes(self, Numbers* x, Py_ssize_t start, int width, double* arena,
                       double** bases) except -1 nogil:
        """Until all lanes go the program's way, those that do not being replaced."""
        cdef double* marks = arena + self.marks
        cdef char replaced[MOST_LANES]
        cdef int k, n
        memset(replaced, 0, self.lanes)
        while True:
            memset(marks, 0, self.lanes * sizeof(double))
            if self.run_once(arena, bases):
                self.take(x, start, width, bases)
                return 0
            n = 0
            for k in range(self.lanes):
                if marks[k] == 0.0:
                    continue
                if replaced[k]:         # not even the first call goes this way
                    n = 0
                    break
                replaced[k] = True
                n += 1
                if k < width:
                    x.gone[start + k] = True
            if n == 0:                  # something that all calls have in common differs
                for k in range(width):
                    x.gone[start + k] = True
                return 0
            self.put_first(x, replaced, arena)

    cdef bint run_once(self, double* arena, double** bases) except -1 nogil:
        cdef const Load* load
        cdef int k
        for k in range(self.program.n_loads):
            load = &self.program.loads[k]
            arena[load.slot] = bases[load.source.base][load.source.offset]
        if not self.calls_python:
            return run_plain(self.program.steps, self.program.n_steps, self.program.code, bases)
        with gil:
            return run_steps(self.program.steps, self.program.n_steps, self.program.code, bases,
                             self.program.calls, self.program.outside)

    # ---- In and out ---------------------------------------------------------------------------

    cdef void put_same(self, Numbers* x, double* arena) noexcept nogil:
        """What all calls are given; a run writes to no input."""
        cdef const Port* port
        cdef int k
        for k in range(self.n_inputs):
            port = &self.inputs[k]
            if not port.mapped:
                memcpy(arena + port.offset, x.inputs[k], port.size * sizeof(double))

    cdef void put(self, Numbers* x, Py_ssize_t start, int width, double* arena) noexcept nogil:
        """What each call is given; a last block is filled up with its last call."""
        cdef const Port* port
        cdef double* target
        cdef const double* source
        cdef Py_ssize_t i
        cdef int k, lane
        for k in range(self.n_inputs):
            port = &self.inputs[k]
            if not port.mapped:
                continue
            source = x.inputs[k] + start * port.size
            target = arena + port.offset
            if self.lanes == 1:
                memcpy(target, source, port.size * sizeof(double))
                continue
            for i in range(port.size):
                for lane in range(width):
                    target[lane] = source[lane * port.size + i]
                for lane in range(width, self.lanes):
                    target[lane] = target[width - 1]
                target += self.lanes

    cdef void put_first(self, Numbers* x, const char* replaced, double* arena) noexcept nogil:
        """What the first call of the batch is given, in place of some lanes."""
        cdef const Port* port
        cdef double* target
        cdef Py_ssize_t i
        cdef int k, lane
        for k in range(self.n_inputs):
            port = &self.inputs[k]
            target = arena + port.offset
            for i in range(port.size if port.mapped else 0):
                for lane in range(self.lanes):
                    if replaced[lane]:
                        target[lane] = x.inputs[k][i]
                target += self.lanes

    cdef void take(self, Numbers* x, Py_ssize_t start, int width, double** bases) noexcept nogil:
        cdef Py_ssize_t dims[MAX_NDIM]
        cdef Py_ssize_t steps[MAX_NDIM]
        cdef const Port* port
        cdef double* target
        cdef int k, d, n
        for k in range(self.n_results):
            port = &self.results[k]
            n = port.source.ndim
            for d in range(n):
                dims[d] = port.source.shape[d]
                steps[d] = port.target.strides[d] if d < port.target.ndim else 0
            target = x.results[k]
            if port.mapped:
                target += start * port.size
            if n > port.target.ndim:
                dims[n - 1] = width
                steps[n - 1] = port.size * sizeof(double)
            copy_strided(bases[port.base] + port.offset, port.source.strides, target, steps, n,
                         dims)

    # ---- Threads ------------------------------------------------------------------------------

    cdef int run_cut(self, Numbers* x, Py_ssize_t start, Py_ssize_t end, int n_bases,
                     double** bases) except -1:
        cdef Py_ssize_t blocks = (end - start + self.lanes - 1) // self.lanes
        cdef int threads = <int>min(<Py_ssize_t>get_num_threads(), blocks)
        cdef list parts = []
        cdef Part part
        cdef int k
        if threads < 2 or self.calls_python:
            return self.run(x, start, end, bases)
        for k in range(threads):
            part = <Part>Part.__new__(Part)
            part.batch = self
            part.x = x
            part.start = start + blocks * k // threads * self.lanes
            part.end = min(end, start + blocks * (k + 1) // threads * self.lanes)
            part.bases = <double**>malloc((n_bases + 1) * sizeof(double*))
            if part.bases is NULL:
                raise MemoryError()
            memcpy(part.bases, bases, (n_bases + 1) * sizeof(double*))
            parts.append(part)
        try:
            run_parts(parts)
        finally:
            x.stopped = True            # if an error, or an interrupt, came before the end
            for part in parts:
                part.end_with_its_batch()
        return 0


cdef class Part:
    """The calls of a batch that one thread runs."""
    cdef Batch batch
    cdef Numbers* x                 # NULL: the batch is over
    cdef Py_ssize_t start, end
    cdef double** bases             # of malloc
    cdef bint runs

    def __dealloc__(self):
        free(self.bases)

    def __call__(self):
        if self.batch is None:
            raise TypeError("Part: only a Batch makes these")
        if self.x is NULL:
            return
        self.runs = True
        try:
            self.batch.run(self.x, self.start, self.end, self.bases)
        finally:
            self.runs = False

    cdef int end_with_its_batch(self) noexcept:
        """Not before it has ended, whoever interrupts: what it reads and writes is the caller's."""
        while self.runs:
            with nogil:                 # its thread may need the GIL to end
                pass
        self.x = NULL
        return 0
