"""Colouring: columns of a sparse matrix that one product with a vector can tell apart.

By A. H. Gebremedhin, F. Manne, A. Pothen, "What Color Is Your Jacobian? Graph Coloring for
Computing Derivatives", SIAM Review 47 (2005). Columns of a Jacobian may share a colour if no row
has two of them: a partial distance-2 colouring of the bipartite graph of rows and columns. Of a
symmetric matrix each number stands twice, and one of the two places is enough: vertices are
coloured so that neighbours differ, and so that no path of four has two colours only, a star
colouring. That the stars are kept in tables is after A. H. Gebremedhin, A. Tarafdar, F. Manne,
A. Pothen, "New Acyclic and Star Coloring Algorithms with Application to Computing Hessians", SIAM
J. Sci. Comput. 29 (2007).

All are greedy: each in its turn gets the first colour that it may have. Matrices are patterns, as
the index arrays `indptr` and `indices` of a scipy.sparse.csr_array, of int32, with sorted rows.
"""

cimport cython
cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from libc.stdlib cimport calloc, free, malloc, realloc

import numpy as np

cnp.import_array()

cdef enum:
    OFTEN = 1024                # vertices after which a signal is looked for


# ---- Patterns ---------------------------------------------------------------------------------

cdef int* numbers(cnp.ndarray a) except NULL:
    if cnp.PyArray_TYPE(a) != cnp.NPY_INT32 or not cnp.PyArray_IS_C_CONTIGUOUS(a):
        raise TypeError("colouring: index arrays must be of int32, in C order")
    return <int*>cnp.PyArray_DATA(a)


def transposed(cnp.ndarray indptr not None, cnp.ndarray indices not None, int columns):
    """The pattern of the transposed matrix: its indptr and indices."""
    cdef int rows = <int>cnp.PyArray_SIZE(indptr) - 1, i, k, j
    cdef cnp.ndarray new_indptr = np.zeros(columns + 1, np.int32)
    cdef cnp.ndarray new_indices = np.empty(indices.size, np.int32)
    cdef const int* start = numbers(indptr)
    cdef const int* column = numbers(indices)
    cdef int* to = numbers(new_indptr)
    cdef int* row = numbers(new_indices)
    for k in range(start[rows]):
        to[column[k] + 1] += 1
    for j in range(columns):
        to[j + 1] += to[j]
    for i in range(rows):
        for k in range(start[i], start[i + 1]):
            row[to[column[k]]] = i
            to[column[k]] += 1
    for j in range(columns, 0, -1):     # each has become the start of the next one
        to[j] = to[j - 1]
    to[0] = 0
    return new_indptr, new_indices


def symmetric(cnp.ndarray indptr not None, cnp.ndarray indices not None):
    """The pattern of the matrix with that of the transposed one added."""
    cdef int n = <int>cnp.PyArray_SIZE(indptr) - 1, i, a, b, to = 0
    cdef cnp.ndarray new_indptr = np.zeros(n + 1, np.int32)
    cdef cnp.ndarray new_indices
    cdef const int* start = numbers(indptr)
    cdef const int* column = numbers(indices)
    cdef const int* other_start
    cdef const int* other
    cdef int* new_start = numbers(new_indptr)
    cdef int* new
    turned = transposed(indptr, indices, n)
    other_start, other = numbers(turned[0]), numbers(turned[1])
    new_indices = np.empty(2 * indices.size, np.int32)
    new = numbers(new_indices)
    for i in range(n):
        a, b = start[i], other_start[i]
        while a < start[i + 1] or b < other_start[i + 1]:
            if b == other_start[i + 1] or a < start[i + 1] and column[a] < other[b]:
                new[to] = column[a]
                a += 1
            else:
                new[to] = other[b]
                a += a < start[i + 1] and column[a] == other[b]
                b += 1
            to += 1
        new_start[i + 1] = to
    return new_indptr, new_indices[:to].copy()


# ---- Columns ----------------------------------------------------------------------------------

def colour_columns(cnp.ndarray indptr not None, cnp.ndarray indices not None, int columns,
                   object most=None):
    """Colours of the columns, so that no row has two columns of one colour.

    Columns that meet the most others come first; then, if that may be better, in their own order.

    Returns
    -------
    colours : ndarray of int32, or None
        0, 1 and so on. None: `most` colours or more are needed.
    count : int
    """
    cdef cnp.ndarray sizes = np.diff(indptr)
    turned = transposed(indptr, indices, columns)
    least = max(int(sizes.max(initial=0)), 1 if columns else 0)
    met = np.zeros(columns, np.int64)
    np.add.at(met, indices, np.repeat(sizes, sizes))
    best, count = None, columns + 1 if most is None else most
    for order in (np.argsort(-met, kind="stable"), np.arange(columns)):
        if least < count:
            found = coloured(indptr, indices, turned, order.astype(np.int32), count)
            best, count = (best, count) if found is None else found
    return best, count


