/*
 * identity.h - which table and key a cursor is about, as zdm.cursor.relation has it (pure).
 *
 *     DATABASE/TABLE/KEY         5/16384/1,-3     oids; numbers of the key's columns, or "ctid"
 *     DATABASE/TABLE/leaves      5/16384/leaves   a partitioned table whose partitions are walked
 *     DATABASE/TABLE/KEY/NAME    5/16391/1/s.p1   one of these partitions
 *
 * In another database (a restored dump) oids say nothing, and the name of a partition is all there is.
 */
#ifndef ZDM_BATCH_IDENTITY_H
#define ZDM_BATCH_IDENTITY_H

#include <stdbool.h>

#define ZDM_IDENTITY_LEAVES "leaves"

/* Do the first n parts agree? */
bool zdm_identity_same(const char *a, const char *b, int n);
/* Part n, from 0; a NAME with all that follows. Owned; NULL: there is none. */
char *zdm_identity_part(const char *identity, int n);
/* Is it a partitioned table whose partitions are walked? NULL is not. */
bool zdm_identity_of_leaves(const char *identity);
/* Is it one of these partitions? NULL is not. */
bool zdm_identity_of_leaf(const char *identity);

#endif
