/* Functions of one element that are too long for a line of kernels.def. */
#ifndef CYGRAD_SCALAR_H
#define CYGRAD_SCALAR_H

#include <math.h>

/* Python's x % y, as NumPy has it: the sign is y's, zeros included; nan where y is 0. */
static inline double cg_remainder(double x, double y)
{
    double r = fmod(x, y);
    if (r == 0)
        return copysign(0.0, y);
    return ((y < 0) != (r < 0) && y == y) ? r + y : r;
}

/* Python's x // y, as NumPy has it: the whole number for which x = quotient y + remainder. */
static inline double cg_floor_divide(double x, double y)
{
    double r = fmod(x, y), quotient, whole;
    if (y == 0)
        return x / y;
    quotient = (x - r) / y;
    if (r != 0 && (y < 0) != (r < 0))
        quotient -= 1.0;
    if (quotient == 0)
        return copysign(0.0, x / y);
    whole = floor(quotient);
    return (quotient - whole > 0.5) ? whole + 1.0 : whole;
}

#endif