cdef object coloured(cnp.ndarray indptr, cnp.ndarray indices, tuple turned, cnp.ndarray order,
                     int most):
    """The colours, and how many; None if they are not less than `most`."""
    cdef int columns = <int>cnp.PyArray_SIZE(order), i, j, k, m, place, colour, count = 0
    cdef cnp.ndarray colours = np.full(columns, -1, np.int32)
    cdef cnp.ndarray taken = np.full(columns + 1, -1, np.int32)
    cdef const int* start = numbers(indptr)
    cdef const int* column = numbers(indices)
    cdef const int* row_start = numbers(turned[0])
    cdef const int* row = numbers(turned[1])
    cdef const int* turn = numbers(order)
    cdef int* of = numbers(colours)
    cdef int* by = numbers(taken)       # of each colour, the column that may not have it
    for place in range(columns):
        if place % OFTEN == 0:
            PyErr_CheckSignals()
        j = turn[place]
        for k in range(row_start[j], row_start[j + 1]):
            i = row[k]
            for m in range(start[i], start[i + 1]):
                if of[column[m]] >= 0:
                    by[of[column[m]]] = j
        colour = 0
        while by[colour] == j:
            colour += 1
        if colour + 1 >= most:
            return None
        of[j] = colour
        count = max(count, colour + 1)
    return colours, count


# ---- Stars ------------------------------------------------------------------------------------
#
# In a star colouring the vertices of two colours form stars. Where a vertex w has a neighbour x,
# and x another neighbour of w's colour, x is the middle of a star; so no further neighbour of w may
# have x's colour. `around` counts the neighbours of x by colours; `barred` has, for each w, the
# colours of such middles.

cdef struct Entry:
    long long key               # -1: free
    int first                   # the first neighbour of this colour
    int count

cdef struct Colours:
    int* items
    int n, room


@cython.final
cdef class Stars:
    cdef const int* start
    cdef const int* neighbour
    cdef int n
    cdef int* of                # the colour of each vertex; -1: none yet
    cdef Entry* around
    cdef size_t mask, entries
    cdef Colours* barred

    def __cinit__(self, cnp.ndarray indptr, cnp.ndarray indices):
        self.start = numbers(indptr)
        self.neighbour = numbers(indices)
        self.n = <int>cnp.PyArray_SIZE(indptr) - 1
        self.mask = 1023
        self.around = new_entries(self.mask + 1)
        self.barred = <Colours*>calloc(self.n + 1, sizeof(Colours))
        if self.barred is NULL:
            raise MemoryError()

    def __dealloc__(self):
        cdef int k
        if self.barred is not NULL:
            for k in range(self.n):
                free(self.barred[k].items)
        free(self.barred)
        free(self.around)

    cdef Entry* entry(self, int x, int colour) except NULL:
        """Of x's neighbours of a colour."""
        cdef long long key = <long long>x << 32 | colour
        cdef Entry* found = place_in(self.around, self.mask, key)
        if found.key == key:
            return found
        if 2 * self.entries > self.mask:
            self.grow()
            found = place_in(self.around, self.mask, key)
        self.entries += 1
        found.key = key
        found.count = 0
        return found

    cdef int grow(self) except -1:
        cdef size_t mask = 4 * self.mask + 3, k
        cdef Entry* new = new_entries(mask + 1)
        for k in range(self.mask + 1):
            if self.around[k].key >= 0:
                place_in(new, mask, self.around[k].key)[0] = self.around[k]
        free(self.around)
        self.around = new
        self.mask = mask
        return 0

    cdef int bar(self, int w, int colour) except -1:
        cdef Colours* barred = &self.barred[w]
        cdef int* items
        cdef int k
        for k in range(barred.n):
            if barred.items[k] == colour:
                return 0
        if barred.n == barred.room:
            barred.room = 4 + 2 * barred.room
            items = <int*>realloc(barred.items, barred.room * sizeof(int))
            if items is NULL:
                raise MemoryError()
            barred.items = items
        barred.items[barred.n] = colour
        barred.n += 1
        return 0

    cdef int run(self, const int* order, int* by, int most) except -1:
        """Colour the vertices in this order; how many colours, or 0 if not less than `most`."""
        cdef int place, v, colour, count = 0
        for place in range(self.n):
            if place % OFTEN == 0:
                PyErr_CheckSignals()
            v = order[place]
            self.forbid(v, by)
            colour = 0
            while by[colour] == v:
                colour += 1
            if colour + 1 >= most:
                return 0
            self.give(v, colour)
            count = max(count, colour + 1)
        return count

    cdef void forbid(self, int v, int* by) noexcept:
        cdef int k, m, w, x
        for k in range(self.start[v], self.start[v + 1]):
            w = self.neighbour[k]
            if w == v:
                continue
            if self.of[w] < 0:
                # Neighbours of w differ, so that it will be no end of a path of two colours.
                for m in range(self.start[w], self.start[w + 1]):
                    x = self.neighbour[m]
                    if self.of[x] >= 0:
                        by[self.of[x]] = v
                continue
            by[self.of[w]] = v
            for m in range(self.barred[w].n):
                by[self.barred[w].items[m]] = v

    cdef int give(self, int v, int colour) except -1:
        cdef Entry* entry
        cdef int k, x
        self.of[v] = colour
        for k in range(self.start[v], self.start[v + 1]):
            x = self.neighbour[k]
            if x == v:
                continue
            entry = self.entry(x, colour)
            entry.count += 1
            if entry.count == 1:
                entry.first = v
            elif self.of[x] >= 0:
                self.bar(entry.first, self.of[x])
                self.bar(v, self.of[x])
        return 0


