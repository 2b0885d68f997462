"""The categorical distribution, of one draw: `logpmf` and `pmf`.

scipy's multinomial for n = 1, but by the number of the category.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.stats.standard import as_variable, probability

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["logpmf", "pmf"]


def logpmf(k: _ArrayLike, p: _ArrayLike) -> Variable:
    """The logarithm of the probabilities of the categorical distribution.

    Parameters
    ----------
    k : array_like or Variable
        Which category, from 0; no gradient flows to it.
    p : Variable or array_like
        (n,), the probability of each category; or (..., n), a row for each k.

    Returns
    -------
    Variable
        Of the shape that k and p without its last axis broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    log(p[k]); -inf where k is no category, with slopes of 0; nan, and so is the slope, where p[k] is
    no probability. That each row of p sums up to 1 is not checked; the gradient is that by each of
    its own.

    Examples
    --------
    >>> from cygrad.stats import categorical
    >>> categorical.logpmf([0, 1, 2], [0.25, 0.75])
    variable([-1.38629436, -0.28768207,        -inf])
    """
    picked, found = _picked(k, p, "logpmf")
    return F.where(found, F.log(F.where(found, probability(picked), 1.0)), -np.inf)


def _picked(k: _ArrayLike, p: _ArrayLike, name: str) -> tuple[Variable, NDArray[np.bool_]]:
    """p[k], or another where there is no category k; and where there is."""
    chosen, table = as_variable(k).data, as_variable(p)
    if table.ndim == 0:
        raise ValueError(f"categorical.{name}: p must have an axis of categories")
    n = table.shape[-1]
    inside = (chosen >= 0) & (chosen < n) & (chosen == np.floor(chosen))
    index = np.where(inside, chosen, 0).astype(np.intp)
    if n == 0:
        raise ValueError(f"categorical.{name}: p has no categories")
    try:
        index, *rows = np.broadcast_arrays(index, *np.indices(table.shape[:-1]))
    except ValueError:
        raise ValueError(
            f"categorical.{name}: k of shape {chosen.shape} and p of shape {table.shape} do not fit"
        ) from None
    return table[(*rows, index)], np.asarray(np.broadcast_to(inside, index.shape))


def pmf(k: _ArrayLike, p: _ArrayLike) -> Variable:
    """The probabilities of the categorical distribution.

    Parameters
    ----------
    k : array_like or Variable
        Which category, from 0; no gradient flows to it.
    p : Variable or array_like
        (n,), the probability of each category; or (..., n), a row for each k.

    Returns
    -------
    Variable
        Of the shape that k and p without its last axis broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    p[k]; 0 where k is no category. nan, and so is the slope, where p[k] is no probability.

    Examples
    --------
    >>> from cygrad.stats import categorical
    >>> categorical.pmf([0, 1, 2], [0.25, 0.75])
    variable([0.25, 0.75, 0.  ])
    """
    picked, found = _picked(k, p, "pmf")
    return F.where(found, probability(picked), 0.0)
