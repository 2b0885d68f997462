# What the kernels' arrays on the stack are made for.

cdef enum:
    MAX_NDIM = 32               # axes of an array; core/layout.pyx refuses more
