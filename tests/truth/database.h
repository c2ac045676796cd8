/*
 * database.h - databases made from schema.sql on the server of ZDM_DATABASE_URL.
 */
#ifndef ZDM_TRUTH_DATABASE_H
#define ZDM_TRUTH_DATABASE_H

#include "pg/conn.h"

struct truth_server {
    const char *conninfo; /* borrowed */
    struct zdm_conn *admin;
    int version; /* major */
};

/* Connects and makes the template database from the schema file. */
int truth_server_open(struct truth_server *server, const char *conninfo, const char *schema_file,
    struct zdm_err *err);
void truth_server_close(struct truth_server *server);

/* A database made from the template, instead of an older one of the name. Its conninfo is owned. */
int truth_database_make(
    struct truth_server *server, const char *name, char **conninfo, struct zdm_err *err);
int truth_database_drop(struct truth_server *server, const char *name, struct zdm_err *err);

#endif
