"""Sets: what numbers depend on, as sets of inputs that are united again and again.

A set is a number: 0 is the empty one, 1 to n are the inputs themselves. Short sets are kept sorted,
each once. A union that would be long is a pair of sets, and is looked into only when it is written
out: so to unite takes the same time, however long the sets are.
"""

cimport cython
from libc.stdlib cimport calloc, free, malloc, qsort
from libc.string cimport memcmp, memcpy

from cygrad.programs.draft cimport grown

cdef enum:
    SHORT = 32                  # inputs of a set that is kept sorted
    MOST_ELEMENTS = 1 << 26     # of all those sets together
    CACHED = 1 << 18            # unions that are remembered


@cython.final
cdef class Sets:
    """Sets of inputs, by their numbers."""
    def __cinit__(self, int inputs):
        self.inputs = inputs
        self.table_size = 1 << 12
        self.table = <int*>calloc(self.table_size, sizeof(int))
        self.cache = <Union*>calloc(CACHED, sizeof(Union))
        self.found = <int*>malloc((inputs + 1) * sizeof(int))
        if self.table is NULL or self.cache is NULL or self.found is NULL:
            raise MemoryError()

    def __dealloc__(self):
        free(self.nodes)
        free(self.elements)
        free(self.table)
        free(self.cache)
        free(self.seen)
        free(self.waiting)
        free(self.found)

    cdef int unite(self, int a, int b) except -1:
        cdef Union* known
        if a == b or b == 0:
            return a
        if a == 0:
            return b
        if a > b:
            a, b = b, a
        known = &self.cache[(<unsigned int>a * 2654435761U ^ <unsigned int>b * 2246822519U)
                            >> 14 & (CACHED - 1)]
        if known.a != a or known.b != b:
            known.both = self.united(a, b)
            known.a = a
            known.b = b
        return known.both

    cdef int united(self, int a, int b) except -1:
        cdef int both[2 * SHORT]
        cdef int one_a, one_b, i = 0, j = 0, n = 0
        cdef int n_a = self.length(a), n_b = self.length(b)
        cdef const int* x
        cdef const int* y
        if n_a == 0 or n_b == 0:
            return self.added(a, b)
        one_a, one_b = a - 1, b - 1
        x = &one_a if a <= self.inputs else &self.elements[self.nodes[a - self.inputs - 1].first]
        y = &one_b if b <= self.inputs else &self.elements[self.nodes[b - self.inputs - 1].first]
        while i < n_a or j < n_b:
            if j == n_b or i < n_a and x[i] < y[j]:
                both[n] = x[i]
                i += 1
            else:
                i += i < n_a and x[i] == y[j]
                both[n] = y[j]
                j += 1
            n += 1
        if n == n_a:
            return a
        if n == n_b:
            return b
        if n > SHORT or self.n_elements + n > MOST_ELEMENTS:
            return self.added(a, b)
        return self.short(both, n)

    cdef int length(self, int a) noexcept:
        """How many elements a set has that is kept sorted; 0 of a union."""
        cdef int second
        if a <= self.inputs:
            return 1
        second = self.nodes[a - self.inputs - 1].second
        return -second if second < 0 else 0

    cdef int short(self, const int* elements, int n) except -1:
        cdef Py_ssize_t place
        cdef const Node* node
        if 2 * self.n_short > self.table_size:
            self.grow_table()
        place = hash_of(elements, n) & (self.table_size - 1)
        while self.table[place] != 0:
            node = &self.nodes[self.table[place] - self.inputs - 1]
            if node.second == -n and memcmp(&self.elements[node.first], elements,
                                            n * sizeof(int)) == 0:
                return self.table[place]
            place = (place + 1) & (self.table_size - 1)
        if self.n_elements + n > self.room_for_elements:
            self.room_for_elements = 1024 + 2 * self.room_for_elements
            self.elements = <int*>grown(self.elements, self.room_for_elements * sizeof(int))
        memcpy(&self.elements[self.n_elements], elements, n * sizeof(int))
        self.n_elements += n
        self.n_short += 1
        self.table[place] = self.added(self.n_elements - n, -n)
        return self.table[place]

    cdef int grow_table(self) except -1:
        cdef Py_ssize_t size = 4 * self.table_size, place
        cdef int* new = <int*>calloc(size, sizeof(int))
        cdef const Node* node
        cdef int k
        if new is NULL:
            raise MemoryError()
        for k in range(self.n):
            node = &self.nodes[k]
            if node.second < 0:
                place = hash_of(&self.elements[node.first], -node.second) & (size - 1)
                while new[place] != 0:
                    place = (place + 1) & (size - 1)
                new[place] = self.inputs + 1 + k
        free(self.table)
        self.table = new
        self.table_size = size
        return 0

    cdef int added(self, int first, int second) except -1:
        if self.n == self.room:
            if <Py_ssize_t>self.inputs + self.n > MOST_SETS // 2:
                raise MemoryError()
            self.room = 1024 + 2 * self.room
            self.nodes = <Node*>grown(self.nodes, self.room * sizeof(Node))
        self.nodes[self.n].first = first
        self.nodes[self.n].second = second
        self.n += 1
        return self.inputs + self.n

    # ---- Written out --------------------------------------------------------------------------

    cdef int begin_writing(self) except -1:
        """No set is made from here on."""
        cdef Py_ssize_t n = <Py_ssize_t>self.inputs + self.n + 1
        self.seen = <int*>calloc(n, sizeof(int))
        self.waiting = <int*>malloc((self.n + 2) * sizeof(int))
        if self.seen is NULL or self.waiting is NULL:
            raise MemoryError()
        return 0

    cdef int write(self, int a) noexcept:
        """The elements, sorted, to `found`; how many they are."""
        cdef const Node* node
        cdef int k, top = 0
        self.writing += 1
        self.n_found = 0
        self.meet(a, &top)
        while top > 0:
            top -= 1
            node = &self.nodes[self.waiting[top] - self.inputs - 1]
            if node.second < 0:
                for k in range(-node.second):
                    self.meet(self.elements[node.first + k] + 1, &top)
                continue
            self.meet(node.first, &top)
            self.meet(node.second, &top)
        if self.n_found > self.inputs >> 4:
            self.n_found = 0
            for k in range(self.inputs):
                if self.seen[k + 1] == self.writing:
                    self.found[self.n_found] = k
                    self.n_found += 1
        else:
            qsort(self.found, self.n_found, sizeof(int), ascending)
        return self.n_found

    cdef void meet(self, int a, int* top) noexcept:
        """Each is met once, so that all that wait have room."""
        if a == 0 or self.seen[a] == self.writing:
            return
        self.seen[a] = self.writing
        if a <= self.inputs:
            self.found[self.n_found] = a - 1
            self.n_found += 1
        else:
            self.waiting[top[0]] = a
            top[0] += 1


cdef int ascending(const void* a, const void* b) noexcept nogil:
    return (<const int*>a)[0] - (<const int*>b)[0]


cdef unsigned int hash_of(const int* elements, int n) noexcept:
    cdef unsigned int hash = 2166136261U
    cdef int k
    for k in range(n):
        hash = (hash ^ <unsigned int>elements[k]) * 16777619U
        hash ^= hash >> 15
    return hash
