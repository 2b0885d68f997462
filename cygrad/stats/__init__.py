"""Log-densities, distribution functions and quantiles with scipy.stats' names and arguments.

A module a distribution: `from cygrad.stats import norm`, then `norm.logpdf(x, loc, scale)`. Of
numbers: beta, cauchy, chi2, expon, gamma, laplace, logistic, lognorm, norm, t, uniform, each with
`cdf` and `ppf`; of vectors: dirichlet, multivariate_normal; of counts: bernoulli, binom, categorical,
nbinom, poisson. The gradients are to x and to all real parameters, to any order; those of cdf and ppf
by shapes to the second, by t's df to the first. Of beta, chi2, gamma and t, cdf and ppf need scipy:
`pip install 'cygrad[scipy]'`.
"""

from typing import TYPE_CHECKING

from cygrad import elsewhere
from cygrad.stats import (
    bernoulli,
    beta,
    binom,
    categorical,
    cauchy,
    chi2,
    dirichlet,
    expon,
    gamma,
    laplace,
    logistic,
    lognorm,
    multivariate_normal,
    nbinom,
    norm,
    poisson,
    t,
    uniform,
)

__all__ = [
    "bernoulli",
    "beta",
    "binom",
    "categorical",
    "cauchy",
    "chi2",
    "dirichlet",
    "expon",
    "gamma",
    "laplace",
    "logistic",
    "lognorm",
    "multivariate_normal",
    "nbinom",
    "norm",
    "poisson",
    "t",
    "uniform",
]

if not TYPE_CHECKING:  # a name that does not exist is an error for type checkers too
    __getattr__, __dir__ = elsewhere.of_module(__name__)
