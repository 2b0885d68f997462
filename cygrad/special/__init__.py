"""Special functions with scipy.special's names, differentiable to any order.

- The gamma function and its kin: gamma, gammaln, loggamma, multigammaln, digamma, psi, polygamma,
  beta, betaln; incomplete: gammainc, gammaincc, betainc, and their inverses
  gammaincinv, gammainccinv, betaincinv.
- Bessel functions: j0, j1, jn, jv, y0, y1, yn, yv; modified: i0, i1, iv, k0, k1, kv, and scaled:
  i0e, i1e, ive, k0e, k1e, kve.
- The error function and the normal distribution: erf, erfc, erfcx, erfinv, erfcinv, ndtr, ndtri,
  log_ndtr. Exponential integrals: exp1, expi.
- Entropies: entr, rel_entr, kl_div, xlogy, xlog1py.
- The logistic function and the soft maximum: expit, log_expit, logit, softmax, log_softmax,
  logsumexp.

Most are computed by scipy: `pip install 'cygrad[scipy]'`. Without it, they raise ImportError when
called; the gamma function's kin but beta and betaln, the error function's family, the entropies, the
logistic function's and the soft maximum's are there.
"""

from typing import TYPE_CHECKING

from cygrad import elsewhere
from cygrad.functions import erf, erfc
from cygrad.special.bessel import j0, j1, jn, jv, y0, y1, yn, yv
from cygrad.special.entropy import entr, kl_div, rel_entr, xlog1py, xlogy
from cygrad.special.error import erfcx, log_ndtr, ndtr
from cygrad.special.exponential_integrals import exp1, expi
from cygrad.special.gamma import (
    beta,
    betaln,
    digamma,
    gamma,
    gammaln,
    loggamma,
    multigammaln,
    polygamma,
    psi,
)
from cygrad.special.incomplete import (
    betainc,
    betaincinv,
    gammainc,
    gammaincc,
    gammainccinv,
    gammaincinv,
)
from cygrad.special.logistic import expit, log_expit, log_softmax, logit, logsumexp, softmax
from cygrad.special.modified_bessel import (
    i0,
    i0e,
    i1,
    i1e,
    iv,
    ive,
    k0,
    k0e,
    k1,
    k1e,
    kv,
    kve,
)
from cygrad.special.quantiles import erfcinv, erfinv, ndtri

__all__ = [
    "beta",
    "betainc",
    "betaincinv",
    "betaln",
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfcinv",
    "erfcx",
    "erfinv",
    "exp1",
    "expi",
    "expit",
    "gamma",
    "gammainc",
    "gammaincc",
    "gammainccinv",
    "gammaincinv",
    "gammaln",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "iv",
    "ive",
    "j0",
    "j1",
    "jn",
    "jv",
    "k0",
    "k0e",
    "k1",
    "k1e",
    "kl_div",
    "kv",
    "kve",
    "log_expit",
    "log_ndtr",
    "log_softmax",
    "loggamma",
    "logit",
    "logsumexp",
    "multigammaln",
    "ndtr",
    "ndtri",
    "polygamma",
    "psi",
    "rel_entr",
    "softmax",
    "xlog1py",
    "xlogy",
    "y0",
    "y1",
    "yn",
    "yv",
]

if not TYPE_CHECKING:  # a name that does not exist is an error for type checkers too
    __getattr__, __dir__ = elsewhere.of_module(__name__)
