# Source: a capture as C.

from cygrad.transforms.capture cimport Capture

# The texts of name.h and name.c. TypeError: there is something in it that is no C. function: that
# was captured.
cdef tuple source_of(Capture capture, str name, object function)
