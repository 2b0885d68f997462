/* What computes whole arrays in a program's C source, by the functions of numbers: definitions.py reads it
 * after them. Each gives the bits of the loop that it is named after. */

/* The sum of n numbers, a step apart, in NumPy's order: -0 is what changes nothing it is added to. */
static double cg_sum(const double *x, ptrdiff_t step, ptrdiff_t n)
{
    double r[8], sum = -0.0;
    ptrdiff_t i = 0;
    if (n > 128) {
        const ptrdiff_t half = n / 2 - n / 2 % 8;
        return cg_sum(x, step, half) + cg_sum(x + half * step, step, n - half);
    }
    if (n >= 8) {
        for (; i < 8; i++)
            r[i] = x[i * step];
        for (; i < n - n % 8; i++)
            r[i % 8] += x[i * step];
        sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    }
    for (; i < n; i++)
        sum += x[i * step];
    return sum;
}

/* The greater or the lesser of two, as NumPy has it; nan if one is nan. */
static double cg_greater(double x, double y) { return (x >= y || x != x) ? x : y; }
static double cg_lesser(double x, double y) { return (x <= y || x != x) ? x : y; }

/* ---- Routines: rows (kernels/rows.pyx) ---- */

static double cg_greatest(const double *x, ptrdiff_t n)
{
    double most = -(double)INFINITY;
    for (ptrdiff_t i = 0; i < n && most == most; i++)
        most = (x[i] > most || x[i] != x[i]) ? x[i] : most;
    return most;
}

