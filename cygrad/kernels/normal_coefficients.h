/* The coefficients of normal_distribution.h and normal_quantiles.h, made as those of coefficients.h.
 * E_n(x) is exp(x^2) times the n-th repeated integral of erfc. */
#ifndef CYGRAD_NORMAL_COEFFICIENTS_H
#define CYGRAD_NORMAL_COEFFICIENTS_H

/* erfcx(x) (1 + 17/16 x) = 99/128 - 13/64 t + p(t), t = (x - 13/4) / (x + 13/4), x >= 0; error
 * 2^-57.3. */
static const double cg_erfcx_poly[26] = {
    -0x1.0c16242b2b843p-5, -0x1.d5559cc243cb1p-7, 0x1.90adb4c547be5p-4,
    -0x1.b48614df32231p-7, -0x1.8516becc7e5b2p-6, 0x1.ab6bd4e23ad3ap-6,
    -0x1.e6f6a21a38e74p-7, 0x1.3cd706e2f25cbp-8, -0x1.61a76d372dac6p-12,
    -0x1.da571f98579f2p-12, 0x1.5210b85d95474p-13, 0x1.b62bfaffe8824p-16,
    -0x1.c11ca1816e265p-16, -0x1.72038d2459faep-21, 0x1.18af7152846fep-18,
    -0x1.15fd6020a96dap-24, -0x1.77209050d0b05p-21, -0x1.2e26bfa8b0e73p-28,
    0x1.0a5959ae451a8p-23, 0x1.53ad5cf1eb0afp-27, -0x1.71f9db3963975p-26,
    -0x1.0fbb696959390p-28, 0x1.a8cec7a790978p-29, 0x1.efae361abe3acp-31,
    -0x1.1a1d404d0ccd1p-32, -0x1.b1cf8f3348f9ap-34,
};
/* 2 (x + 7/8) E_1(x) / E_0(x) = 35/32 + p(t), t = (x - 3) / (x + 3), x >= 0; error 2^-55.6. */
static const double cg_erfc_ratio1[31] = {
    0x1.552db5931c7ddp-4, -0x1.44e88e848c6f9p-3, -0x1.fd7c681cc5a77p-4,
    0x1.74864d4a8427ep-3, -0x1.6060784b274c5p-4, -0x1.5f993f5bf26fcp-7,
    0x1.13f82bc73d795p-5, -0x1.5e2fe410bd1cfp-7, -0x1.e4ce78f51fd98p-8,
    0x1.988b9e52e5bc1p-8, 0x1.0428275f16295p-11, -0x1.23bb6615928cbp-9,
    0x1.da56b79ab91c9p-12, 0x1.3827c3d7337a1p-11, -0x1.2c86178767793p-12,
    -0x1.dbbbcfe9f4e20p-14, 0x1.cc698c8d0a777p-14, 0x1.feb0e759a9c89p-18,
    -0x1.0ac96e5e19f81p-15, 0x1.6d9ef7fdcc9e7p-18, 0x1.ceab71d4cee09p-18,
    -0x1.b78da020519eap-19, -0x1.c8e70558e4ac6p-21, 0x1.3335fed129422p-20,
    -0x1.ad60553ea9102p-24, -0x1.3285799ca33d6p-22, 0x1.77a7bd9939fcbp-24,
    0x1.9b7a82c6d5cacp-25, -0x1.832ef328307aap-26, -0x1.1864cd3fa2897p-28,
    0x1.4efeb2cb09f0dp-29,
};
/* 2 (x + 9/8) E_2(x) / E_1(x) = 35/32 + p(t), t = (x - 3) / (x + 3), x >= 0; error 2^-53.5. */
static const double cg_erfc_ratio2[31] = {
    0x1.c8040c3d83d33p-4, -0x1.1dcebb7e1fd34p-3, -0x1.a713fd11d4881p-3,
    0x1.86e4077e484a3p-3, -0x1.e24b2d0859533p-7, -0x1.0ef981f2c4c1cp-4,
    0x1.8f23dc6d878e2p-6, 0x1.5fba28b9853d2p-6, -0x1.de97b06713411p-7,
    -0x1.b2ad02d0fb7f0p-8, 0x1.dddaa0ec76701p-8, 0x1.f3dbada49a9ecp-10,
    -0x1.b892350a1df4bp-9, -0x1.fa050a9d65abbp-12, 0x1.82bf7e36be6acp-10,
    0x1.7837aced55b86p-14, -0x1.46cf16f0c7dd7p-11, 0x1.b27e45f968d08p-20,
    0x1.0a7bd13d9819cp-12, -0x1.cec7edc014d4fp-17, -0x1.a101411f18862p-14,
    0x1.3f58fcbf64aa4p-17, 0x1.3294b9ec40caap-15, -0x1.2ac4e282b0d78p-18,
    -0x1.932c847f68396p-17, 0x1.91a3f76160e58p-20, 0x1.b0c34983d8e95p-19,
    -0x1.5d8414fae2afcp-22, -0x1.44ca3a34c93f8p-21, 0x1.251d100dffacap-25,
    0x1.ed93e2903be8cp-25,
};
/* erfcinv(x) = r - 3/8 + p(t), r = sqrt(-log x), t = (r - 2) / (r + 2), 2^-53 <= x <= 1/2; error
 * 2^-56.2. */
