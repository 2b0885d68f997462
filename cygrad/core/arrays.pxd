# Numbers and arrays into Variables, and back.

from cygrad.core.storage cimport Storage
from cygrad.core.variable cimport Variable

cdef bint is_number(object x) except -1             # a real number, or an array () of one
cdef bint is_array_like(object x) except -1         # a Variable, a number, a sequence, an array
cdef double number(object x) except? -1
cdef Variable constant(object data, str where)      # from anything a Variable can be made from
cdef Variable operand(object data, str where)       # the same, on memory of its own if it is small
cdef int assign(Variable v, object data, str where) except -1
cdef bint is_view_of(object data, Storage storage)  # whether it is an array on that memory
cdef object array_of(Variable v)                    # an ndarray on the same memory
cdef bint is_readonly(Variable v) noexcept
cdef bint takes_updates(Variable v) noexcept        # whether v += x changes v itself
cdef object updated(Variable v, object result, str operator)

# Refuse arrays that would lose a mask or a unit as plain numbers.
cdef int refuse_what_loses(object data, str where, int depth) except -1
