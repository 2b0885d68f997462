/* How a compiled module finds the modules that it cimports from: setup.py includes this everywhere.
 *
 * Cython imports each of them by PyImport_ImportModule, once for its types, once for its functions.
 * PyImport_ImportModule("cygrad.core.layout") also imports `cygrad`, and as that is not done yet, it
 * asks for a lock, in Python. PyImport_GetModule looks for the module itself, and only waits where
 * another thread is importing that. It saves a sixth of the instructions of `import cygrad`. */
#ifndef CG_IMPORTS_H
#define CG_IMPORTS_H
#ifndef PY_SSIZE_T_CLEAN
#define PY_SSIZE_T_CLEAN
#endif
#include <Python.h>

static inline PyObject* cg_import_module(const char* name) {
    PyObject *key = PyUnicode_FromString(name), *module;
    if (key == NULL)
        return NULL;
    module = PyImport_GetModule(key);
    Py_DECREF(key);
    if (module == NULL && PyErr_Occurred())
        return NULL;
    if (module != NULL && module != Py_None) // None: it may not be imported
        return module;
    Py_XDECREF(module);
    return PyImport_ImportModule(name);
}

#define PyImport_ImportModule cg_import_module
#endif
