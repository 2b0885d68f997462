# Long loops are run in pieces, between which a signal such as Ctrl-C's is looked for.

cdef enum:
    PIECE = 1 << 20             # numbers; the slowest kernels take some 50 ms for so many
