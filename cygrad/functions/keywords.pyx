"""Keywords of other libraries, such as dim=, of functions that have others: the TypeError says so.

At no cost where nothing is wrong: the C function behind a function of ours is called by another,
which looks at the keywords when that has failed. elsewhere.py says what to write.
"""

from cygrad.elsewhere import keyword_error

cdef extern from *:
    """
    static vectorcallfunc cg_function_call = NULL;  // of compiled functions that take keywords
    static vectorcallfunc cg_method_call = NULL;    // of methods of extension types
    static PyObject* cg_explain = NULL;

    static int cg_fails_by_keyword(PyObject* kwnames) {
        return kwnames != NULL && PyTuple_GET_SIZE(kwnames) > 0 &&
               PyErr_ExceptionMatches(PyExc_TypeError);
    }

    static PyObject* cg_explained(PyObject* f, PyObject* kwnames) {
        PyObject *kind, *value, *traceback, *better;
        PyErr_Fetch(&kind, &value, &traceback);
        PyErr_NormalizeException(&kind, &value, &traceback);
        better = PyObject_CallFunctionObjArgs(cg_explain, f, value, kwnames, NULL);
        if (better == NULL) {
            PyErr_Clear();
        } else if (better != Py_None) {
            Py_DECREF(kind);
            Py_DECREF(value);
            Py_XDECREF(traceback);
            PyErr_SetObject((PyObject*)Py_TYPE(better), better);
            Py_DECREF(better);
            return NULL;
        } else {
            Py_DECREF(better);
        }
        PyErr_Restore(kind, value, traceback);
        return NULL;
    }

    static PyObject* cg_call_function(PyObject* f, PyObject* const* args, size_t nargsf,
                                      PyObject* kwnames) {
        PyObject* result;
        if (kwnames == NULL)
            return cg_function_call(f, args, nargsf, NULL);
        result = cg_function_call(f, args, nargsf, kwnames);
        return result == NULL && cg_fails_by_keyword(kwnames) ? cg_explained(f, kwnames) : result;
    }

    static PyObject* cg_call_method(PyObject* f, PyObject* const* args, size_t nargsf,
                                    PyObject* kwnames) {
        PyObject* result;
        if (kwnames == NULL)
            return cg_method_call(f, args, nargsf, NULL);
        result = cg_method_call(f, args, nargsf, kwnames);
        return result == NULL && cg_fails_by_keyword(kwnames) ? cg_explained(f, kwnames) : result;
    }

    static vectorcallfunc* cg_call_of(PyObject* f) {
        if (!PyType_HasFeature(Py_TYPE(f), Py_TPFLAGS_HAVE_VECTORCALL) ||
            Py_TYPE(f)->tp_vectorcall_offset <= 0)
            return NULL;
        return (vectorcallfunc*)((char*)f + Py_TYPE(f)->tp_vectorcall_offset);
    }

    /* `sample` is a function of the same kind and of nobody else's: its call is the plain one. */
    static void cg_explain_keywords(PyObject* f, PyObject* sample, PyObject* explain) {
        vectorcallfunc *call = cg_call_of(f), *plain = cg_call_of(sample);
        cg_explain = explain;
        if (call == NULL || plain == NULL)
            return;
        if (Py_IS_TYPE(f, &PyMethodDescr_Type)) {
            if (cg_method_call == NULL)
                cg_method_call = *call;
            if (*call == cg_method_call)
                *call = cg_call_method;
        } else if (Py_IS_TYPE(f, Py_TYPE(sample)) &&
                   PyCFunction_GET_FLAGS(f) == PyCFunction_GET_FLAGS(sample)) {
            cg_function_call = *plain;
            *call = cg_call_function;
        }
    }
    """
    void cg_explain_keywords(object f, object sample, object explain)


def sample(x, axis=None):
    """A function of the kind of those that are explained."""


def explained(function, module=None):
    """The function itself; a function in Python inside one that explains, as it cannot itself.

    `module` is where that is found by its name, if it is not where the function is.
    """
    if hasattr(function, "__code__") and hasattr(function, "__globals__") and not (
            type(function) is type(sample)):
        return wrapped(function, module or function.__module__)
    cg_explain_keywords(function, sample, keyword_error)
    return function


cdef object wrapped(object function, str module):
    def call(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            if kwargs:
                better = keyword_error(function, error, tuple(kwargs))
                if better is not None:
                    raise better from None
            raise

    for name in ("__name__", "__qualname__", "__doc__"):
        setattr(call, name, getattr(function, name))
    call.__module__ = module
    call.__wrapped__ = function
    return call