cdef Entry* new_entries(size_t size) except NULL:
    cdef Entry* entries = <Entry*>malloc(size * sizeof(Entry))
    cdef size_t k
    if entries is NULL:
        raise MemoryError()
    for k in range(size):
        entries[k].key = -1
    return entries


cdef Entry* place_in(Entry* entries, size_t mask, long long key) noexcept:
    """Where the key is, or is to be entered; there is room."""
    cdef size_t place = (<unsigned long long>key * 0x9E3779B97F4A7C15ULL) >> 20 & mask
    while entries[place].key != key and entries[place].key >= 0:
        place = (place + 1) & mask
    return &entries[place]


def colour_stars(cnp.ndarray indptr not None, cnp.ndarray indices not None, object most=None):
    """A star colouring of a symmetric pattern; numbers on the diagonal do not matter to it.

    Returns
    -------
    colours : ndarray of int32, or None
        None: `most` colours or more are needed.
    count : int
    """
    cdef int n = <int>cnp.PyArray_SIZE(indptr) - 1, found
    cdef cnp.ndarray colours, taken, order
    cdef Stars stars
    best, count = None, n + 1 if most is None else most
    for turns in (np.argsort(-np.diff(indptr), kind="stable"), np.arange(n)):
        order = turns.astype(np.int32)
        colours = np.full(n, -1, np.int32)
        taken = np.full(n + 1, -1, np.int32)
        stars = Stars(indptr, indices)
        stars.of = numbers(colours)
        found = stars.run(numbers(order), numbers(taken), count)
        if found > 0:
            best, count = colours, found
    return (np.zeros(0, np.int32), 0) if n == 0 else (best, count)


def places_of_stars(cnp.ndarray indptr not None, cnp.ndarray indices not None,
                    cnp.ndarray colours not None):
    """Where the numbers of a symmetric matrix are in its products with the vectors of the colours.

    Returns
    -------
    ndarray of intp
        Of each number (i, j): colour * n + row, in an array of one row a colour. That is column j's
        colour, where row i has no other column of it, else (j, i) by column i's.
    """
    cdef int n = <int>cnp.PyArray_SIZE(indptr) - 1, i, k
    cdef cnp.ndarray met = np.zeros(n + 1, np.int32), places = np.empty(indices.size, np.intp)
    cdef const int* start = numbers(indptr)
    cdef const int* column = numbers(indices)
    cdef const int* of = numbers(colours)
    cdef int* count = numbers(met)
    cdef Py_ssize_t* to = <Py_ssize_t*>cnp.PyArray_DATA(places)
    for i in range(n):
        for k in range(start[i], start[i + 1]):
            count[of[column[k]]] += 1
        for k in range(start[i], start[i + 1]):
            if count[of[column[k]]] == 1:
                to[k] = <Py_ssize_t>of[column[k]] * n + i
            else:
                to[k] = <Py_ssize_t>of[i] * n + column[k]
        for k in range(start[i], start[i + 1]):
            count[of[column[k]]] = 0
    return places
