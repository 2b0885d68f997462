"""Outside: the memory that a program reads anew each time: of variables, and of their gradients.

A Variable may get other memory between two replays, and while Python is called in one; so the
program is told where its numbers are at the start, and again after each effect.
"""

cimport cython
from libc.stdlib cimport calloc, free

from cygrad.core.layout cimport Layout, contiguous_layout, release, same_shape, share
from cygrad.core.storage cimport FOREIGN
from cygrad.core.variable cimport Variable, describe


@cython.final
cdef class Outside:
    def __dealloc__(self):
        cdef int k
        if self.layouts is not NULL:
            for k in range(self.count):
                if self.layouts[k] is not NULL:
                    release(self.layouts[k])
        free(self.layouts)
        free(self.starts)
        free(self.of_grad)
        free(self.required)

    cdef Variable variable(self, int k):
        return found_at(<Variable>self.variables[k], <tuple>self.sources[k])

    cdef bint fits(self):
        """Whether each has the shape, the strides and the requirement that it was recorded with."""
        cdef Variable v
        cdef int k
        for k in range(self.count):
            v = self.variable(k)
            if v is None or (v.requires != 0) != self.required[k]:
                return False
            if self.of_grad[k]:
                v = v.grad_
                if v is None:
                    return False
            if v.layout is not self.layouts[k] and not same_places(v.layout, self.layouts[k]):
                return False
        for x, source in self.without_grad:
            v = found_at(<Variable>x, <tuple>source)
            if v is not None and v.grad_ is not None:
                return False
        return True

    cdef str misfit(self):
        """Which does not fit, for people."""
        cdef Variable v
        cdef int k
        for k in range(self.count):
            v = self.variable(k)
            if v is None:
                return "the state of a layer is another"
            if (v.requires != 0) != self.required[k]:
                return f"{describe(v)} requires {'a' if v.requires else 'no'} gradient now"
            if self.of_grad[k] and v.grad_ is None:
                return f"{describe(v)} has no gradient now"
            if not same_places((v.grad_ if self.of_grad[k] else v).layout, self.layouts[k]):
                return f"{describe(v)} has another shape now, or other strides"
        return "a gradient that was not there"

    cdef int resolve(self, double** bases) except -1:
        """Where they are; bases[k + 1] is that of the k-th. They fit."""
        cdef Variable v
        cdef int k
        for k in range(self.count):
            v = self.variable(k)
            bases[k + 1] = (v.grad_ if self.of_grad[k] else v).ptr + self.starts[k]
        return 0

    cdef int resolve_again(self, double** bases) except -1:
        """The same after an effect; gradients are not read any more then (recorder.pyx)."""
        cdef Variable v
        cdef int k
        for k in range(self.count):
            v = self.variable(k)
            if self.of_grad[k]:
                continue
            if v.layout is not self.layouts[k] and not same_places(v.layout, self.layouts[k]):
                raise RuntimeError(f"compile: {describe(v)} was given another shape by an update "
                                   "in the call, which was recorded without that")
            bases[k + 1] = v.ptr + self.starts[k]
        return 0

    cdef list names(self):
        """What each is, to compare with those of another program."""
        cdef int k
        return [(identity(<Variable>self.variables[k]) if self.sources[k] is None
                 else (id(self.sources[k][0]), self.sources[k][1]),
                 self.starts[k], <int>self.of_grad[k]) for k in range(self.count)]

    cdef list hold(self):
        """Their memory, which stays as long as the list does."""
        cdef Variable v
        cdef int k
        held = []
        for k in range(self.count):
            v = self.variable(k)
            held.append((v.grad_ if self.of_grad[k] else v).storage)
        return held


cdef Variable found_at(Variable v, tuple source):
    if source is None:
        return v
    x = (<dict>source[0]).get(source[1])
    return <Variable>x if isinstance(x, Variable) else None


cdef object identity(Variable v):
    """What v is to two calls: each makes a Variable of its own around an array of NumPy's."""
    if v.storage is not None and v.storage.size_class == FOREIGN and v.creator_ is None and (
            not v.requires):
        return <size_t>v.storage.owner, <size_t>v.ptr
    return id(v)


cdef Outside outside_of(list read, list without_grad):
    cdef Outside outside = <Outside>Outside.__new__(Outside)
    cdef Variable v
    cdef int k, n = <int>len(read)
    outside.layouts = <Layout**>calloc(n + 1, sizeof(Layout*))
    outside.starts = <Py_ssize_t*>calloc(n + 1, sizeof(Py_ssize_t))
    outside.of_grad = <char*>calloc(n + 1, 1)
    outside.required = <char*>calloc(n + 1, 1)
    if (outside.layouts is NULL or outside.starts is NULL or outside.of_grad is NULL
            or outside.required is NULL):
        raise MemoryError()
    outside.count = n
    outside.variables = []
    outside.sources = []
    outside.without_grad = without_grad
    for k in range(n):
        v, outside.starts[k], outside.of_grad[k], source = read[k]
        outside.variables.append(v if source is None else None)
        outside.sources.append(source)
        outside.required[k] = v.requires != 0
        if outside.of_grad[k]:              # by now it may have another, or none
            outside.layouts[k] = contiguous_layout(v.layout.ndim, v.layout.shape)
        else:
            outside.layouts[k] = share(v.layout)
    return outside


cdef bint same_places(const Layout* a, const Layout* b) noexcept:
    cdef int d
    if not same_shape(a, b):
        return False
    for d in range(a.ndim):
        if a.strides[d] != b.strides[d]:
            return False
    return True
