#include "ledger/library.h"

#include <sqlite3.h>

const char *
zdm_ledger_library(void)
{
    return sqlite3_libversion();
}
