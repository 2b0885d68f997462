# Lives: the objects by which a capture is known, and which it does not keep.

cdef class Lives:
    cdef readonly bint over         # one of them is gone
    cdef object ended               # is called then
    cdef list references            # weak ones

    cdef object hold(self, object x)    # a weak reference; None: x has none, or lives on anyway
