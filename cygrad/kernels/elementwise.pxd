# Elementwise kernels on contiguous and on strided, broadcast memory.

cdef extern from "kernels.h" nogil:
    ctypedef void (*cg_kernel)(const double** inputs, double* out, Py_ssize_t n,
                               const double* c) noexcept nogil
    enum:
        K_COPY, K_NEG, K_ABS, K_SIGN, K_SQUARE, K_CUBE, K_RECIPROCAL, K_SQRT, K_CLIP
        K_RELU, K_LEAKY_RELU, K_ERF, K_ERFC, K_GELU_EXACT
        K_FLOOR, K_CEIL, K_TRUNC, K_RINT, K_CBRT
        K_ARCSINH, K_ARCCOSH, K_ARCTANH
        K_ADD, K_SUB, K_MUL, K_DIV, K_MAXIMUM, K_MINIMUM
        K_ARCTAN2, K_HYPOT, K_COPYSIGN, K_FMOD, K_REMAINDER, K_FLOOR_DIVIDE
        K_SCALED_DIFFERENCE, K_EQUAL, K_NOT_EQUAL, K_LESS, K_LESS_EQUAL, K_DROP, K_WHERE
        K_ADD_C, K_SUB_C, K_MUL_C, K_DIV_C, K_RSUB_C, K_RDIV_C
        K_EQUAL_C, K_NOT_EQUAL_C, K_LESS_C, K_LESS_EQUAL_C, K_GREATER_C, K_IS_NAN, K_IS_FINITE
        K_EXP_MINUS_SQUARE, K_EXP_MINUS_HALF_SQUARE
        K_EXP, K_EXPM1, K_LOG, K_LOG1P, K_LOG2, K_LOG10, K_EXP2
        K_SIN, K_COS, K_TAN, K_SINH, K_COSH, K_TANH, K_ARCSIN, K_ARCCOS, K_ARCTAN
        K_SIGMOID, K_SILU, K_GELU, K_SOFTPLUS, K_LOGADDEXP, K_LOGISTIC_LOSS
        K_GAMMA, K_GAMMALN, K_DIGAMMA, K_TRIGAMMA, K_POLYGAMMA, K_POLYGAMMA_C, K_NOT_NEGATIVE
        K_LOGADDEXP2, K_POW, K_POW_C, K_RPOW_C
        K_LOGISTIC_LOSS_SLOPE, K_LOGADDEXP_SHARE, K_LOGADDEXP2_SHARE
        K_SILU_SLOPE, K_GELU_SLOPE, K_GELU_EXACT_SLOPE
        K_EXPM1_SLOPE, K_TANH_SLOPE, K_SIGMOID_SLOPE, K_OVER_POSITIVE, K_ARCSIN_SLOPE
        K_ARCTAN_SLOPE, K_ARCSINH_SLOPE, K_ARCCOSH_SLOPE, K_ARCTANH_SLOPE, K_ARCTAN2_SLOPE
        K_STIRLING, K_STIRLING_ORDER, K_DIGAMMA_GAP, K_EXCESS_GAP, K_HALF_STEP
        K_DEVIANCE, K_LOG_RATIO, K_LOG1P_LESS, K_BALANCE, K_RATIO, K_RELATIVE, K_SHARE
        K_DIFFERENCE_REST, K_QUOTIENT_REST, K_BETALN, K_POISSON, K_BINOM, K_NBINOM
        K_GAMMA_DENSITY, K_GAMMA_TILT, K_GAMMA_LEAN, K_BETA_DENSITY, K_TILT, K_LEAN, K_LEAN_BACK
        K_DIRICHLET, K_DIRICHLET_TILT, K_DIRICHLET_LEAN, K_DIRICHLET_WHOLE
        K_DIRICHLET_FACTOR
        K_LOG1P_SQUARE, K_LOG1P_SQUARE_LESS, K_PULL, K_T_TAIL, K_T_SLOPE
        K_NORMAL_DENSITY, K_LAPLACE_DENSITY, K_EXPON_DENSITY, K_UNIFORM_DENSITY
        K_LOGISTIC_DENSITY, K_LOG_POSITIVE, K_LESS_LOG
        K_GAMMA_SCALED, K_BETA_SCALED, K_LOGNORMAL_SCALED, K_T_TAIL_SCALED
        K_INSIDE, K_FINITE_PART, K_VALID, K_WITHIN, K_COUNT, K_WHOLE, K_HITS, K_MISSES
        K_ERFCX, K_ERFCX1, K_ERFCX2, K_ERFCX_N, K_ERFC_RATIO1, K_ERFC_RATIO2, K_ERFC_RATIO_N
        K_NDTR, K_LOG_NDTR, K_INVERSE_MILLS, K_ERFINV, K_ERFCINV, K_NDTRI
        K_ERFINV_SLOPE, K_ERFCINV_SLOPE, K_NDTRI_SLOPE
        K_LOGIT, K_LOGIT_SLOPE, K_EXP_OVER, K_XLOGY, K_XLOG1PY, K_ENTR, K_REL_ENTR, K_KL_DIV
        K_XLOGY_SLOPE, K_XLOGY_RATIO, K_XLOGY_INVERSE, K_XLOG1PY_SLOPE, K_LOG_E_TIMES
        K_REL_ENTR_SLOPE, K_KL_DIV_SLOPE, K_KL_DIV_SLOPE_Y, K_ENTROPY_RATIO, K_ENTROPY_INVERSE
        K_HYPOT_X
        K_POW_X, K_POW_Y, K_POW_XX, K_POW_XY, K_POW_YY, K_POW_DERIVATIVE
        K_POW_C_X, K_POW_C_XX, K_POW_C_DERIVATIVE, K_RPOW_C_Y, K_RPOW_C_YY, K_RPOW_C_DERIVATIVE
        # Gradient kernels: G + 1 is the one that adds to its output.
        K_G_PASS, K_G_NEG, K_G_MUL, K_G_DIV, K_G_MUL_C, K_G_DIV_C, K_G_QUOTIENT
        K_G_ABS, K_G_SQUARE, K_G_CUBE, K_G_SQRT, K_G_CLIP, K_G_MAXIMUM, K_G_MINIMUM
        K_G_POW_X, K_G_POW_Y, K_G_POW_C, K_G_RPOW_C
        K_G_DROP, K_G_EXPM1, K_G_LOG, K_G_LOG1P, K_G_TAN, K_G_TANH
        K_G_ARCSIN, K_G_ARCCOS, K_G_ARCTAN, K_G_SIN, K_G_COS, K_G_SINH, K_G_COSH
        K_G_LOG2, K_G_LOG10, K_G_EXP2, K_G_CBRT, K_G_ARCSINH, K_G_ARCCOSH, K_G_ARCTANH
        K_G_EXP_MINUS_SQUARE, K_G_EXP_MINUS_HALF_SQUARE, K_G_ERFCX, K_G_NDTR, K_G_LOG_NDTR
        K_G_ERFINV, K_G_ERFCINV, K_G_NDTRI, K_G_LOGIT, K_G_XLOGY, K_G_XLOGY_Y, K_G_XLOG1PY
        K_G_ENTR, K_G_REL_ENTR, K_G_KL_DIV, K_G_KL_DIV_Y
        K_G_GAMMA, K_G_GAMMALN, K_G_DIGAMMA
        K_G_HYPOT_X, K_G_HYPOT_Y, K_G_ARCTAN2_Y, K_G_ARCTAN2_X, K_G_LOGADDEXP, K_G_LOGADDEXP_Y
        K_G_LOGADDEXP2, K_G_LOGADDEXP2_Y
        K_G_RELU, K_G_LEAKY_RELU, K_G_SIGMOID, K_G_SILU, K_G_SOFTPLUS
        K_G_LOGISTIC_LOSS, K_G_GELU, K_G_GELU_EXACT, K_G_ERF
        CG_KERNELS
    ctypedef void (*cg_cell)(double** args, Py_ssize_t n) noexcept nogil
    enum:
        CG_LSTM, CG_LSTM_STEP, CG_LSTM_GRADIENT
    ctypedef struct cg_update:
        void (*step)(double** arrays, Py_ssize_t n, const double* c) noexcept nogil
        int states

