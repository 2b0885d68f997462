"""linalg, special and stats: what they return."""

from typing import assert_type

import numpy as np

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA
from cygrad import Variable, special
from cygrad.stats import multivariate_normal, norm, poisson

a = cg.Variable([[4.0, 1.0], [1.0, 3.0]])
b = np.array([1.0, 2.0])

assert_type(LA.inv(a), Variable)
assert_type(LA.solve(a, b), Variable)
assert_type(LA.solve_triangular(a, b, trans="T", lower=True), Variable)
assert_type(LA.cholesky(a, upper=True), Variable)
assert_type(LA.det([[1.0, 2.0], [3.0, 4.0]]), Variable)
assert_type(LA.expm(a), Variable)
assert_type(LA.sqrtm(a), Variable)
assert_type(LA.logm(a), Variable)
assert_type(LA.matrix_function(F.exp, a), Variable)
assert_type(LA.matrix_function(lambda w: 1.0 / w, a), Variable)
assert_type(LA.norm(a, "nuc"), Variable)
assert_type(LA.qr(a, "r"), Variable)
assert_type(LA.qr(a).Q, Variable)

sign, logabsdet = LA.slogdet(a)
assert_type(sign, Variable)
w, v = LA.eigh(a)
assert_type(w, Variable)
u, s, vh = LA.svd(a)
assert_type(vh, Variable)
x, residuals, rank, values = LA.lstsq(a, b)
assert_type(x, Variable)
assert_type(rank, int)

assert_type(special.gammaln(2.5), Variable)
assert_type(special.betainc(1.0, 2.0, b), Variable)
assert_type(norm.logpdf(b, 0.0, scale=2.0), Variable)
assert_type(poisson.logpmf([1, 2], mu=b), Variable)
assert_type(multivariate_normal.logpdf(b, cov=a), Variable)

likelihood = multivariate_normal.logpdf(b, cov=a) + norm.logpdf(b).sum()
likelihood.backward()
assert a.grad.shape == (2, 2)
