/* Kernels of several results: the cells of recurrent networks, forward and backward, each one pass over
 * a row of n units; and sin and cos of the same numbers.
 * Included by loops.h once for each instruction set.
 *
 * LSTM: gates = [i f g o], each n long, before their activations; i, f, o pass through the sigmoid,
 * g through tanh, and
 *     c' = f c + i g,   t = tanh(c'),   h = o t.
 * With gh and gc the gradients of h and c', that of c' in all is  d = gc + gh o (1 - t^2),  and
 *     di = (d g) i (1 - i),  df = (d c) f (1 - f),  dg = (d i) (1 - g^2),  do = (gh t) o (1 - o),
 *     dc = d f. */

/* args: gates, c; to write: [i f g o], which may be the gates, t, h, c' */
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

/* args: x wx, where [i f g o] is written; h wh, b, c; to write: t, h, c'. The gates are
 * (x wx + b) + h wh. */
static void CG_NAME(LSTM_STEP)(double *const *args, ptrdiff_t n)
{
    double *gates = args[0];
    const double *recurrent = args[1], *b = args[2];
    double *const cell[] = {gates, args[3], gates, args[4], args[5], args[6]};
    CG_IVDEP
    for (ptrdiff_t k = 0; k < 4 * n; k++)
        gates[k] = (gates[k] + b[k]) + recurrent[k];
    CG_NAME(LSTM)(cell, n);
}

/* args: [i f g o], t, c, gh, gc; to write: the gradients of the gates and of c */
static void CG_NAME(LSTM_GRADIENT)(double *const *args, ptrdiff_t n)
{
    const double *i = args[0], *f = i + n, *g = f + n, *o = g + n;
    const double *t = args[1], *c = args[2], *gh = args[3], *gc = args[4];
    double *di = args[5], *df = di + n, *dg = df + n, *do_ = dg + n, *dc = args[6];
    CG_IVDEP
    for (ptrdiff_t k = 0; k < n; k++) {
        const double d = gc[k] + gh[k] * o[k] * (1.0 - t[k] * t[k]);
        di[k] = d * g[k] * (i[k] * (1.0 - i[k]));
        df[k] = d * c[k] * (f[k] * (1.0 - f[k]));
        dg[k] = d * i[k] * (1.0 - g[k] * g[k]);
        do_[k] = gh[k] * t[k] * (o[k] * (1.0 - o[k]));
        dc[k] = d * f[k];
    }
}

/* args: x; to write: sin x, cos x */
static void CG_NAME(SINCOS)(double *const *args, ptrdiff_t n)
{
    for (ptrdiff_t start = 0; start < n; start += CG_BLOCK)
        CG_NAME(sincos_block)(args[0] + start, args[1] + start, args[2] + start,
                              n - start < CG_BLOCK ? n - start : CG_BLOCK);
}

static const cg_cell CG_NAME(cells)[CG_CELLS] = {
    CG_NAME(LSTM), CG_NAME(LSTM_STEP), CG_NAME(LSTM_GRADIENT), CG_NAME(SINCOS)};
