# What other packages may cimport; interface.pxd says what each of these is. The other .pxd files
# of cygrad are its own: they change without notice, and nothing guards who compiles against them.

from cygrad.interface cimport (
    Array, CFunction_1 as CFunction, ConstArray, Function, Variable, apply, apply_many, as_variable,
    data_of, grad_of, size_of, wrap,
)
