# Tiles: a stretch of elementwise kernels and of sums, on its way through large arrays.

cdef enum:
    OPERANDS = 6                # of a step; its result is the last of them
    TILE = 256                  # numbers that a stretch takes at a time; NumPy sums 128 at once
    SUMS = 16                   # of segments, in a stretch
    WORK = 1 << 20              # numbers after which a signal is looked for: some milliseconds
    # What is no kernel:
    ADD_ROWS = -1               # to a result of `row` numbers
    ADD_SEGMENTS = -2           # each to one number of the result

# Memory: of the arena (base 0), or outside (base 1 and on).
cdef struct Place:
    int base
    Py_ssize_t offset

# How an operand goes with the tile, which starts at a number of the arrays.
cdef enum:
    STANDS = 0                  # in memory of a tile
    MOVES = 1
    TURNS = 2                   # starts at its remainder by `row`

# A kernel of a stretch, or a sum from the number c[0] on.
cdef struct TileKernel:
    int kernel, count           # of operands; the results come after them
    int outs
    int sum                     # the number of an ADD_SEGMENTS
    double c[2]
    Place places[OPERANDS]
    unsigned char moving[OPERANDS]

# What is broadcast, in memory of its own: Pattern.
cdef struct Spread:
    int pattern
    Place source
    Py_ssize_t target, size

cdef struct Stretch:
    Py_ssize_t size             # of its arrays
    Py_ssize_t row              # of its rows, or 0
    Py_ssize_t segment          # numbers that are summed at a time, or 0
    int n_kernels, n_spreads, n_sums
    TileKernel* kernels         # of malloc
    Spread* spreads             # of malloc

cdef Stretch* new_stretch(int kernels, Py_ssize_t size) except NULL
cdef void free_stretch(Stretch* s) noexcept
cdef int run_stretch(const Stretch* s, double** bases) except -1 nogil

cdef int look_for_signals() except -1 nogil

# Whether NumPy sums segments as tiles do.
cdef bint SEGMENTS_ADD_UP
