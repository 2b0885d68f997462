# The random numbers that dropout draws for itself, so that a call can be repeated with the same.

cdef class Draws:
    cdef object seed            # None: nothing has been drawn yet
    cdef object generator
    cdef Draws around           # those of the call that this call is made by

# Have this thread draw from `draws` from now on; None: as usual. Returns what it drew from.
# Setting draws.generator to None starts them again.
cdef Draws swap_draws(Draws draws)
