/* The layout of the connector interface as this compiler sees it, as text: one line for each
 * struct, field and constant. Compared with plugin_api/abi.golden. */
#ifndef PATCHBAY_TESTS_ABI_DESCRIPTION_H
#define PATCHBAY_TESTS_ABI_DESCRIPTION_H
#include <stdio.h>
#ifdef __cplusplus
extern "C" {
#endif
void patchbay_abi_describe(FILE* out);
#ifdef __cplusplus
}
#endif
#endif
