/*
 * nesting.h - how deeply a text may nest, told from its tokens. Private to engine/sql.
 */
#ifndef ZDM_SQL_NESTING_H
#define ZDM_SQL_NESTING_H

#include <pg_query/pg_query.pb-c.h>
#include <stdbool.h>

/*
 * libpg_query and protobuf-c recurse over the tree without looking at the stack: "1+1+1..." with
 * 5000 terms kills the process with 8 MB of it. Every level of a tree needs a token of its own, so
 * counting those that can nest gives an upper bound before anything recurses; separators
 * between siblings start anew. The bound is 1000: a fifth of what was seen to crash.
 * *offset: the byte where it is exceeded.
 */
bool zdm_nested_too_deeply(const PgQuery__ScanResult *tokens, size_t *offset);

#endif