cdef enum:
    MAX_OPERANDS = 6            # inputs and output of a kernel
    LONG = 8192                 # from this many elements on, a kernel runs without the GIL

# The kernels of the instruction set chosen at import, by number; its cells of recurrent networks,
# and its update rules (updates.pxd).
cdef const cg_kernel* KERNELS
cdef const cg_cell* CELLS
cdef const cg_update* UPDATES

# Run a kernel over an array of any strides (in bytes; 0 broadcasts). operands: the inputs, then the
# output; strides[k]: those of operand k. A kernel that adds to its output finds it there. The
# caller guarantees at most MAX_NDIM axes, memory behind every element that the strides reach, and
# that the output overlaps no input but element for element.
cdef void map_strided(int kernel, int n_inputs, const double** operands,
                      const Py_ssize_t** strides, int ndim, const Py_ssize_t* shape,
                      const double* c) noexcept nogil

cdef void copy_strided(const double* source, const Py_ssize_t* source_strides, double* target,
                       const Py_ssize_t* target_strides, int ndim,
                       const Py_ssize_t* shape) noexcept nogil

cdef inline void run(int kernel, const double** inputs, double* out, Py_ssize_t n,
                     const double* c) noexcept:
    """A kernel on contiguous memory, called with the GIL held; long ones let it go."""
    if n < LONG:
        KERNELS[kernel](inputs, out, n, c)
    else:
        with nogil:
            KERNELS[kernel](inputs, out, n, c)
