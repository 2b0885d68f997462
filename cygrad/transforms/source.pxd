# Source: a capture written as files of C.

from cygrad.transforms.capture cimport Capture

# The paths of name.h and name.c, in a folder. TypeError: there is something in it that is no C.
cdef tuple write_source(Capture capture, str name, object folder)