/* Sums in four lanes; of products with y, where there is one. */
static double cg_total(const double *x, const double *y, ptrdiff_t n)
{
    double lanes[4] = {0.0, 0.0, 0.0, 0.0};
    for (ptrdiff_t i = 0; i < n; i++)
        lanes[i < n - n % 4 ? i % 4 : 0] += y ? x[i] * y[i] : x[i];
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

static double cg_rest_of(const double *x, ptrdiff_t left_out, ptrdiff_t n)
{
    return cg_total(x, NULL, left_out) + cg_total(x + left_out + 1, NULL, n - left_out - 1);
}

static ptrdiff_t cg_place(const double *x, double most, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        if (x[i] == most)
            return i;
    return 0;
}

static ptrdiff_t cg_major(const double *p, ptrdiff_t n)
{
    ptrdiff_t i = 0;
    while (i < n && !(p[i] > 0.5))
        i++;
    return i;
}

/* log(sum(exp(x - most))), in tiles of 512. */
static double cg_log_total(const double *x, double most, ptrdiff_t n)
{
    const ptrdiff_t top = cg_place(x, most, n);
    double sum = 0.0;
    for (ptrdiff_t start = 0; start < n; start += 512) {
        const ptrdiff_t length = n - start < 512 ? n - start : 512;
        double lanes[4] = {0.0, 0.0, 0.0, 0.0};
        for (ptrdiff_t i = 0; i < length; i++) {
            const double e = cg_exp_any(x[start + i] - most);
            lanes[i < length - length % 4 ? i % 4 : 0] += start + i == top && e == 1.0 ? 0.0 : e;
        }
        sum += (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
    }
    return cg_log1p_any(sum);
}

static void cg_softmax(const double *x, double *y, ptrdiff_t rows, ptrdiff_t n)
{
    for (ptrdiff_t r = 0; r < rows; r++, x += n, y += n) {
        const double most = cg_greatest(x, n);
        const ptrdiff_t top = cg_place(x, most, n);
        for (ptrdiff_t i = 0; i < n; i++) {
            const double t = cg_exp_any(x[i] - most);
            y[i] = t + t * CG_GAP_REST(x[i], most);
        }
        const double sum = n > 0 ? y[top] + cg_rest_of(y, top, n) : 0.0;
        for (ptrdiff_t i = 0; i < n; i++)
            y[i] = y[i] / sum;
    }
}

static void cg_softmax_gradient(const double *y, const double *gy, double *gx, ptrdiff_t rows,
                                ptrdiff_t n)
{
    for (ptrdiff_t r = 0; r < rows; r++, y += n, gy += n, gx += n) {
        const ptrdiff_t top = cg_major(y, n);
        const double most = top < n ? gy[top] : 0.0;
        for (ptrdiff_t i = 0; i < n; i++)
            gx[i] = gy[i] - most;
        const double sum = cg_total(gx, y, n);
        for (ptrdiff_t i = 0; i < n; i++)
            gx[i] = y[i] * (gx[i] - sum);
    }
}

static void cg_log_softmax(const double *x, double *y, ptrdiff_t rows, ptrdiff_t n)
{
    for (ptrdiff_t r = 0; r < rows; r++, x += n, y += n) {
        const double most = cg_greatest(x, n), sum = cg_log_total(x, most, n);
        for (ptrdiff_t i = 0; i < n; i++)
            y[i] = (x[i] - most) - sum;
    }
}

static void cg_log_softmax_gradient(const double *y, const double *gy, double *gx, ptrdiff_t rows,
                                    ptrdiff_t n)
{
    for (ptrdiff_t r = 0; r < rows; r++, y += n, gy += n, gx += n) {
        for (ptrdiff_t i = 0; i < n; i++)
            gx[i] = cg_exp_any(y[i]);
        const ptrdiff_t top = cg_major(gx, n);
        const double sum = cg_total(gy, NULL, n);
        const double at_top =
            top < n ? cg_rest_of(gx, top, n) * sum - cg_rest_of(gy, top, n) : 0.0;
        for (ptrdiff_t i = 0; i < n; i++)
            gx[i] = i == top ? at_top : gy[i] - gx[i] * sum;
    }
}

static void cg_logsumexp(const double *x, double *y, ptrdiff_t rows, ptrdiff_t n)
{
    for (ptrdiff_t r = 0; r < rows; r++, x += n) {
        const double most = cg_greatest(x, n);
        y[r] = most - most == 0.0 ? most + cg_log_total(x, most, n) : most;
    }
}

/* ---- Routines: lengths (functions/lengths.pyx) ----
 *
 * Powers of 2 by which the squares of x, whose sums are given, are neither lost nor too large. n: sums,
 * axes, which of them are summed, numbers in each sum, and the shape of x. */
static void cg_scales(const double *x, const double *sums, double *scales, const ptrdiff_t *n,
                      int greatest)
{
    int lost = 0;
    for (ptrdiff_t k = 0; k < n[0]; k++) {
        scales[k] = 1.0;
        lost |= !(0x1p-700 <= sums[k] && sums[k] < (double)INFINITY);
    }
    if (!lost || n[3] == 0)
        return;
    for (ptrdiff_t k = 0; k < n[0]; k++)
        scales[k] = greatest ? -(double)INFINITY : (double)INFINITY;
    for (ptrdiff_t k = 0; k < n[0] * n[3]; k++) {
        const double size = fabs(x[k]);
        ptrdiff_t sum = 0, count = 1, left = k;
        for (ptrdiff_t d = n[1] - 1; d >= 0; left /= n[4 + d], d--)
            if (!(n[2] >> d & 1)) {
                sum += left % n[4 + d] * count;
                count *= n[4 + d];
            }
        if (size != size || (greatest ? size > scales[sum] : size < scales[sum]))
            scales[sum] = size;
    }
    for (ptrdiff_t k = 0; k < n[0]; k++) {
        int exponent = 0;
        if ((sums[k] < 0x1p-700 || sums[k] == (double)INFINITY) && 0.0 < scales[k] &&
            scales[k] < (double)INFINITY)
            frexp(scales[k], &exponent);
        exponent = exponent < -1021 ? -1021 : exponent > 1021 ? 1021 : exponent;
        scales[k] = ldexp(1.0, -exponent);
    }
}

/* ---- Routines: positions that are arguments (functions/indexing.pyx), and guards on numbers ---- */

static ptrdiff_t cg_position(double x, ptrdiff_t block, ptrdiff_t size)
{
    return 0.0 <= x && x <= (double)(size / (block > 1 ? block : 1) - 1) ? (ptrdiff_t)x * block : 0;
}

static void cg_gather_at(const double *x, const double *positions, double *y, double *whole,
                         ptrdiff_t count, ptrdiff_t block, ptrdiff_t size)
{
    (void)whole;
    for (ptrdiff_t k = 0; k < count; k++)
        for (ptrdiff_t i = 0; i < block; i++)
            y[k * block + i] = x[cg_position(positions[k], block, size) + i];
}

static void cg_scatter_add_at(const double *g, const double *positions, double *x, double *whole,
                              ptrdiff_t count, ptrdiff_t block, ptrdiff_t size)
{
    (void)whole;
    for (ptrdiff_t i = 0; i < size; i++)
        x[i] = 0.0;
    for (ptrdiff_t k = 0; k < count; k++)
        for (ptrdiff_t i = 0; i < block; i++)
            x[cg_position(positions[k], block, size) + i] += g[k * block + i];
}

/* Whether all are whole numbers from low to high, or the exempt one. */
static void cg_within(const double *x, const double *exempt, double *answer, ptrdiff_t n, double low,
                      double high)
{
    *answer = 1.0;
    for (ptrdiff_t k = 0; k < n; k++)
        if (!((low <= x[k] && x[k] <= high && x[k] == floor(x[k])) || x[k] == *exempt))
            *answer = 0.0;
}

static void cg_between(const double *x, const double *exempt, double *answer, ptrdiff_t n, double low,
                       double high)
{
    (void)exempt;
    *answer = 1.0;
    for (ptrdiff_t k = 0; k < n; k++)
        if (!(low <= x[k] && x[k] <= high))
            *answer = 0.0;
}
