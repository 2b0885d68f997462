"""jacobian and hessian: all first derivatives of arrays, all second derivatives of a number."""

from cpython.exc cimport PyErr_CheckSignals
from libc.string cimport memcpy

from cygrad.core.backward cimport gradients, new_session
from cygrad.core.layout cimport Layout, layout_of_shape, release, shape_of
from cygrad.core.mode cimport mode as switches
from cygrad.core.variable cimport Variable, filled, filled_like, own_contiguous
from cygrad.functions.broadcasting cimport reshaped
from cygrad.transforms.forward cimport Forward, forward_of
from cygrad.transforms.products cimport dummies_for
from cygrad.transforms.trace cimport (
    Trace, Transform, all_outputs, begin, close, give_aux, one_number, plain_of, pruned,
    run,
)

from cygrad.functions.stacking import stack
from cygrad.transforms.structure import rebuild


# ---- Blocks -----------------------------------------------------------------------------------
#
# A block is the derivative of one array by another, of the shape of the one followed by that of the
# other. It is filled row by row, a row for each element of the one, or column by column.

cdef class Block:
    cdef Variable above, by
    cdef bint columns
    cdef Variable whole         # where it is a constant, filled as it comes
    cdef list parts             # where it is to be differentiated: its rows or columns

    cdef int put(self, Py_ssize_t k, Variable part) except -1:
        """Row or column k; None for zeros."""
        cdef Py_ssize_t n = self.by.layout.size, m = self.above.layout.size, i
        if self.whole is None:
            self.parts.append(filled_like(self.above if self.columns else self.by, 0.0)
                              if part is None else part)
            return 0
        if part is None:
            return 0
        part = own_contiguous(part)
        if self.columns:
            for i in range(m):
                self.whole.ptr[i * n + k] = part.ptr[i]
        else:
            memcpy(self.whole.ptr + k * n, part.ptr, n * sizeof(double))
        return 0

    cdef Variable filled_in(self):
        shape = shape_of(self.above.layout) + shape_of(self.by.layout)
        if self.whole is None:
            if not self.parts:
                return zeros_of(shape)
            return reshaped(stack(self.parts, axis=-1 if self.columns else 0), shape)
        return self.whole


cdef Variable zeros_of(tuple shape):
    cdef Layout* layout = layout_of_shape(shape)
    cdef Variable zeros = filled(layout, 0.0)
    release(layout)
    return zeros


cdef Block new_block(Variable above, Variable by, bint columns, bint differentiable):
    cdef Block block = <Block>Block.__new__(Block)
    block.above = above
    block.by = by
    block.columns = columns
    if differentiable or switches().tape is not NULL:
        block.parts = []
    else:
        block.whole = zeros_of(shape_of(above.layout) + shape_of(by.layout))
    return block


cdef object give_block(Trace t, Block block, bint number):
    cdef Variable whole = block.filled_in()
    if t.variables:
        return pruned(t, whole)
    return plain_of(whole, number and whole.layout.ndim == 0)


cdef object give_row(Trace t, list blocks, bint number):
    """The derivatives of one array by all the arguments, in the structure of those."""
    given = [give_block(t, <Block>block, number and t.numbers[j])
             for j, block in enumerate(blocks)]
    return given[0] if t.places is None else rebuild(t.places, given)


cdef int unit_passes(list outputs, list ends, list blocks, bint differentiable) except -1:
    """Fill blocks[i][j] with the derivatives of output i by end j, a pass for each element of i."""
    cdef Variable y, seed
    cdef Py_ssize_t i, j, k, left = total_size([y for y in outputs if y is not None])
    cdef long session = new_session() if left > 1 else 0
    for i in range(len(outputs)):
        y = <Variable>outputs[i]
        if y is None:
            continue
        for k in range(y.layout.size):
            PyErr_CheckSignals()        # one pass may be too short to look for a signal itself
            seed = filled_like(y, 0.0)
            seed.ptr[k] = 1.0
            left -= 1
            found = gradients([y], [seed], ends, differentiable, session, left == 0)
            for j in range(len(ends)):
                (<Block>blocks[i][j]).put(k, <Variable>found[j])
    return 0


cdef Py_ssize_t total_size(list variables):
    cdef Py_ssize_t total = 0
    for v in variables:
        total += (<Variable>v).layout.size
    return total


# ---- jacobian ---------------------------------------------------------------------------------

cdef class Jacobian(Transform):
    """The Jacobian of a function: what `jacobian` returns."""

    cdef readonly object mode

    def __init__(self, transform, function, argnums, has_aux, mode=None):
        super().__init__(transform, function, argnums, has_aux)
        self.mode = mode

    def __reduce__(self):
        return type(self), (self.transform, self.function, self.argnums, bool(self.has_aux),
                            self.mode)

    def __call__(self, *args, **kwargs):
        cdef Trace t = begin(self.transform, self.function, self.argnums, args, kwargs,
                             self.has_aux, False)
        cdef Forward forward = None
        cdef list outputs, dummies, blocks
        cdef bint columns
        try:
            outputs = all_outputs(t, run(t))
            columns = (total_size(outputs) > total_size(t.ends) if self.mode is None
                       else self.mode == "forward")
            # Unasked, the columns' bits are those of a capture, which has no graph to push through.
            if columns and not t.differentiable and self.mode is not None:
                forward = forward_of(outputs, t.ends, t.floor)
            blocks = [[new_block(<Variable>y, <Variable>x, columns, t.differentiable)
                       for x in t.ends] for y in outputs]
            if forward is not None and forward.possible:
                push_columns(forward, blocks)
            elif columns:
                dummies = dummies_for(t, outputs)
                unit_passes(gradients(outputs, dummies, t.ends, True), dummies,
                            list(zip(*blocks)), t.differentiable)
                for dummy in dummies:
                    (<Variable>dummy).requires = False
            else:
                unit_passes(outputs, t.ends, blocks, t.differentiable)
        finally:
            close(t)
        rows = [give_row(t, row, (<Variable>y).layout.ndim == 0)
                for y, row in zip(outputs, blocks)]
        given = rows[0] if t.output_places is None else rebuild(t.output_places, rows)
        return (given, give_aux(t)) if self.has_aux else given


