/*
 * library.h - which PostgreSQL's grammar reads the SQL.
 */
#ifndef ZDM_SQL_LIBRARY_H
#define ZDM_SQL_LIBRARY_H

const char *zdm_sql_library(void); /* "15" */

#endif
