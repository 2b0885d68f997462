/* Included before every C file by .ci/wheel, so that a wheel built on a newer Linux runs from glibc
 * 2.17 on (manylinux2014). The functions below have a newer version, which differs only in errno, that a
 * build takes when it can. The manylinux images, where releases are built, need none of this. */
#if defined(__x86_64__) && defined(__linux__)
__asm__(".symver exp, exp@GLIBC_2.2.5");
__asm__(".symver exp2, exp2@GLIBC_2.2.5");
__asm__(".symver hypot, hypot@GLIBC_2.2.5");
__asm__(".symver log, log@GLIBC_2.2.5");
__asm__(".symver log2, log2@GLIBC_2.2.5");
__asm__(".symver pow, pow@GLIBC_2.2.5");
#endif
