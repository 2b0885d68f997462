# Saving: a draft as plain values, and back.

from cygrad.programs.draft cimport Draft

# TypeError: it calls Python. outside: of each OUTSIDE value, in its order, the numbers.
cdef tuple saved(Draft draft, list shapes, list outside)

# The draft, shapes, and what is outside as bytes; ValueError: nothing that `saved` gives.
cdef tuple loaded(object state)
