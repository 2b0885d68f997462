/* The cells of recurrent networks, forward and backward, each one pass over a row of n units.
 * Included by loops.h once for each instruction set.
 *
 * LSTM: gates = [i f g o], each n long, before their activations; i, f, o pass through the sigmoid,
 * g through tanh, and
 *     c' = f c + i g,   t = tanh(c'),   h = o t.
 * With gh and gc the gradients of h and c', that of c' in all is  d = gc + gh o (1 - t^2),  and
 *     di = (d g) i (1 - i),  df = (d c) f (1 - f),  dg = (d i) (1 - g^2),  do = (gh t) o (1 - o),
 *     dc = d f. */

/* args: gates, c; to write: [i f g o], t, h, c' */
static void CG_NAME(LSTM)(double *const *args, ptrdiff_t n)
{
    const double *gates = args[0], *c = args[1];
    double *i = args[2], *f = i + n, *g = f + n, *o = g + n;
    double *t = args[3], *h = args[4], *next = args[5];
    CG_SIGMOID(gates, i, 2 * n);
    CG_TANH(gates + 2 * n, g, n);
    CG_SIGMOID(gates + 3 * n, o, n);
    CG_IVDEP
    for (ptrdiff_t k = 0; k < n; k++)
        next[k] = f[k] * c[k] + i[k] * g[k];
    CG_TANH(next, t, n);
    CG_IVDEP
    for (ptrdiff_t k = 0; k < n; k++)
        h[k] = o[k] * t[k];
}

/* args: [i f g o], t, c, gh, gc; to write: the gradient of the gates */
static void CG_NAME(LSTM_GATES)(double *const *args, ptrdiff_t n)
{
    const double *i = args[0], *f = i + n, *g = f + n, *o = g + n;
    const double *t = args[1], *c = args[2], *gh = args[3], *gc = args[4];
    double *di = args[5], *df = di + n, *dg = df + n, *do_ = dg + n;
    CG_IVDEP
    for (ptrdiff_t k = 0; k < n; k++) {
        const double d = gc[k] + gh[k] * o[k] * (1.0 - t[k] * t[k]);
        di[k] = d * g[k] * (i[k] * (1.0 - i[k]));
        df[k] = d * c[k] * (f[k] * (1.0 - f[k]));
        dg[k] = d * i[k] * (1.0 - g[k] * g[k]);
        do_[k] = gh[k] * t[k] * (o[k] * (1.0 - o[k]));
    }
}

/* args: [i f g o], t, c, gh, gc; to write: the gradient of c */
static void CG_NAME(LSTM_STATE)(double *const *args, ptrdiff_t n)
{
    const double *f = args[0] + n, *o = args[0] + 3 * n;
    const double *t = args[1], *gh = args[3], *gc = args[4];
    double *dc = args[5];
    CG_IVDEP
    for (ptrdiff_t k = 0; k < n; k++)
        dc[k] = (gc[k] + gh[k] * o[k] * (1.0 - t[k] * t[k])) * f[k];
}

static const cg_cell CG_NAME(cells)[CG_CELLS] = {
    CG_NAME(LSTM), CG_NAME(LSTM_GATES), CG_NAME(LSTM_STATE)};
