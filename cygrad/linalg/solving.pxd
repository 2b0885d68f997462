from cygrad.core.variable cimport Variable

cdef Variable inverse(Variable a, str where)        # `where` is named where a is singular
