/* What a program's C source has beside the kernels' own functions, and in place of their loops: source
 * that computes one number at a time, in C11, for any compiler and processor. definitions.py reads it.
 * Of a name that is here, and in kernels/ as well, this is the one that is taken. */

#define CG_INLINE static inline
#define CG_NOINLINE static
#define CG_IVDEP
#define CG_BLOCK 1

/* The array functions of transcendental.h and gamma_function.h: cg_f_any of a number, and cg_f of an
 * array for those that call it. */
#define CG_ARRAY(f) \
    static void cg_##f(const double *x, double *y, ptrdiff_t n) \
    { \
        for (ptrdiff_t i = 0; i < n; i++) \
            y[i] = cg_##f##_any(x[i]); \
    }

#define CG_KERNEL(f) \
    static double cg_##f##_any(double x) \
    { \
        return (cg_##f##_unsafe(x) & CG_SIGN_BIT) ? cg_##f##_beyond(x) : cg_##f##_core(x); \
    } \
    CG_ARRAY(f)

#define CG_TOTAL_KERNEL(f) \
    static double cg_##f##_any(double x) { return cg_##f##_core(x); } \
    CG_ARRAY(f)

#define CG_KERNEL_2(f) \
    static double cg_##f##_any(double x, double y) \
    { \
        const double value = cg_##f##_core(x, y); \
        return value == value ? value : cg_##f##_beyond(x, y); \
    }

#define CG_SORTED_KERNEL(f, least, middle, most, far, doubtful) \
    static double cg_##f##_any(double x) \
    { \
        double value = (double)NAN; \
        if (x >= (middle) && x < (most)) \
            return cg_##f##_large_core(x); \
        if (x >= (least) && x < (middle)) \
            return cg_##f##_small_core(x); \
        if (x <= -(least) && x > -(far)) \
            value = cg_##f##_negative_core(x); \
        return fabs(value) >= (doubtful) ? value : cg_##f##_beyond(x); \
    } \
    CG_ARRAY(f)
