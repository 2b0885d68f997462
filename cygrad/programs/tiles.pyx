"""Tiles: a stretch of elementwise kernels and of sums, on its way through large arrays.

Each kernel takes the first tile, then each takes the second, and so on: what one gives the next is
in the first-level cache still. So is what is summed. Its bits are those of NumPy's sum, which
halves a long array again and again; where there is such a sum, tiles are parts of these halves.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdlib cimport calloc, free

from cygrad.kernels.elementwise cimport CELLS, CG_SINCOS, KERNELS, instruction_named
from cygrad.kernels.numpy_loops cimport ADD, call
from cygrad.programs.patterns cimport COLUMN, ROW

cdef int SINCOS = instruction_named("SINCOS")

cdef enum:
    TRIED = 4099            # numbers of a sum that is compared with NumPy's


cdef Stretch* new_stretch(int kernels, Py_ssize_t size) except NULL:
    """For at most so many kernels and sums."""
    cdef Stretch* s = <Stretch*>calloc(1, sizeof(Stretch))
    if s is NULL:
        raise MemoryError()
    s.size = size
    s.kernels = <TileKernel*>calloc(kernels, sizeof(TileKernel))
    s.spreads = <Spread*>calloc(kernels * OPERANDS, sizeof(Spread))
    if s.kernels is NULL or s.spreads is NULL:
        free_stretch(s)
        raise MemoryError()
    return s


cdef void free_stretch(Stretch* s) noexcept:
    if s is not NULL:
        free(s.kernels)
        free(s.spreads)
        free(s)


cdef int look_for_signals() except -1 nogil:
    with gil:
        PyErr_CheckSignals()
    return 0


# ---- From tile to tile ---------------------------------------------------------------------------

cdef int run_stretch(const Stretch* s, double** bases) except -1 nogil:
    cdef double sums[SUMS]
    cdef Py_ssize_t start = 0, work = 0, length = TILE
    cdef int k
    for k in range(s.n_spreads):
        if s.spreads[k].pattern != COLUMN:
            repeat(&s.spreads[k], s.row, bases)
    for k in range(s.n_kernels):
        if s.kernels[k].kernel == ADD_ROWS:
            begin_rows(&s.kernels[k], s.row, bases)
    if s.segment > TILE:
        while start < s.size:
            run_part(s, start, s.segment, sums, &work, bases)
            end_segment(s, start // s.segment, sums, bases)
            start += s.segment
        return 0
    if s.segment > 0:
        length -= TILE % s.segment
    while start < s.size:
        run_tile(s, start, min(length, s.size - start), NULL, &work, bases)
        start += length
    return 0


cdef int run_part(const Stretch* s, Py_ssize_t start, Py_ssize_t n, double* sums, Py_ssize_t* work,
                  double** bases) except -1 nogil:
    """The tiles of n numbers, and their sums: as NumPy does it, of halves, eight by eight."""
    cdef double others[SUMS]
    cdef Py_ssize_t half = half_of(n)
    cdef int k
    if n <= TILE:
        return run_tile(s, start, n, sums, work, bases)
    run_part(s, start, half, sums, work, bases)
    run_part(s, start + half, n - half, others, work, bases)
    for k in range(s.n_sums):
        sums[k] += others[k]
    return 0


cdef void end_segment(const Stretch* s, Py_ssize_t number, const double* sums,
                      double** bases) noexcept nogil:
    cdef const TileKernel* t
    cdef int k
    for k in range(s.n_kernels):
        t = &s.kernels[k]
        if t.kernel == ADD_SEGMENTS:
            (bases[t.places[1].base] + t.places[1].offset)[number] = t.c[0] + sums[t.sum]


cdef int run_tile(const Stretch* s, Py_ssize_t start, Py_ssize_t n, double* sums, Py_ssize_t* work,
                  double** bases) except -1 nogil:
    """All kernels on n numbers; sums: what of a segment adds up to, or NULL, where segments end."""
    cdef const TileKernel* t
    cdef const double* operands[OPERANDS]
    cdef Py_ssize_t at[3]
    cdef int k, j
    at[STANDS] = 0
    at[MOVES] = start
    at[TURNS] = start % s.row if s.row > 0 else 0
    for k in range(s.n_spreads):
        if s.spreads[k].pattern == COLUMN:
            stretch_out(&s.spreads[k], start, n, s.row, bases)
    for k in range(s.n_kernels):
        t = &s.kernels[k]
        for j in range(t.count + t.outs):
            operands[j] = bases[t.places[j].base] + t.places[j].offset + at[t.moving[j]]
        if t.kernel == SINCOS:
            CELLS[CG_SINCOS](<double**>operands, n)
        elif t.kernel >= 0:
            KERNELS[t.kernel](operands, <double*>operands[t.count], n, t.c)
        elif t.kernel == ADD_ROWS:
            add_rows(operands[0], <double*>operands[1], at[TURNS], n, s.row)
        elif sums is NULL:
            add_segments(operands[0], <double*>operands[1] + start // s.segment, n, s.segment,
                         t.c[0])
        else:
            sums[t.sum] = sum_of(operands[0], n)
    work[0] += n * s.n_kernels
    if work[0] > WORK:
        work[0] = 0
        look_for_signals()
    return 0


cdef inline Py_ssize_t half_of(Py_ssize_t n) noexcept nogil:
    return n // 2 - n // 2 % 8


# ---- What is broadcast ---------------------------------------------------------------------------

cdef void repeat(const Spread* of, Py_ssize_t row, double** bases) noexcept nogil:
    """A number or a row, as often as it is needed for a tile that starts anywhere in it."""
    cdef const double* source = bases[of.source.base] + of.source.offset
    cdef double* target = bases[0] + of.target
    cdef Py_ssize_t i, n = row if of.pattern == ROW else 1
    for i in range(n):
        target[i] = source[i]
    for i in range(n, of.size):
        target[i] = target[i - n]


cdef void stretch_out(const Spread* of, Py_ssize_t start, Py_ssize_t n, Py_ssize_t row,
                      double** bases) noexcept nogil:
    """Each number of a column as often as a row is long, as far as it is in the tile."""
    cdef const double* source = bases[of.source.base] + of.source.offset + start // row
    cdef double* target = bases[0] + of.target
    cdef Py_ssize_t i, k = 0, end = row - start % row
    while k < n:
        end = min(end, n)
        for i in range(k, end):
            target[i] = source[0]
        source += 1
        k = end
        end += row


# ---- Sums ----------------------------------------------------------------------------------------

cdef double sum_of(const double* x, Py_ssize_t n) noexcept nogil:
    """By NumPy; -0 is what changes nothing that it is added to."""
    cdef double total = -0.0
    add_segments(x, &total, n, n, -0.0)
    return total


cdef void add_segments(const double* x, double* out, Py_ssize_t n, Py_ssize_t segment,
                       double first) noexcept nogil:
    """Of n numbers each segment, which is then complete."""
    cdef Py_ssize_t steps[3]
    cdef char* args[3]
    cdef Py_ssize_t k
    steps[0] = steps[2] = 0
    steps[1] = sizeof(double)
    for k in range(n // segment):
        out[k] = first
        args[0] = args[2] = <char*>(out + k)
        args[1] = <char*>(x + k * segment)
        call(&ADD, args, &segment, steps)


cdef void begin_rows(const TileKernel* t, Py_ssize_t row, double** bases) noexcept nogil:
    cdef double* out = bases[t.places[1].base] + t.places[1].offset
    cdef Py_ssize_t i
    for i in range(row):
        out[i] = t.c[0]


cdef void add_rows(const double* x, double* out, Py_ssize_t at, Py_ssize_t n,
                   Py_ssize_t row) noexcept nogil:
    """n numbers, the first of which is at this place of a row."""
    cdef Py_ssize_t i, k = 0, end = row - at
    out += at
    while k < n:
        end = min(end, n)
        for i in range(k, end):
            out[i] += x[i]
        out -= row
        k = end
        end += row


# ---- Whether NumPy does so -----------------------------------------------------------------------

cdef double sum_of_halves(const double* x, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t half = half_of(n)
    return sum_of(x, n) if n <= TILE else (sum_of_halves(x, half)
                                           + sum_of_halves(x + half, n - half))


cdef bint halves_add_up(Py_ssize_t n) noexcept nogil:
    """Whether halves make the bits of NumPy's sum of n numbers."""
    cdef double x[TRIED]
    cdef Py_ssize_t i
    for i in range(n):
        x[i] = 1.0 / (i + 1.5)
    return sum_of_halves(x, n) == sum_of(x, n)


SEGMENTS_ADD_UP = (halves_add_up(257) and halves_add_up(1000) and halves_add_up(1234)
                   and halves_add_up(TRIED))
