/* libFuzzer's names for a target. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

__attribute__((visibility("default"))) int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    zdm_fuzz_one(data, size);
    return 0;
}
