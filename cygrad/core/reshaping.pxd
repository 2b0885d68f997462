from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable

# Give v the shape of `layout`, which has the same size and is contiguous.
cdef int reshape_in_place(Variable v, Layout* layout) except -1
