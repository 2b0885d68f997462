/* The coefficients of the polynomials in the functions' cores: from the lowest power up, interpolated
 * at Chebyshev nodes in high precision. "Error" is the largest relative error of what the polynomial
 * completes, with the rounded coefficients. */
#ifndef CYGRAD_COEFFICIENTS_H
#define CYGRAD_COEFFICIENTS_H

/* exp(r) = 1 + r + r^2/2 + r^3 (odd(r^2) + r even(r^2)), |r| <= ln(2)/2; error 2^-59.2. */
static const double cg_exp_odd[5] = {
    0x1.5555555555559p-3, 0x1.111111110f7e7p-7, 0x1.a01a01af77e03p-13,
    0x1.71ddf94d67bb0p-19, 0x1.af5d2cb1f50abp-26,
};
static const double cg_exp_even[5] = {
    0x1.5555555555549p-5, 0x1.6c16c16c1ccf7p-10, 0x1.a01a018302158p-16,
    0x1.27e52b2fe62c6p-22, 0x1.1ef5260a30929p-29,
};
/* sinh(r) = r + r^3 p(r^2) and cosh(r) = 1 + r^2/2 + r^4 p(r^2), |r| <= ln(2)/2; error 2^-58.8,
 * 2^-64. */
static const double cg_sinh_poly[5] = {
    0x1.5555555555556p-3, 0x1.11111111109b3p-7, 0x1.a01a01a7c41d5p-13,
    0x1.71de0dae63bb3p-19, 0x1.af38a9b0ec855p-26,
};
static const double cg_cosh_poly[5] = {
    0x1.5555555555555p-5, 0x1.6c16c16c167e1p-10, 0x1.a01a01a47b054p-16,
    0x1.27e4e1f48534fp-22, 0x1.1f66df7fca49fp-29,
};
/* sin(r) = r + r^3 p(r^2) and cos(r) = 1 - r^2/2 + r^4 p(r^2), |r| <= pi/4; error 2^-55.5,
 * 2^-59.7. */
static const double cg_sin_poly[6] = {
    -0x1.5555555555555p-3, 0x1.1111111110ba5p-7, -0x1.a01a019e80693p-13,
    0x1.71de379252004p-19, -0x1.ae60069e53ef1p-26, 0x1.5e098556d302ep-33,
};
static const double cg_cos_poly[6] = {
    0x1.5555555555555p-5, -0x1.6c16c16c16960p-10, 0x1.a01a019f4d0edp-16,
    -0x1.27e4fa15bd814p-22, 0x1.1eeb66b683028p-29, -0x1.907c0e63adbb6p-37,
};
/* log((1 + s) / (1 - s)) = 2 s + s^3 p(s^2), |s| <= 0.1716; error 2^-57.7. */
static const double cg_log_poly[7] = {
    0x1.5555555555558p-1, 0x1.99999999952e2p-2, 0x1.2492492df148dp-2,
    0x1.c71c62e5800a1p-3, 0x1.7462b4ab2ef6bp-3, 0x1.39fe606542ddep-3,
    0x1.2b584aae78a57p-3,
};
/* tan(r) = r + r^3 p(r^2), |r| <= pi/8; error 2^-56.7. */
static const double cg_tan_poly[9] = {
    0x1.5555555555556p-2, 0x1.11111111109c2p-3, 0x1.ba1ba1bb56644p-5,
    0x1.664f47dffb55bp-6, 0x1.226e5f6fc81efp-7, 0x1.d6c7a49431963p-9,
    0x1.7eaabf7193315p-10, 0x1.288416a1bd672p-11, 0x1.4ea856bf92a43p-12,
};
/* arctan(t) = t + t^3 p(t^2), |t| <= sqrt(2) - 1; error 2^-58.1. */
static const double cg_arctan_poly[12] = {
    -0x1.5555555555555p-2, 0x1.9999999999952p-3, -0x1.249249248d684p-3,
    0x1.c71c71c2f37e8p-4, -0x1.745d165a9c002p-4, 0x1.3b139279535a8p-4,
    -0x1.110e81459346ep-4, 0x1.e19978381e052p-5, -0x1.ac761b5db4f38p-5,
    0x1.74c9760b1bea4p-5, -0x1.1aff6533dd0e5p-5, 0x1.0a5f8c60d732bp-6,
};
/* arcsin(t) = t + t^3 p(t^2), |t| <= 1/2; error 2^-57.4. */
static const double cg_arcsin_poly[13] = {
    0x1.5555555555556p-3, 0x1.3333333332ecap-4, 0x1.6db6db6e31f13p-5,
    0x1.f1c71c1db0623p-6, 0x1.6e8bb1c8209a2p-6, 0x1.1c4d35cf95421p-6,
    0x1.c9cf07674736ap-7, 0x1.782651caa6547p-7, 0x1.52420b04b37bep-7,
    0x1.65a9c4dfcf8b2p-8, 0x1.1d189408314eep-6, -0x1.e6aaa8a0a04ccp-7,
    0x1.d72b2bc8155f8p-6,
};
/* arctanh(s) = s + s^3 p(s^2), |s| <= 0.2006; error 2^-60.5 of s. */
static const double cg_arctanh_poly[8] = {
    0x1.555555555554fp-2, 0x1.999999999c29ap-3, 0x1.24924921d3bd7p-3,
    0x1.c71c749e1886bp-4, 0x1.745c478c7fd48p-4, 0x1.3b362bab7b85dp-4,
    0x1.0dc4a101a2c37p-4, 0x1.1bb05052de5dep-4,
};
/* m^(-1/3), 1 <= m <= 2; error 2^-11.9. */
static const double cg_cbrt_poly[4] = {
    0x1.8aba264bae92ap+0, -0x1.9eb461b7ddad7p-1, 0x1.455f9f4d3bc93p-2,
    -0x1.9909f1b3f8282p-5,
};
/* erf(x) = x + x p(x^2), 0 <= x <= 25/32; error 2^-55.2. */
static const double cg_erf_poly[11] = {
    0x1.06eba8214db68p-3, -0x1.812746b0379d8p-2, 0x1.ce2f21a041c9fp-4,
    -0x1.b82ce31227d97p-6, 0x1.565bccfaab1c2p-8, -0x1.c02daf4afecb5p-11,
    0x1.f9a2735a22787p-14, -0x1.f4c11b4363d33p-17, 0x1.b8d4b2d1490bcp-20,
    -0x1.54c7d2d96536cp-23, 0x1.817150e711715p-27,
};
/* erf(x) = 1 - exp(-x^2) (377/1024 + p(t)), t = (x - 5/4) / (x + 5/4), 25/32 <= x <= 6; error
 * 2^-58.0. */
