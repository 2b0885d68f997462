# What the losses check, for their composed forms too.

cimport numpy as cnp
from cygrad.core.variable cimport Variable

# The labels as a new intp array of shape (rows of x,), -1 where a row does not count.
cdef cnp.ndarray label_array(object t, Variable x, str described, object ignore_index,
                             Py_ssize_t* count, str where)
cdef Variable rows_and_classes(object data, str where)
cdef int check_targets(Variable x, Variable t, str where) except -1
cdef int check_probabilities(Variable t, str where) except -1
