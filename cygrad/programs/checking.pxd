# Checking: whether a draft that was not recorded here may run.

from cygrad.programs.draft cimport Draft

cdef int check(Draft draft, Py_ssize_t inputs) except -1        # ValueError: it may not