static const double cg_erf_tail[15] = {
    -0x1.65b7b1e26186fp-12, -0x1.0b4ac097c96e4p-1, 0x1.29d0b82ba109ap-3,
    0x1.ce82c10345504p-6, -0x1.c4365199551a9p-7, -0x1.faa2fa1df2febp-8,
    -0x1.49cb3b28ddc45p-15, 0x1.ae396a723226cp-10, 0x1.abfd1eb9be701p-11,
    0x1.d356a9399d888p-16, -0x1.b2c7166e93f24p-13, -0x1.2b056e9ccc939p-13,
    -0x1.38c8d13fd5688p-15, 0x1.5e3d10aeb55b1p-16, 0x1.38e101ed28f1dp-15,
};
/* erfc(x) = exp(-x^2) (99/128 - 13/64 t + p(t)) / (1 + 17/16 x), t = (x - 13/4) / (x + 13/4),
 * 0 <= x <= 27.3; error 2^-57.5. */
static const double cg_erfc_poly[24] = {
    -0x1.0c16242b2b843p-5, -0x1.d5559cc243cb8p-7, 0x1.90adb4c547bf1p-4,
    -0x1.b48614df31e68p-7, -0x1.8516becc7ee36p-6, 0x1.ab6bd4e235f32p-6,
    -0x1.e6f6a21a28e02p-7, 0x1.3cd706e457b3fp-8, -0x1.61a76d40d089ep-12,
    -0x1.da57207559049p-12, 0x1.5210b8009577ep-13, 0x1.b62c4c88285c1p-16,
    -0x1.c11c6fab7bfb2p-16, -0x1.72293a05cc0f2p-21, 0x1.18ab2c3dc376ep-18,
    -0x1.133b6386aa756p-24, -0x1.76b8d2a578f53p-21, -0x1.6d94cac6a22f2p-28,
    0x1.075cba68c6205p-23, 0x1.6c48c772d6752p-27, -0x1.575a0065a3930p-26,
    -0x1.1944eaf42d59bp-28, 0x1.2477014b729c8p-29, 0x1.8b428f574cbe2p-31,
};
/* log(1 + r) = r - r^2/2 + r^3 p(r), |r| < 0.0057; error 2^-67.8. */
static const double cg_log1p_poly[6] = {
    0x1.5555555555557p-2, -0x1.0000000000002p-2, 0x1.999999976a47cp-3,
    -0x1.555555535df20p-3, 0x1.249512aa9f25cp-3, -0x1.0002822bef41dp-3,
};
/* exp(r) = 1 + r + r^2 p(r), |r| <= 0.0125, and 2^r = 1 + r p(r), |r| <= 1/128; error 2^-60.5,
 * 2^-62.2. */
static const double cg_exp_poly[5] = {
    0x1.0000000000000p-1, 0x1.555555554804ap-3, 0x1.555555554ead0p-5,
    0x1.1111644983a0ap-7, 0x1.6c1714a486f30p-10,
};
static const double cg_exp2_poly[6] = {
    0x1.62e42fefa39efp-1, 0x1.ebfbdff82c58fp-3, 0x1.c6b08d7048ec1p-5,
    0x1.3b2ab6fba483bp-7, 0x1.5d88167636ffap-10, 0x1.430923996e797p-13,
};
/* The binary digits of 2/pi, 32 a word, after 64 zeros. */
static const uint32_t cg_two_over_pi[40] = {
    0x00000000, 0x00000000, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041,
    0xfe5163ab, 0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e,
    0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b,
    0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d,
    0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab,
};

#endif