static const double cg_erfcinv_tail[24] = {
    0x1.61cc76a14c381p-5, 0x1.95f038be00a53p-3, 0x1.b33e45697bc64p-3,
    -0x1.d959385d7f596p-3, 0x1.7d56d386cb2d4p-3, -0x1.cf7bea7f225b1p-5,
    -0x1.315bab0d67c9fp-5, 0x1.7ccb53d6fc301p-4, -0x1.46444965051efp-4,
    0x1.2211e2937c945p-5, 0x1.65a7748c22221p-6, -0x1.ab444d7ac195cp-5,
    0x1.add97c0baf9fcp-5, -0x1.693d6d497aa28p-6, -0x1.a8d2e73750915p-7,
    0x1.3424d51d9db03p-5, -0x1.2d3f769c4a2d3p-5, 0x1.2b85e07821648p-6,
    0x1.507104302e950p-7, -0x1.07d6284f64bbap-5, 0x1.0a74a7414be94p-5,
    -0x1.8cfc07f607368p-9, -0x1.5bd92c3170931p-6, 0x1.db3207d6bf1b6p-7,
};
/* erfcinv(x) = r - 3/8 + p(t), r = sqrt(-log x), t = (r - 9/2) / (r + 9/2), x <= 1/2; error
 * 2^-54.8. */
static const double cg_erfcinv_far_tail[36] = {
    0x1.21545052fd189p-3, 0x1.014ebcdcd54ddp-2, -0x1.4a17f890fc82bp-5,
    -0x1.7393fa19301b0p-6, 0x1.4e02a0af420a4p-4, -0x1.a6b6e7f0612fbp-4,
    0x1.dcd70ec0a1d08p-4, -0x1.bf899365ccf4cp-4, 0x1.8adcd47459456p-4,
    -0x1.2c0b04ac3f5b2p-4, 0x1.95604c95b2c98p-5, -0x1.79b20315baa89p-6,
    0x1.293a1fe02d6a3p-11, 0x1.3df8a95ec745fp-6, -0x1.0b9269f2c6078p-5,
    0x1.5236fb494d63ep-5, -0x1.616c095c85eb8p-5, 0x1.3a6555765a46ap-5,
    -0x1.bbff7d297544ap-6, 0x1.b60c9a1aae71ap-6, -0x1.f6ffd9d618db3p-6,
    -0x1.bdb1521c1c5adp-6, 0x1.aa9de0b09c357p-4, 0x1.9c9216ea2df7fp-5,
    -0x1.04c89571d6ebep-2, -0x1.5e970e7e4253ap-3, 0x1.5722ce6d86df5p-1,
    0x1.4feb8d9379df0p-3, -0x1.144dbf5cce41ep+0, -0x1.2d01d91fd0c0ap-4,
    0x1.45307bfa15e5bp+0, -0x1.499096bccc13fp-3, -0x1.e5812eab90d17p-1,
    0x1.4957d3d8c6740p-2, 0x1.3502526fbea7cp-2, -0x1.353ed7aeacf2ep-3,
};
/* erfinv(z) = z (sqrt(pi)/2 + z^2 p(z^2)), |z| <= 1/2; error 2^-60.2. */
static const double cg_erfinv_poly[15] = {
    0x1.db29fb2fee5e4p-3, 0x1.053c2c0ab91b9p-3, 0x1.62847c47df6d0p-4,
    0x1.0a13189b9e363p-4, 0x1.a7c85ced7351dp-5, 0x1.5eeb0efbd585ep-5,
    0x1.2abbee178aeabp-5, 0x1.0382eec139aabp-5, 0x1.cc609ab78746dp-6,
    0x1.8a218080f28e2p-6, 0x1.ce67f674e1f63p-6, -0x1.2bf11a2ee98bbp-9,
    0x1.506bcbf5a6d3cp-4, -0x1.77811918a3979p-4, 0x1.ceb1f47b7052ap-4,
};

#endif
