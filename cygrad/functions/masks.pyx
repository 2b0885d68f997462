"""dropout: zeros at random places, in training.

Random bits come from a NumPy generator, 64 at a time, in one call for the whole mask; each element
takes 32 of them.
"""

from libc.stdint cimport uint32_t

from cygrad.core.arrays cimport is_number, number
from cygrad.core.function cimport Function, Op
from cygrad.core.layout cimport (
    Layout, contiguous_layout, layout_of_shape, release, shape_of,
)
from cygrad.core.mode cimport mode
from cygrad.core.tape cimport Tape
from cygrad.core.variable cimport Variable, empty
from cygrad.functions.elementwise cimport binary, kernel_op
from cygrad.functions.operation cimport as_variable

import functools

import numpy as np

from cygrad.core.creation import _generator
from cygrad.core.repetition import drawing


# ---- dropout: y = x m, where m is 0 or 1/(1-p); y = 0 where m = 0, also for infinite x ----------

cdef Variable vjp_dropout(Function f, Variable gy, int i):
    return binary(&DROPOUT, gy, f.x1) if i == 0 else None

cdef Op DROPOUT = kernel_op(b"Dropout", "DROP", vjp_dropout)


cdef void fill_mask(const uint32_t* bits, uint32_t threshold, double kept, Py_ssize_t n,
                    double* mask) noexcept nogil:
    """0 where an element's bits are below the threshold, else kept."""
    cdef Py_ssize_t k
    for k in range(n):
        mask[k] = kept if bits[k] >= threshold else 0.0


cdef Variable random_mask(Variable x, double p, object generator):
    cdef Layout* layout = contiguous_layout(x.layout.ndim, x.layout.shape)
    cdef Variable mask = empty(layout)
    cdef Py_ssize_t n = layout.size
    # At p = 1, whose threshold would be 2^32, none are kept because kept is 0.
    cdef uint32_t threshold = <uint32_t>min(p * 4294967296.0 + 0.5, 4294967295.0)
    cdef double kept = 1.0 / (1.0 - p) if p < 1.0 else 0.0
    cdef const uint32_t[::1] bits
    release(layout)
    if n > 0:
        words = generator.integers(0, 0xFFFFFFFFFFFFFFFF, (n + 1) // 2, np.uint64, True)
        bits = words.view(np.uint32)
        if bits.shape[0] < n:       # a subclass of Generator may return anything
            raise ValueError(f"dropout: rng.integers gave {bits.shape[0] // 2} numbers of 64 bits, "
                             f"where {(n + 1) // 2} were asked for")
        with nogil:
            fill_mask(&bits[0], threshold, kept, n, mask.ptr)
    return mask


cdef object dropout_source(object p, object rng, str where):
    cdef double probability
    if not is_number(p):
        raise TypeError(f"{where}: p must be a number, not {type(p).__name__}")
    probability = number(p)
    if not 0.0 <= probability <= 1.0:
        raise ValueError(f"{where}: p is a probability, between 0 and 1, not {p}")
    if rng is not None:
        rng = _generator(where, rng)
    if probability == 0.0 or mode().testing:
        return None
    return drawing(None) if rng is None else rng


def dropout(x, p=0.5, rng=None):
    """Zeros in place of elements chosen at random, and the others scaled up to make up for them.

    Parameters
    ----------
    x : Variable or array_like
    p : float, default 0.5
        The probability of each element to become zero, between 0 and 1.
    rng : int or numpy.random.Generator, optional
        A seed, or the generator to draw from. The same seed gives the same zeros; None, new ones,
        from a generator that all calls share.

    Returns
    -------
    Variable
        Of x's shape; x itself inside `cygrad.test_mode`, and if p is 0.

    Raises
    ------
    ValueError
        If p is not between 0 and 1.
    TypeError
        If p is not a number, or rng something else.

    Notes
    -----
    Inverted dropout (Srivastava et al. 2014): y = x m / (1 - p), where m is 0 with probability p,
    else 1, independently for each element. The gradient has the same zeros: gx = gy m / (1 - p).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([1.0, 2.0, 3.0, 4.0])
    >>> y = F.dropout(x, 0.5, rng=4)
    >>> bool(((y == 0) | (y == 2 * x.data)).all())
    True
    >>> with cg.test_mode():
    ...     F.dropout(x)
    variable([1., 2., 3., 4.])
    """
    cdef Variable v = as_variable(x, "dropout")
    source = dropout_source(p, rng, "dropout")
    if source is None:
        return v
    if mode().tape is NULL:
        return binary(&DROPOUT, v, random_mask(v, number(p), source))
    fill = functools.partial(_mask_of_shape, shape_of(v.layout), number(p), rng)
    return binary(&DROPOUT, v, (<Tape>mode().tape).drawn(fill, rng))


def _mask_of_shape(tuple shape not None, double p, rng):
    """A mask of `dropout`, for a program that draws one anew."""
    cdef Layout* layout = layout_of_shape(shape)
    cdef Variable x = empty(layout)
    release(layout)
    return random_mask(x, p, dropout_source(p, rng, "dropout"))
