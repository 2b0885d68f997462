/* Nodes and weights of cylinder.pyx's sums, by mpmath with 40 digits:
 * 1 - cos t and sin(t)^2 at t = pi k / 28, k from 0 to 28;
 * exp(-u^2) h, where u = k h, h = 1/8, k from 0 to 72, the first halved. */

enum { CG_ARC = 29, CG_GAUSS = 73 };

static const double cg_arc[] = {
    0x0.0p+0, 0x1.9c139cdf65098p-8, 0x1.9ac7f54e2d2e4p-6,
    0x1.cbb52fa2c07a2p-5, 0x1.95a1ab1a51c79p-4, 0x1.39e8a9bca96eep-3,
    0x1.becf22be886d4p-3, 0x1.2bec333018867p-2, 0x1.818be3ae8245dp-2,
    0x1.df32fbbbc64ecp-2, 0x1.21d9fd9472a1fp-1, 0x1.56e5a9acb2b01p-1,
    0x1.8e11bc73f6e9fp-1, 0x1.c6ac9799a5214p-1, 0x1.0000000000000p+0,
    0x1.1ca9b4332d6f6p+0, 0x1.38f721c6048b0p+0, 0x1.548d2b29a6a7fp+0,
    0x1.6f130135c6af0p+0, 0x1.883341110e6c5p+0, 0x1.9f9d07145f6e9p+0,
    0x1.b504f333f9de6p+0, 0x1.c8261ba82ef26p+0, 0x1.d8c2eac86ad22p+0,
    0x1.e6a5e54e5ae38p+0, 0x1.f1a25682e9fc3p+0, 0x1.f994e02ac74b4p+0,
    0x1.fe63ec63209afp+0, 0x1.0000000000000p+1,
};

static const double cg_arc_sine[] = {
    0x0.0p+0, 0x1.9ac7f54e2d2e4p-7, 0x1.95a1ab1a51c79p-5,
    0x1.becf22be886d4p-4, 0x1.818be3ae8245dp-3, 0x1.21d9fd9472a1fp-2,
    0x1.8e11bc73f6e9fp-2, 0x1.0000000000000p-1, 0x1.38f721c6048b0p-1,
    0x1.6f130135c6af0p-1, 0x1.9f9d07145f6e9p-1, 0x1.c8261ba82ef26p-1,
    0x1.e6a5e54e5ae38p-1, 0x1.f994e02ac74b4p-1, 0x1.0000000000000p+0,
    0x1.f994e02ac74b4p-1, 0x1.e6a5e54e5ae38p-1, 0x1.c8261ba82ef26p-1,
    0x1.9f9d07145f6e9p-1, 0x1.6f130135c6af0p-1, 0x1.38f721c6048b0p-1,
    0x1.0000000000000p-1, 0x1.8e11bc73f6e9fp-2, 0x1.21d9fd9472a1fp-2,
    0x1.818be3ae8245dp-3, 0x1.becf22be886d4p-4, 0x1.95a1ab1a51c79p-5,
    0x1.9ac7f54e2d2e4p-7, 0x0.0p+0,
};

static const double cg_gauss[] = {
    0x1.0000000000000p-4, 0x1.f80feabfeefa5p-4, 0x1.e0fabfbc702a4p-4,
    0x1.bcd553b9d7b62p-4, 0x1.8ebef9eac820bp-4, 0x1.5a6fc061433c8p-4,
    0x1.23ba930c1568bp-4, 0x1.dc3448110daaep-5, 0x1.78b56362cef38p-5,
    0x1.20d51c43c0ae6p-5, 0x1.ad48bc25771c7p-6, 0x1.3533a6159f0c4p-6,
    0x1.afb718e8457f7p-7, 0x1.241cf63d898b0p-7, 0x1.7f251ab1af77bp-8,
    0x1.e7155f0750059p-9, 0x1.2c155b8213cf4p-9, 0x1.6660416418b23p-10,
    0x1.9ed300c108a17p-11, 0x1.d163feddab22dp-12, 0x1.fa0e9586aebc7p-13,
    0x1.0aac5c46eedb6p-13, 0x1.1068222437d65p-14, 0x1.0db3c75613576p-15,
    0x1.02cf22526545ap-16, 0x1.e16dfebfac43bp-18, 0x1.b1fea4fbb871ap-19,
    0x1.7b324d2b1b3fap-20, 0x1.411fb0da07713p-21, 0x1.0793efc9eef8dp-22,
    0x1.a3604afdb0929p-24, 0x1.435e2906576d2p-25, 0x1.e355bbaee85cbp-27,
    0x1.5e1ac6dedefcap-28, 0x1.eb97d4afc3bd3p-30, 0x1.4e8322cdbc100p-31,
    0x1.b93de1e27ca3bp-33, 0x1.1a0f03f106cd8p-34, 0x1.5d82c26ce1c09p-36,
    0x1.a3c4c749fa106p-38, 0x1.e8a37a45fc32ep-40, 0x1.13a757c355f22p-41,
    0x1.2d7026e60ab5ep-43, 0x1.3f7e194466984p-45, 0x1.4835bd010a41bp-47,
    0x1.46caa8412b080p-49, 0x1.3b5e5c86b9440p-51, 0x1.26fb2cf70e351p-53,
    0x1.0b6c3afdde064p-55, 0x1.d5f5bc1c24081p-58, 0x1.903daec8f0fb0p-60,
    0x1.4a60a73fd2993p-62, 0x1.0851945bd91fcp-64, 0x1.99ec9145bc996p-67,
    0x1.3416fe652236ep-69, 0x1.c0dbccd3eacc1p-72, 0x1.3ce9b9de78f85p-74,
    0x1.b1bd46d85e630p-77, 0x1.1faf244491cefp-79, 0x1.71e161dc1eee4p-82,
    0x1.ccee1660198f4p-85, 0x1.165c2fbce2338p-87, 0x1.45dd5a99eca38p-90,
    0x1.71bd4fa8f8c97p-93, 0x1.969d47321e4ccp-96, 0x1.b168b20bb6787p-99,
    0x1.bfc185a84a1f3p-102, 0x1.c05887dfd8351p-105, 0x1.b31fc898ca55ep-108,
    0x1.994cc1095a083p-111, 0x1.7529a5f35e673p-114, 0x1.49bfaeac78b9ap-117,
    0x1.1a6baeadb4fd1p-120,
};
