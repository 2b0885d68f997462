"""Program: what was recorded, made ready to run (building.pyx).

A run allocates nothing but an arena, where another run has that of the program, and without calls
of Python it needs no GIL.
"""

cimport cython
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy


from cygrad.core.arrays cimport array_of, constant
from cygrad.core.layout cimport Layout, MAX_NDIM, contiguous_layout, release, shape_of
from cygrad.core.variable cimport Variable, empty, own_contiguous
from cygrad.kernels.elementwise cimport copy_strided
from cygrad.programs.draft cimport OUTSIDE, Value
from cygrad.programs.saving cimport saved
from cygrad.programs.steps cimport free_step, run_plain, run_steps


@cython.final
cdef class Program:
    """What was recorded, ready to run."""

    def __dealloc__(self):
        cdef int k
        for k in range(self.n_steps):
            free_step(&self.steps[k])
        free(self.steps)
        free(self.code)
        free(self.loads)
        free(self.given)
        free(self.arena)

    def __str__(self):
        return self.draft.listing()

    def __reduce__(self):
        return self.load, (saved(self.draft, self.shapes, self.outside_now()),)

    def __call__(self, *inputs):
        """Run it.

        Parameters
        ----------
        *inputs : float, array or Variable
            Of the `shapes`: the floats, arrays and Variables among the arguments of the call that
            was captured, dicts and lists taken apart in their order. Where a gradient flows back
            through results, those of these results follow.

        Returns
        -------
        tuple of ndarray
            What stands after `give` in the listing.

        Raises
        ------
        RuntimeError
            If Python asked for something at the capture (`check` in the listing) that is otherwise
            with these inputs, or a variable has another shape by now.
        TypeError
            If it is not that many inputs, or the program calls Python.
        ValueError
            If an input has another shape.

        Examples
        --------
        >>> import pickle
        >>> import cygrad as cg
        >>> f = cg.compile(cg.grad(lambda x: x ** 3))
        >>> f(2.0)
        12.0
        >>> program = pickle.loads(pickle.dumps(f.program()))
        >>> program(3.0)
        (array(27.),)
        """
        cdef double* arena
        cdef double** bases
        if self.lends:
            if self.alone is None:
                self.alone = self.apart(self)
            return self.alone(*inputs)
        if self.calls:
            raise TypeError("Program: it calls Python, as for random numbers and updates; call the "
                            "compiled function")
        if len(inputs) != len(self.inputs):
            raise TypeError(f"Program: it takes {len(self.inputs)} inputs, not {len(inputs)}")
        arrays = [input_of_shape(x, shape) for x, shape in zip(inputs, self.shapes)]
        _held = self.outside.hold() if self.outside.fits() else None
        bases = self.bases_now()
        try:
            arena = self.take_arena()
            try:
                return self.called(arrays, arena, bases)
            finally:
                self.give_arena(arena)
        finally:
            free(bases)

    cdef tuple called(self, list arrays, double* arena, double** bases):
        cdef Variable v
        cdef int k
        for k in range(len(arrays)):
            v = arrays[k]
            memcpy(arena + <Py_ssize_t>self.inputs[k][1], v.ptr, v.layout.size * sizeof(double))
        if not (self.run(arena, bases) and self.go_on(bases)):
            raise RuntimeError("Program: Python would go another way with these inputs; call the "
                               "compiled function")
        return tuple([array_of(copy_of(bases[<int>base] + <Py_ssize_t>offset, shape, strides))
                      for base, offset, shape, strides in self.results])

    cdef double** bases_now(self) except NULL:
        """Where what is outside is, of malloc."""
        cdef double** bases
        if not self.outside.fits():
            raise RuntimeError(f"Program: {self.outside.misfit()}")
        bases = <double**>malloc((self.outside.count + 1) * sizeof(double*))
        if bases is NULL:
            raise MemoryError()
        self.outside.resolve(bases)
        return bases

    cdef list outside_now(self):
        """What is outside, as bytes."""
        cdef list found = [None] * self.outside.count
        cdef double** bases
        cdef const Value* value
        cdef int k
        bases = self.bases_now()
        try:
            for k in range(self.draft.n_values):
                value = &self.draft.values[k]
                if value.origin == OUTSIDE:
                    found[value.index] = (<const char*>bases[value.index + 1])[
                        :value.size * sizeof(double)]
        finally:
            free(bases)
        return found

    @property
    def numbers(self):
        """How many numbers a run has memory for."""
        return self.arena_size

    cdef double* new_arena(self) except NULL:
        cdef double* arena = <double*>malloc(self.arena_size * sizeof(double))
        cdef int k
        if arena is NULL:
            raise MemoryError()
        for k in range(self.n_given):
            memcpy(arena + self.given[k].offset, self.given[k].numbers,
                   self.given[k].size * sizeof(double))
        return arena

    cdef double* take_arena(self) except NULL:
        cdef double* arena = self.arena
        self.arena = NULL
        # If there is none, another run has it: of another thread, or around this one.
        return self.new_arena() if arena is NULL else arena

    cdef void give_arena(self, double* arena) noexcept:
        if self.arena is NULL:
            self.arena = arena
        else:
            free(arena)

    cdef bint run(self, double* arena, double** outside) except -1:
        """Run to the end, or the pause; False if a check failed.

        outside[k]: memory of base k, from 1 on.
        """
        cdef int k
        outside[0] = arena
        for k in range(self.n_loads):
            arena[self.loads[k].slot] = (
                outside[self.loads[k].source.base][self.loads[k].source.offset])
        return self.ran(outside, 0, self.pause)

    cdef bint go_on(self, double** outside) except -1:
        """From the pause to the end; the gradients are in the arena, beside what `run` has left."""
        return self.ran(outside, self.pause, self.n_steps)

    cdef bint ran(self, double** outside, int start, int end) except -1:
        if self.calls or not self.is_long:
            return run_steps(self.steps + start, end - start, self.code, outside, self.calls,
                             self.outside)
        with nogil:
            return run_plain(self.steps + start, end - start, self.code, outside)


cdef Variable input_of_shape(object x, tuple shape):
    """A Variable of the shape, in C order, on memory that nobody else writes to."""
    cdef Variable v = own_contiguous(<Variable>x if isinstance(x, Variable)
                                     else constant(x, "Program"))
    if shape_of(v.layout) != shape:
        raise ValueError(f"Program: an input has the shape {shape_of(v.layout)}; it was captured "
                         f"with {shape}")
    return v


cdef Variable copy_of(const double* source, tuple shape, tuple steps):
    cdef Py_ssize_t dims[MAX_NDIM]
    cdef Py_ssize_t strides[MAX_NDIM]
    cdef Layout* layout
    cdef Variable y
    cdef int d, ndim = <int>len(shape)
    for d in range(ndim):
        dims[d] = shape[d]
        strides[d] = steps[d]
    layout = contiguous_layout(ndim, dims)
    try:
        y = empty(layout)
    finally:
        release(layout)
    copy_strided(source, strides, y.ptr, y.layout.strides, ndim, dims)
    return y
