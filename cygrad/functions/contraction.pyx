"""einsum: sums of products, written with a letter for each axis.

It is composed of other operations, whose derivatives are its own. First every operand by itself:
diagonals where a letter is repeated, sums over letters that nothing else has. Then two operands at
a time become one, by a matrix product over the letters to be summed, or by an elementwise product
if there are none. At last the axes are put in order. What is done to which axes depends on the
subscripts and the shapes alone: it is planned once, and the plan is kept.
"""

from cygrad.core.layout cimport MAX_NDIM
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport multiply
from cygrad.functions.broadcasting cimport reshaped, sum_over, with_shape
from cygrad.functions.indexing cimport gather
from cygrad.functions.linalg cimport product
from cygrad.functions.operation cimport as_variable
from cygrad.functions.shape cimport permuted

from functools import lru_cache
from math import prod

import numpy as np

cdef str LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


# ---- What the subscripts say ------------------------------------------------------------------

cdef object parsed(str subscripts, tuple shapes):
    """A string of letters for each operand and for the output, without ellipses."""
    text = subscripts.replace(" ", "")
    where = f"einsum: {subscripts!r}, operands of shapes {', '.join([str(s) for s in shapes])}"
    inputs, arrow, output = text.partition("->")
    if set(inputs + output) - set(LETTERS + ".,") or "," in output:
        raise ValueError(f"{where}: subscripts are letters, ',' between operands, '...' for any "
                         "further axes, and one '->' before the output")
    terms = inputs.split(",")
    if len(terms) != len(shapes):
        raise ValueError(f"{where}: there are {len(terms)} terms for {len(shapes)} operands")
    for term in (*terms, output):
        if "." in term and (term.count(".") != 3 or "..." not in term):
            raise ValueError(f"{where}: a dot may only be part of one '...' in {term!r}")
    further = []                # axes that each ellipsis stands for
    for term, shape in zip(terms, shapes):
        n = len(shape) - len(term.replace("...", ""))
        if n < 0 or (n > 0 and "..." not in term):
            raise ValueError(f"{where}: {term!r} does not fit the {len(shape)} axes of shape "
                             f"{shape}")
        further.append(n)
    free = [letter for letter in LETTERS if letter not in text]
    most = max(further)
    if most > len(free):
        raise ValueError(f"{where}: there are more axes than letters")
    ellipsis = "".join(free[:most])
    terms = [term.replace("...", ellipsis[most - n:]) for term, n in zip(terms, further)]
    letters = "".join(terms)
    if not arrow:
        output = ellipsis + "".join(sorted([letter for letter in set(letters) - set(ellipsis)
                                            if letters.count(letter) == 1]))
    elif "..." not in output and ellipsis:
        raise ValueError(f"{where}: the output has no '...' for the axes of the operands' ellipses")
    else:
        output = output.replace("...", ellipsis)
    for letter in output:
        if output.count(letter) > 1:
            raise ValueError(f"{where}: the output names {letter!r} more than once")
        if letter not in letters:
            raise ValueError(f"{where}: the output names {letter!r}, which no operand has")
    return terms, output


cdef dict lengths_of(str subscripts, list terms, tuple shapes):
    """The length of each letter's axis; those of length 1 broadcast."""
    lengths = {}
    for k, (term, shape) in enumerate(zip(terms, shapes)):
        for letter, n in zip(term, shape):
            if term.count(letter) > 1 and n != shape[term.index(letter)]:
                raise ValueError(f"einsum: {subscripts!r}: operand {k} of shape {shape} has axes "
                                 f"of different lengths for {letter!r}")
            if lengths.setdefault(letter, n) == 1:
                lengths[letter] = n
            elif n != 1 and n != lengths[letter]:
                raise ValueError(
                    f"einsum: {subscripts!r}: operands of shapes "
                    f"{', '.join([str(s) for s in shapes])} do not fit: {letter!r} is "
                    f"{lengths[letter]} and {n}")
    return lengths


# ---- The plan ---------------------------------------------------------------------------------

@lru_cache(maxsize=256)
def _plan(subscripts, shapes):
    """(a preparation for each operand, the contractions, the last order of the axes)."""
    terms, output = parsed(subscripts, shapes)
    lengths = lengths_of(subscripts, terms, shapes)
    preparations = []
    narrowed = []
    for term, shape in zip(terms, shapes):
        narrowed.append([letter for letter, n in zip(term, shape) if n == lengths[letter]])
    for k in range(len(terms)):
        kept = set(output).union(*narrowed[:k], *narrowed[k + 1:])
        terms[k], preparation = prepare(terms[k], narrowed[k], lengths, kept)
        preparations.append(preparation)
    contractions = []
    for places in order_of_contraction(terms, output, lengths):
        # As np.einsum_path means it: the operands at these places become one, which comes last.
        group = [(place, terms[place]) for place in places]
        for place in sorted(places, reverse=True):
            terms.pop(place)
        at = [place for place, _ in group]
        term = group[0][1]
        steps = []
        for k in range(1, len(group)):
            kept = set(output + "".join(terms) + "".join([t for _, t in group[k + 1:]]))
            term, step = contract(term, group[k][1], lengths, kept)
            steps.append(step)
        terms.append(term)
        contractions.append((at, steps))
    return preparations, contractions, order(terms[0], output)


