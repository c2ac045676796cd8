/*
 * describe.h - one relation as JSON: what a recipe reads of a table; or one type.
 *
 *   { schema, name, kind: "table" | "partitioned table" | "view" | ..., owner, persistence,
 *     partition_of, bound, condition (of all its rows, those of tables above included), partitions: [name],
 *     partition_key: [name], partition_by: { strategy: "range" | "list" | "hash", default, columns: [name or ""] },
 *     children: [name], parents: [name], of_type?, tablespace?, stored_by? (an access method other than heap),
 *     row_security, row_security_forced, replica_identity,
 *     server_version: 150004, row_type_users: [what], comment, options: [text],
 *     grants: [{ privilege, role, grantable }], given_to_new: [{ on: "table" | "sequence" | "function", role? }],
 *     publishes_new: [{ publication, schema? }],
 *     columns: [{ name, type, not_null, default?, default_same? (whenever a statement asks), generated?, identity?,
 *       sequence?, sequence_options?, sequence_is?: { schema, name, type, start, increment, cache, min?, max?, cycle?, comment?, grants? },
 *       sequence_users?: [{ what, own? (of the table) }], enum?, row_type?, collation?, storage?, compression?, statistics?,
 *       options?, comment?, inherited?, type_default?, type_in? (the schema of
 *       its type, or of its base type, when the server does not bring it), no_equality?,
 *       grants?: [{ privilege, role?, grantable }] }],
 *     constraints: [{ name, type, definition, valid, columns?, deferrable?, references?, index?, inherited?,
 *       comment? }],
 *     indexes: [{ name, definition, unique, valid, primary?, constraint?, predicate?, keys, columns?,
 *       attached_to?, options?, tablespace?, clustered?, comment?, statistics?: [{ key, target }] ... }],
 *     referenced_by: [{ table, name, definition, valid, comment?, index, columns, referenced }],
 *     dependents: [{ what, column?, own?, kind?: "view" | "trigger" | "policy" | "publication", view? }],
 *     ties: [{ what, column? }], which nothing moves to another table or column,
 *     policies: [{ name, definition (behind ON table), said (the same, to compare), comment? }],
 *     triggers: [{ name, definition, fires (pg_trigger.tgenabled), enabled? (a word of ALTER TABLE ... TRIGGER), each_row?,
 *       transition?, of_zdm?, before_insert?: { source (its md5), may_set: [column] } (for each row), comment? }],
 *     publications: [{ name, whole? (of all tables), via_root?, columns?, filter? }],
 *     views: [{ relation, definition, options?, owner, comment?, grants?, columns: [{ name, default?, comment?, grants? }],
 *       of_table?, of_columns?, reads?: [view], needs_key?, hanging?: [what] }] }
 *
 * and of a type
 *
 *   { schema, name, is_enum, spelt (as in definitions), owner, comment, closed (rights were given or taken),
 *     grants?: as above, labels: [text], columns: [{ table, column, array }], others: [what] }
 *
 * Names are bare; in `definition`, in expressions, in `references`, `table`, `relation`, `reads`, `partitions`, `children` and
 * `attached_to` they are quoted and qualified as SQL needs them. What is optional is absent when there is none.
 */
#ifndef ZDM_CATALOG_DESCRIBE_H
#define ZDM_CATALOG_DESCRIBE_H

#include "base/err.h"
#include "pg/conn.h"

/* In front of the name of a type. */
#define ZDM_DESCRIBE_TYPE "type "

/* `name` as in SQL, quoted, maybe qualified; looked up along the session's search_path. *json owned, NULL
 * when there is no such relation. One transaction of its own, read only. */
int zdm_describe(struct zdm_conn *conn, const char *name, char **json, struct zdm_err *err);

#endif
