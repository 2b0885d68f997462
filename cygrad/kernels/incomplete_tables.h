/* Constants of the derivatives of the incomplete gamma and beta functions (incomplete_parts.h):
 * a quadrature rule, and the first terms of power series and of Stirling's; each rounded to
 * double. */
/* Nodes and weights of the Gauss-Legendre rule on [0, 1]. */
static const double cg_gauss_node[40] = {
    0x1.cdf94ca3070eap-11, 0x1.2fe1f2bf9542dp-8, 0x1.7492aec84312bp-7, 0x1.58bed3a6078a4p-6,
    0x1.1332e072735e7p-5, 0x1.9100d764edd8bp-5, 0x1.1283d2f057f02p-4, 0x1.6731b3e583bc1p-4,
    0x1.c607afc6a6241p-4, 0x1.1739e220b3b14p-3, 0x1.4fea963d0398cp-3, 0x1.8cbeac535a8e1p-3,
    0x1.cd587d6df506cp-3, 0x1.08aa49dc89aacp-2, 0x1.2c2521d2eb097p-2, 0x1.50e62688f4cb5p-2,
    0x1.76b4c1be15f78p-2, 0x1.9d56be21bd13ap-2, 0x1.c490a0f1b9f8dp-2, 0x1.ec26058da6390p-2,
    0x1.09ecfd392ce38p-1, 0x1.1db7af872303ap-1, 0x1.3154a0ef21763p-1, 0x1.44a59f20f5044p-1,
    0x1.578cecbb859a5p-1, 0x1.69ed6f168a7b5p-1, 0x1.7baadb11bb2aap-1, 0x1.8ca9e0a482be5p-1,
    0x1.9cd054eb295c8p-1, 0x1.ac055a70bf19dp-1, 0x1.ba318777d313bp-1, 0x1.c73f0a072b3b8p-1,
    0x1.d319c9834f888p-1, 0x1.ddaf85a1f5020p-1, 0x1.e6eff289b1227p-1, 0x1.eeccd1f8d8ca2p-1,
    0x1.f53a0962cfc3bp-1, 0x1.fa2db544def3bp-1, 0x1.fda03c1a80d58p-1, 0x1.ff8c81acd73e4p-1,
};
static const double cg_gauss_weight[40] = {
    0x1.284e71463c0d6p-9, 0x1.5801fe5cda0a0p-8, 0x1.0d0ae92dd2f62p-7, 0x1.6c79dab0af3a4p-7,
    0x1.c9b84cd4f2e15p-7, 0x1.121b1d8e9a250p-6, 0x1.3db419e3c9685p-6, 0x1.6763f67ce7b6cp-6,
    0x1.8eea82a7d6915p-6, 0x1.b40ae2c10a3f5p-6, 0x1.d68bed38b1964p-6, 0x1.f638825187601p-6,
    0x1.096feee7215d1p-5, 0x1.162af0fc7e7f7p-5, 0x1.2139adc432380p-5, 0x1.2a8b1efb50a42p-5,
    0x1.3210ebf5b8207p-5, 0x1.37bf7fb3ffa5fp-5, 0x1.3b8e1ab8156dfp-5, 0x1.3d76e07d01470p-5,
    0x1.3d76e07d01470p-5, 0x1.3b8e1ab8156dfp-5, 0x1.37bf7fb3ffa5fp-5, 0x1.3210ebf5b8207p-5,
    0x1.2a8b1efb50a42p-5, 0x1.2139adc432380p-5, 0x1.162af0fc7e7f7p-5, 0x1.096feee7215d1p-5,
    0x1.f638825187601p-6, 0x1.d68bed38b1964p-6, 0x1.b40ae2c10a3f5p-6, 0x1.8eea82a7d6915p-6,
    0x1.6763f67ce7b6cp-6, 0x1.3db419e3c9685p-6, 0x1.121b1d8e9a250p-6, 0x1.c9b84cd4f2e15p-7,
    0x1.6c79dab0af3a4p-7, 0x1.0d0ae92dd2f62p-7, 0x1.5801fe5cda0a0p-8, 0x1.284e71463c0d6p-9,
};
/* 1 / gamma(1 + z) = sum of c[k] z^k, |z| <= 1/2 */
static const double cg_rgamma_poly[23] = {
    0x1.0000000000000p+0, 0x1.2788cfc6fb619p-1, -0x1.4fcf4026afa2ep-1, -0x1.5815e8fa27048p-5,
    0x1.5512320b43fbep-3, -0x1.59af103c34092p-5, -0x1.3b4af28483e21p-7, 0x1.d919c527f60b2p-8,
    -0x1.317112ce3a2a8p-10, -0x1.c364fe6f1563dp-13, 0x1.0c8a78cd9f9d2p-13, -0x1.51ce8af47eabep-16,
    -0x1.4fad41fc34fbbp-20, 0x1.302509dbc0de3p-20, -0x1.b9986666c225dp-23, 0x1.a44b7ba22d629p-28,
    0x1.57bc3fc384334p-28, -0x1.44b4cedca388fp-30, 0x1.cae7675c18607p-34, 0x1.11d065bfaf067p-37,
    -0x1.0423bac8ca3fbp-38, 0x1.1f20151323cd0p-41, -0x1.72cb88ea5ae6ep-46,
};
/* log gamma(z) - ((z - 1/2) log z - z + log(2 pi) / 2) = (1/z) sum of c[k] z^(-2 k), z >= 10 */
static const double cg_stirling_poly[8] = {
    0x1.5555555555555p-4, -0x1.6c16c16c16c17p-9, 0x1.a01a01a01a01ap-11, -0x1.3813813813814p-11,
    0x1.b951e2b18ff23p-11, -0x1.f6ab0d9993c7dp-10, 0x1.a41a41a41a41ap-8, -0x1.e4286cb0f5398p-6,
};
/* log z - digamma(z) - 1 / (2 z) = sum of c[k] z^(-2 k - 2) */
static const double cg_digamma_poly[8] = {
    0x1.5555555555555p-4, -0x1.1111111111111p-7, 0x1.0410410410410p-8, -0x1.1111111111111p-8,
    0x1.f07c1f07c1f08p-8, -0x1.5995995995996p-6, 0x1.5555555555555p-4, -0x1.c5e5e5e5e5e5ep-2,
};
/* trigamma(z) - 1/z - 1/(2 z^2) = (1/z) sum of c[k] z^(-2 k - 2) */
static const double cg_trigamma_poly[8] = {
    0x1.5555555555555p-3, -0x1.1111111111111p-5, 0x1.8618618618618p-6, -0x1.1111111111111p-5,
    0x1.364d9364d9365p-4, -0x1.0330330330330p-2, 0x1.2aaaaaaaaaaabp+0, -0x1.c5e5e5e5e5e5ep+2,
};
/* (exp(v) - 1 - v) / v^2, |v| <= 1/2 */
static const double cg_exp_rest_poly[15] = {
    0x1.0000000000000p-1, 0x1.5555555555555p-3, 0x1.5555555555555p-5, 0x1.1111111111111p-7,
    0x1.6c16c16c16c17p-10, 0x1.a01a01a01a01ap-13, 0x1.a01a01a01a01ap-16, 0x1.71de3a556c734p-19,
    0x1.27e4fb7789f5cp-22, 0x1.ae64567f544e4p-26, 0x1.1eed8eff8d898p-29, 0x1.6124613a86d09p-33,
    0x1.93974a8c07c9dp-37, 0x1.ae7f3e733b81fp-41, 0x1.ae7f3e733b81fp-45,
};
/* (arctanh(r) - r) / r^3 in r^2, |r| <= 0.15 */
static const double cg_log_rest_poly[10] = {
    0x1.5555555555555p-2, 0x1.999999999999ap-3, 0x1.2492492492492p-3, 0x1.c71c71c71c71cp-4,
    0x1.745d1745d1746p-4, 0x1.3b13b13b13b14p-4, 0x1.1111111111111p-4, 0x1.e1e1e1e1e1e1ep-5,
    0x1.af286bca1af28p-5, 0x1.8618618618618p-5,
};
/* ((m - log(1 + m)) 2 / m^2 - 1) / m, |m| <= 2^-7 */
static const double cg_deviance_poly[9] = {
    -0x1.5555555555555p-1, 0x1.0000000000000p-1, -0x1.999999999999ap-2, 0x1.5555555555555p-2,
    -0x1.2492492492492p-2, 0x1.0000000000000p-2, -0x1.c71c71c71c71cp-3, 0x1.999999999999ap-3,
    -0x1.745d1745d1746p-3,
};
