/* Derivatives of the incomplete gamma and beta functions by all their arguments. */
#ifndef CYGRAD_INCOMPLETE_H
#define CYGRAD_INCOMPLETE_H

#include <stddef.h>

/* P is gammainc(a, x), f its density, the derivative by x. */
enum {
    CG_GAMMA_DENSITY, /* f = x^(a - 1) e^-x / gamma(a), and its derivatives by x and a */
    CG_GAMMA_DENSITY_X,
    CG_GAMMA_DENSITY_A,
    CG_GAMMA_LOG, /* the derivative of log f by a: log x - digamma(a) */
    CG_GAMMA_A,   /* those of P */
    CG_GAMMA_AA,
    CG_GAMMA_SLOPE_A, /* the same over -f: dx/da where P is kept, and so on */
    CG_GAMMA_SLOPE_AA
};

/* I is betainc(a, b, x), f its density. */
enum {
    CG_BETA_DENSITY, /* f = x^(a - 1) y^(b - 1) / B(a, b), y = 1 - x, and its derivatives */
    CG_BETA_DENSITY_X,
    CG_BETA_DENSITY_A,
    CG_BETA_DENSITY_B,
    CG_BETA_LOG_A, /* the derivatives of log f by a and by b */
    CG_BETA_LOG_B,
    CG_BETA_A, /* those of I */
    CG_BETA_B,
    CG_BETA_AA,
    CG_BETA_AB,
    CG_BETA_BB,
    CG_BETA_SLOPE_A, /* the same over -f: dx/da where I is kept, and so on */
    CG_BETA_SLOPE_B,
    CG_BETA_SLOPE_AA,
    CG_BETA_SLOPE_AB,
    CG_BETA_SLOPE_BB
};

/* T is Student's distribution function of n degrees of freedom, f its density. */
enum {
    CG_STUDENT_LOG_DF,  /* d log f / dn */
    CG_STUDENT_DF,      /* dT/dn */
    CG_STUDENT_SLOPE_DF /* -dT/dn / f: dx/dn where T is kept */
};

/* One for each instruction set (kernels.h). */
/* Of a and x, or n and x. */
typedef void (*cg_gamma_derivative)(int kind, const double *a, const double *x, double *out,
                                    ptrdiff_t count);

/* Of x and y = 1 - x, the smaller counts: only it has all its digits. */
typedef void (*cg_beta_derivative)(int kind, const double *a, const double *b, const double *x,
                                   const double *y, double *out, ptrdiff_t n);

cg_gamma_derivative cg_gamma_derivatives(int isa);
cg_beta_derivative cg_beta_derivatives(int isa);
cg_gamma_derivative cg_student_derivatives(int isa);

#endif