cdef object prepare(str term, list letters, dict lengths, set kept):
    """The term without repeated and lone letters, and how its operand gets there.

    `letters` are the term's but for those whose axis broadcasts.
    """
    narrow = None
    if len(letters) < len(term):
        narrow = [lengths[letter] for letter in letters]
    diagonal = None
    single = list(dict.fromkeys(letters))
    if len(single) < len(letters):
        strides = dict.fromkeys(single, 0)
        stride = 1
        for letter in reversed(letters):
            strides[letter] += stride
            stride *= lengths[letter]
        along = [np.arange(lengths[letter]) * strides[letter] for letter in single]
        positions = np.array(sum(np.ix_(*along)), dtype=np.intp, order="C")
        diagonal = (positions, 1, tuple([lengths[letter] for letter in letters]),
                    positions.shape)
    axes = 0
    for d, letter in enumerate(single):
        if letter not in kept:
            axes |= 1 << d
    return "".join([letter for letter in single if letter in kept]), (narrow, diagonal, axes)


cdef object order_of_contraction(list terms, str output, dict lengths):
    if len(terms) < 3:
        return [tuple(range(len(terms)))]
    arrays = [np.broadcast_to(0.0, [lengths[letter] for letter in term]) for term in terms]
    return np.einsum_path(f"{','.join(terms)}->{output}", *arrays, optimize="greedy")[0][1:]


cdef object contract(str a, str b, dict lengths, set kept):
    """The term of the product of two, summed over what is not kept, and how it is computed.

    Axes are in four groups: both operands have `rows` and `columns` between them, and `stack` and
    `summed` in common, the latter to be summed.
    """
    stack = [letter for letter in a if letter in b and letter in kept]
    summed = [letter for letter in a if letter in b and letter not in kept]
    rows = [letter for letter in a if letter not in b]
    columns = [letter for letter in b if letter not in a]
    batch = [lengths[letter] for letter in stack]
    m = [lengths[letter] for letter in rows]
    p = [lengths[letter] for letter in columns]
    n = prod([lengths[letter] for letter in summed])
    if len(batch) + len(m) + len(p) > MAX_NDIM:
        raise ValueError(f"einsum: a product on the way to the result has more than {MAX_NDIM} "
                         "axes")
    if summed:
        step = (order(a, stack + rows + summed), (*batch, prod(m), n),
                order(b, stack + summed + columns), (*batch, n, prod(p)), (*batch, *m, *p))
    else:
        step = (order(a, stack + rows), batch + m + [1] * len(p),
                order(b, stack + columns), batch + [1] * len(m) + p, None)
    return "".join(stack + rows + columns), step


cdef object order(str term, object target):
    """The permutation that takes the letters of term to those of target."""
    return tuple([term.index(letter) for letter in target])


# ---- The computation --------------------------------------------------------------------------

cdef Variable in_order(Variable x, tuple axes):
    for d, axis in enumerate(axes):
        if d != axis:
            return permuted(x, axes)
    return x


cdef Variable prepared(Variable x, tuple preparation):
    narrow, diagonal, axes = preparation
    if narrow is not None:
        x = with_shape(x, narrow)
    if diagonal is not None:
        x = gather(x, diagonal)
    return sum_over(x, axes, False) if axes else x


cdef Variable contracted(Variable a, Variable b, tuple step):
    a_order, a_shape, b_order, b_shape, shape = step
    a = in_order(a, a_order)
    b = in_order(b, b_order)
    if shape is None:
        return multiply(with_shape(a, a_shape), with_shape(b, b_shape))
    a = reshaped(a, a_shape)
    b = reshaped(b, b_shape)
    return reshaped(product(a, b), shape)


def einsum(subscripts, *operands):
    """The sum of products of operands, over the axes that the subscripts leave out.

    Parameters
    ----------
    subscripts : str
        A letter for each axis of each operand, the operands separated by commas; then '->' and the
        letters of the output. Axes of the same letter run together; those that the output does not
        name are summed over. Without '->', the output has the letters that occur once, in
        alphabetical order. '...' stands for any further axes, which broadcast.
    *operands : Variable or array_like

    Returns
    -------
    Variable

    Raises
    ------
    ValueError
        If the subscripts are not well-formed, or do not fit the operands' shapes, or the operands
        do not fit each other.
    TypeError
        If subscripts is not a str. The form of np.einsum that alternates operands and lists of
        numbers is not taken.

    Notes
    -----
    Computed by matrix products (NumPy's BLAS), two operands at a time; three or more in the order
    that np.einsum_path finds.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> a = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> F.einsum("ij,j->i", a, [1.0, 10.0]), F.einsum("ii", a), F.einsum("ij->ji", a)
    (variable([21., 43.]), variable(5.0), variable([[1., 3.],
              [2., 4.]]))
    >>> F.einsum("...ij,...ij->...", cg.ones(5, 2, 3), cg.ones(5, 2, 3))
    variable([6., 6., 6., 6., 6.])
    """
    cdef list values
    cdef Variable y, x
    if not isinstance(subscripts, str):
        raise TypeError("einsum: the subscripts come first, as a str such as 'ij,jk->ik', not "
                        f"{type(subscripts).__name__}; lists of numbers are not taken")
    if not operands:
        raise ValueError("einsum: needs at least one operand")
    values = [as_variable(operand, "einsum") for operand in operands]
    preparations, contractions, last = _plan(str(subscripts), tuple([v.shape for v in values]))
    values = [prepared(x, preparation) for x, preparation in zip(values, preparations)]
    for places, steps in contractions:
        group = [values[place] for place in places]
        for place in sorted(places, reverse=True):
            values.pop(place)
        y = group[0]
        for x, step in zip(group[1:], steps):
            y = contracted(y, x, step)
        values.append(y)
    y = values[0]
    given = False
    for operand in operands:
        given = given or operand is y
    return permuted(y, last) if given else in_order(y, last)
