/*
 * library.h - which SQLite the ledger runs with.
 */
#ifndef ZDM_LEDGER_LIBRARY_H
#define ZDM_LEDGER_LIBRARY_H

const char *zdm_ledger_library(void); /* "3.40.1" */

#endif
