/* What extensions of cygrad share with it, for C and for the Cython declarations in interface.pxd.
 * The folder of this file is cygrad.get_include().
 *
 * All of it is part of the binary interface: a change of a line here, or of a method or its place
 * in interface.pxd, needs a new number of the interface (abi.py). */
#ifndef CYGRAD_H
#define CYGRAD_H

#include <Python.h>

/* Contiguous float64 numbers in C order; what is only read, and what is to be written. */
typedef struct {
    const double *data;
    Py_ssize_t size;            /* number of elements */
    int ndim;
    const Py_ssize_t *shape;    /* ndim lengths */
} cygrad_const_array;

typedef struct {
    double *data;
    Py_ssize_t size;
    int ndim;
    int wanted;                 /* 0: what is written is thrown away, and need not be computed */
    const Py_ssize_t *shape;
} cygrad_array;

/* A Function's size, and nothing else about it: subclasses begin with it. */
typedef struct {
    PyObject_HEAD
    void *reserved[11];
} cygrad_function;

#endif
