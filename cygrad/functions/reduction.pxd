# Sums over axes, for the derivatives of other operations.

from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable

cdef Variable sum_to_layout(Variable g, const Layout* target)   # g itself if the shapes agree
cdef Variable sum_over(Variable x, unsigned long long axes, bint keepdims)
cdef Variable mean_over(Variable x, unsigned long long axes, bint keepdims)
cdef unsigned long long axes_of(object axis, int ndim, str where) except? 0xFFFFFFFFFFFFFFFF
