# Sets: what numbers depend on, as sets of inputs.

cdef enum:
    MOST_SETS = 0x7FFFFFF0

cdef struct Node:
    int first                   # where its elements start; of a union, one of the two
    int second                  # minus how many; of a union, the other of the two

cdef struct Union:
    int a, b, both

cdef class Sets:
    cdef int inputs
    cdef Node* nodes            # of the numbers from `inputs` + 1 on
    cdef int n, room
    cdef int* elements
    cdef int n_elements, room_for_elements
    cdef int* table             # of the short ones, by their elements; 0: free
    cdef Py_ssize_t table_size
    cdef int n_short
    cdef Union* cache
    # While sets are written out:
    cdef int* seen              # of each input, and each node: the set in which it was met last
    cdef int* waiting
    cdef int* found
    cdef int n_found, writing

    cdef int unite(self, int a, int b) except -1
    cdef int united(self, int a, int b) except -1
    cdef int length(self, int a) noexcept
    cdef int short(self, const int* elements, int n) except -1
    cdef int grow_table(self) except -1
    cdef int added(self, int first, int second) except -1
    # No set is made from `begin_writing` on. `write` puts the elements, sorted, into `found`, and
    # gives how many they are.
    cdef int begin_writing(self) except -1
    cdef int write(self, int a) noexcept
    cdef void meet(self, int a, int* top) noexcept
