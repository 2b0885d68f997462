# What dropout draws from, for its composed form too.

# A generator; None where all of x passes on. Errors are those of dropout, with this name.
cdef object dropout_source(object p, object rng, str where)
