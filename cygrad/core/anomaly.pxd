# detect_anomaly: what a graph was computed from, remembered; and where nan and inf begin.

from cygrad.core.function cimport Function
from cygrad.core.variable cimport Variable

# The size, and a number that differs when any bit of the elements does.
cdef tuple fingerprint(Variable v)

# Remember what f, just recorded, was called with and returned; raise if it made a nan or inf.
cdef int watch(Function f) except -1
cdef void forget(Function f) noexcept

# Whether the operation about to be recorded has an infinite or nan constant: what it makes is no
# anomaly then. Its constants are no inputs, which could be looked at.
cdef void constants_are_finite(bint finite) noexcept

# Raise if y, which no graph is kept of, has a nan or inf and the inputs have none.
cdef int inspect(str name, Variable y, tuple inputs) except -1

# Raise if numbers that f's rules read have changed since f was recorded.
cdef int verify(Function f, int needs) except -1

# Raise if gx, which f passes to x, has a nan or inf, and what it was computed from has none.
cdef int inspect_gradient(Function f, Variable x, Variable gx) except -1
cdef bint is_finite(Variable v) except -1

# f's name, and where it was called, if that is known.
cdef str called(Function f)
