/* The coefficients of the polynomials in gamma_function.h, made as those of coefficients.h are;
 * "error" means the same. */
#ifndef CYGRAD_GAMMA_COEFFICIENTS_H
#define CYGRAD_GAMMA_COEFFICIENTS_H

/* lgamma(x) = (x - 1/2) log(x) - x + log(2 pi)/2 + p(1/x^2)/x, x >= 5/2; error 2^-54.0. */
static const double cg_stirling_poly[16] = {
    0x1.5555555555555p-4, -0x1.6c16c16c16703p-9, 0x1.a01a019d6c3cfp-11,
    -0x1.38137ef35984bp-11, 0x1.b950dc1933042p-11, -0x1.f686679392178p-10,
    0x1.a260aed9459bcp-8, -0x1.d53e40e407fb6p-6, 0x1.3f3fb58a10829p-3,
    -0x1.cd2ed3d50b25fp-1, 0x1.3684e81931d87p+2, -0x1.5f46de2a4d62dp+4,
    0x1.32cea5bc4cb65p+6, -0x1.7b5372fde612fp+7, 0x1.2400b8428c1bdp+8,
    -0x1.a231add60b452p+7,
};
/* lgamma(u) = (u - 1) (u - 2) (1/2 + p(u - 7/4)), 1 <= u <= 5/2; error 2^-54.8. */
static const double cg_lgamma_poly[24] = {
    -0x1.987570fb190bfp-5, -0x1.e96586307946dp-4, 0x1.6cb6251711bdfp-5,
    -0x1.382e176f60e30p-6, 0x1.1f9587f9e12cep-7, -0x1.14f7c58e6b3cep-8,
    0x1.12aa7316d1029p-9, -0x1.16056292c81b4p-10, 0x1.1daecd68c8849p-11,
    -0x1.28f25de8b949ap-12, 0x1.3777b2c15494cp-13, -0x1.49192a04fab9fp-14,
    0x1.5db6967a4df86p-15, -0x1.75ab539dc971fp-16, 0x1.9347f4dbd53ecp-17,
    -0x1.b28794364fa98p-18, 0x1.bc68ef02f2c48p-19, -0x1.e160e02bb4de7p-20,
    0x1.63bb98dc66c77p-20, -0x1.84ce16a6d383cp-21, -0x1.2f17440177a1ep-26,
    0x1.80b7fb5904272p-27, 0x1.25c208dd1bb21p-22, -0x1.439cfe9d0323cp-23,
};
/* digamma(x) = log(x) - 1/(2 x) - p(1/x^2)/x^2, x >= 2; error 2^-54.0. */
static const double cg_digamma_tail[20] = {
    0x1.5555555555555p-4, -0x1.111111111028cp-7, 0x1.04104100379f7p-8,
    -0x1.11110dc6e6364p-8, 0x1.f07a9ae8b6d49p-8, -0x1.5979a8d63d0c2p-6,
    0x1.53f4b28fd11d9p-4, -0x1.b93056efe5c75p-2, 0x1.59b873b1b18c2p+1,
    -0x1.25289bcf15a99p+4, 0x1.e47c90df001c2p+6, -0x1.688dbc4669b93p+9,
    0x1.ca4cc32c7850fp+11, -0x1.df59217a21a3bp+13, 0x1.90111536a4c3ep+15,
    -0x1.0208b5af0d748p+17, 0x1.ed9c9d5a649e0p+17, -0x1.489b141f3be14p+18,
    0x1.0f41c762a2595p+18, -0x1.a18c44f9b0077p+16,
};
/* digamma(u) = (u - z) (1 + p(u - 3/2)), z the zero, 1 <= u <= 2; error 2^-55.7. */
static const double cg_digamma_poly[24] = {
    -0x1.90f34478c9e9ap-5, -0x1.b1cb63005ee96p-2, 0x1.eca189b8e6f7bp-3,
    -0x1.2feeeb98a7e14p-3, 0x1.8512e59037f3fp-4, -0x1.fb4420299c39ep-5,
    0x1.4de9aa17fed5cp-5, -0x1.b9f8b14eb372ep-6, 0x1.256471573c163p-6,
    -0x1.8635595c28480p-7, 0x1.03c0b29031197p-7, -0x1.5a07ffdcf1525p-8,
    0x1.cd1f2dbc0dbedp-9, -0x1.335166d938f39p-9, 0x1.99e14548a2d9bp-10,
    -0x1.1138fd323dc0cp-10, 0x1.69be71d89ad40p-11, -0x1.e24e3f4fdc1dcp-12,
    0x1.56ae8897d5d3dp-12, -0x1.c8e71b670fd14p-13, 0x1.80c273fb322c5p-14,
    -0x1.0081238b97022p-14, 0x1.0080971c5617fp-13, -0x1.5600aebc07538p-14,
};
/* trigamma(x) = 1/x + 1/(2 x^2) + p(1/x^2)/x^3, x >= 2; error 2^-51.6. */
static const double cg_trigamma_tail[20] = {
    0x1.5555555555554p-3, -0x1.111111110c101p-5, 0x1.86186170dcbcfp-6,
    -0x1.111107f7e3e40p-5, 0x1.364b790b7d9a6p-4, -0x1.030945f662228p-2,
    0x1.28bc3dee736d9p+0, -0x1.b3ea746ff8f10p+2, 0x1.76fc7c0c0fceap+5,
    -0x1.52e2282ac2b20p+8, 0x1.23b7e4c0d5847p+11, -0x1.bd9ec0d8315d3p+13,
    0x1.20080111bfb0dp+16, -0x1.30b2cf51e8539p+18, 0x1.005457e782052p+20,
    -0x1.4c8f90351f6c4p+21, 0x1.3f75ff8e5de67p+22, -0x1.aabfd6cca6309p+22,
    0x1.61306b952b4e5p+22, -0x1.10669057b3371p+21,
};
/* trigamma(u) = 15/16 + p(u - 3/2), 1 <= u <= 2; error 2^-54.3. */
static const double cg_trigamma_poly[24] = {
    -0x1.619b20dd10d45p-9, -0x1.a85808a40aba2p-1, 0x1.68ba30a4209cbp-1,
    -0x1.287825428e791p-1, 0x1.da2d963cf4feep-2, -0x1.72d7487c2cf20p-2,
    0x1.1cc1377e636e6p-2, -0x1.aeb6f1592c25dp-3, 0x1.41a51b16abc2ep-3,
    -0x1.db4d84215ae01p-4, 0x1.5c0862937a6ffp-4, -0x1.f9c71f9e0d580p-5,
    0x1.6d12a5fda3eb8p-5, -0x1.060554361de44p-5, 0x1.769109d1fab74p-6,
    -0x1.0a5285c481f9cp-6, 0x1.752eed64fef75p-7, -0x1.07771574034f4p-7,
    0x1.94f0cc5cabf1ap-8, -0x1.1bdea78a85d21p-8, 0x1.b07724a9f5f52p-10,
    -0x1.2fede2fdd43b7p-10, 0x1.7e086a8510d6cp-9, -0x1.091a3d5ef22acp-9,
};
/* sin(j pi/64) as a sum of two doubles, the first of 26 bits */
static const double cg_sine_table[33] = {
    0x0.0p+0, 0x1.91f65fp-5, 0x1.917a6cp-4, 0x1.2c8107p-3, 0x1.8f8b84p-3, 0x1.f19f978000000p-3,
    0x1.294063p-2, 0x1.58f9a78000000p-2, 0x1.87de2a8000000p-2, 0x1.b5d1008000000p-2,
    0x1.e2b5d38000000p-2, 0x1.0738798000000p-1, 0x1.1c73b38000000p-1, 0x1.30ff80p-1,
    0x1.44cf328000000p-1, 0x1.57d6938000000p-1, 0x1.6a09e68000000p-1, 0x1.7b5df2p-1,
    0x1.8bc8068000000p-1, 0x1.9b3e048000000p-1, 0x1.a9b6628000000p-1, 0x1.b728348000000p-1,
    0x1.c38b2fp-1, 0x1.ced7af8000000p-1, 0x1.d906bdp-1, 0x1.e212108000000p-1,
    0x1.e9f4158000000p-1, 0x1.f0a7ef8000000p-1, 0x1.f6297dp-1, 0x1.fa7558p-1, 0x1.fd88dap-1,
    0x1.ff621ep-1, 0x1.000000p+0,
};
static const double cg_sine_table_lo[33] = {
    0x0.0p+0, 0x1.0dd813e6ed42fp-33, -0x1.eb25ea0f138c7p-31, -0x1.719ec5dd9ffebp-31,
    -0x1.cb2cfaa4da337p-30, 0x1.90af8d57a4222p-30, -0x1.2a60fa574a369p-30,
    -0x1.2a701180f7ee0p-29, -0x1.51569d2e59dbap-30, 0x1.e15cc02b66c59p-30,
    0x1.bd8ec78362475p-36, 0x1.22ffed9697fafp-29, 0x1.ae68c86c9774ap-29,
    -0x1.8f47e58f7e631p-28, -0x1.7b7114f3fc4afp-28, -0x1.b989b02eae413p-28,
    -0x1.80c4336f74d05p-29, 0x1.3557d76f0ac85p-28, 0x1.8a8ba05a743dap-28,
    -0x1.8f17e98771434p-34, 0x1.0ea1a3033ec62p-29, -0x1.7348e1378d3e6p-28,
    0x1.80bdb0d23e9d1p-29, -0x1.e19c46879edafp-28, -0x1.9ae573aea067cp-30,
    -0x1.84bc8da0298eep-28, -0x1.39d225a27d387p-29, 0x1.c9186b952c7aep-28,
    -0x1.1469faa77a357p-34, -0x1.eeb5d2bd05465p-30, 0x1.e89292cf04139p-28,
    0x1.bcb6bef1d421fp-28, 0x0.0p+0,
};

#define CG_DIGAMMA_ZERO_HI 0x1.762d86356be3fp+0
#define CG_DIGAMMA_ZERO_LO 0x1.b86a722197829p-54
#define CG_HALF_LOG_2PI_HI 0x1.d67f1c864beb5p-1
#define CG_HALF_LOG_2PI_LO -0x1.65b5a1b7ff5dfp-55
#define CG_PI_HI 0x1.921fb54442d18p+1
#define CG_PI_LO 0x1.1a62633145c07p-53

#endif