cdef int push_columns(Forward forward, list blocks) except -1:
    """Fill blocks[i][j] with the derivatives of output i by end j, a pass for each element of j."""
    cdef Variable x, seed
    cdef Py_ssize_t i, j, k, left = total_size(forward.ends)
    cdef long session = new_session() if left > 1 else 0
    for j in range(len(forward.ends)):
        x = <Variable>forward.ends[j]
        for k in range(x.layout.size):
            PyErr_CheckSignals()
            seed = filled_like(x, 0.0)
            seed.ptr[k] = 1.0
            left -= 1
            tangents = [None] * len(forward.ends)
            tangents[j] = seed
            found = forward.push(tangents, False, session, left == 0)
            for i in range(len(blocks)):
                (<Block>blocks[i][j]).put(k, <Variable>found[i])
    return 0


def jacobian(f, argnums=0, has_aux=False, mode=None):
    """The derivatives of all elements that a function gives by all that it takes, as a function.

    Parameters
    ----------
    f : callable
        Takes Variables in place of the arguments named by `argnums`, the others as they are, and
        returns Variables of any shapes: one, or several in nested dicts, lists and tuples.
    argnums : int or tuple of int, default 0
        The places of the arguments to differentiate by; others, and those passed by keyword, are
        constants. A tuple gives a tuple of Jacobians.
    has_aux : bool, default False
        f returns ``(output, aux)``, and the new function ``(jacobian, aux)``.
    mode : {"forward", "reverse"}, optional
        By columns, a forward pass for each element that f takes; or by rows, a backward pass for
        each that it gives. If None, whichever are fewer.

    Returns
    -------
    callable
        Takes the arguments of f. For an output and an argument it gives an array of the shape of
        the output followed by that of the argument; for several, these in the structure of the
        outputs, and inside it that of the arguments. A float where both are numbers.

    Raises
    ------
    ValueError
        If mode is another.
    TypeError
        By the new function, if f returns something else, or if there is no such argument.

    Notes
    -----
    J_ij = df_i/dx_j, as ``jax.jacrev`` and ``jax.jacfwd`` give it. For the passes see `vjp` and
    `jvp`. Where it is to be differentiated further, columns are computed by backward passes through
    a graph of the cotangents.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> import numpy as np
    >>> cg.jacobian(lambda x: x * x[::-1])(np.array([1.0, 2.0, 3.0]))
    array([[3., 0., 1.],
           [0., 4., 0.],
           [3., 0., 1.]])
    """
    if mode not in (None, "forward", "reverse"):
        raise ValueError(f"jacobian: mode must be 'forward', 'reverse' or None, not {mode!r}")
    return Jacobian("jacobian", f, argnums, has_aux, mode)


# ---- hessian ----------------------------------------------------------------------------------

cdef class Hessian(Transform):
    """The Hessian of a function: what `hessian` returns."""

    def __call__(self, *args, **kwargs):
        cdef Trace t = begin(self.transform, self.function, self.argnums, args, kwargs,
                             self.has_aux, False)
        cdef Variable y
        cdef list slopes, blocks
        try:
            y = one_number(t, run(t))
            slopes = gradients([y], [filled_like(y, 1.0)], t.ends, True)
            blocks = [[new_block(<Variable>above, <Variable>by, False, t.differentiable)
                       for by in t.ends] for above in t.ends]
            unit_passes(slopes, t.ends, blocks, t.differentiable)
        finally:
            close(t)
        rows = [give_row(t, row, t.numbers[i]) for i, row in enumerate(blocks)]
        given = rows[0] if t.places is None else rebuild(t.places, rows)
        return (given, give_aux(t)) if self.has_aux else given


def hessian(f, argnums=0, has_aux=False):
    """The second derivatives of a function of arrays to a number, as a function.

    Parameters
    ----------
    f : callable
        Takes Variables in place of the arguments named by `argnums`, the others as they are, and
        returns a Variable of one element.
    argnums : int or tuple of int, default 0
        The places of the arguments to differentiate by; others, and those passed by keyword, are
        constants. A tuple gives the blocks of each two of them.
    has_aux : bool, default False
        f returns ``(output, aux)``, and the new function ``(hessian, aux)``.

    Returns
    -------
    callable
        Takes the arguments of f. For one array it gives an array of its shape twice over; for
        several, the block of each two of them, in their structure and inside it again. A float
        where both are numbers.

    Raises
    ------
    ValueError
        By the new function, if f returns more than one element.
    TypeError
        If f returns no number, or if there is no such argument.

    Notes
    -----
    H_ij = d^2 f/dx_i dx_j, as ``jax.hessian`` gives it: the graph of the gradient is made once, and
    each row is one more backward pass, a Hessian-vector product; n of them for n inputs.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> import numpy as np
    >>> cg.hessian(lambda x: x[0] ** 2 * x[1] ** 3)(np.array([1.0, 2.0]))
    array([[16., 24.],
           [24., 12.]])
    >>> cg.hessian(lambda a, b: a * b * b, argnums=(0, 1))(2.0, 3.0)
    ((0.0, 6.0), (6.0, 4.0))
    """
    return Hessian("hessian", f, argnums, has_aux)
