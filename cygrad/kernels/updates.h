/* The numbers of the update rules (updates.def). */
#ifndef CYGRAD_UPDATES_H
#define CYGRAD_UPDATES_H

#include "kernels.h"

enum {
#define UPDATE(name, states, statements) U_##name,
#include "updates.def"
#undef UPDATE
    CG_UPDATES
};

#endif
