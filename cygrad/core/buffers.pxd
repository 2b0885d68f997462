# The memory of a Variable as an object with a buffer.

from cygrad.core.variable cimport Variable

cdef class Memory:
    cdef Variable held          # without a history; its memory and layout never change
