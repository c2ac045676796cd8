/*
 * acl.h - who was granted what on a relation.
 *
 * As pg_class.relacl has it, grantors left out: one grant for each role. An ACL is never changed, only
 * replaced by another one: many relations share one. No ACL at all (NULL) is the default: the owner
 * has everything, nobody else anything. What is not known of a relation (`acl_known` is false) is not
 * judged.
 */
#ifndef ZDM_SQL_ACL_H
#define ZDM_SQL_ACL_H

#include "sql/catalog_names.h"

enum { /* bits as in PostgreSQL's acl.h */
    ZDM_RIGHT_INSERT = 1 << 0,
    ZDM_RIGHT_SELECT = 1 << 1,
    ZDM_RIGHT_UPDATE = 1 << 2,
    ZDM_RIGHT_DELETE = 1 << 3,
    ZDM_RIGHT_TRUNCATE = 1 << 4,
    ZDM_RIGHT_REFERENCES = 1 << 5,
    ZDM_RIGHT_TRIGGER = 1 << 6,
    ZDM_RIGHT_USAGE = 1 << 8,
    ZDM_RIGHT_MAINTAIN = 1 << 14, /* 17 */
    ZDM_RIGHTS_OF_ROWS = ZDM_RIGHT_INSERT | ZDM_RIGHT_SELECT | ZDM_RIGHT_UPDATE | ZDM_RIGHT_DELETE,
    ZDM_RIGHTS_OF_COLUMNS =
        ZDM_RIGHT_INSERT | ZDM_RIGHT_SELECT | ZDM_RIGHT_UPDATE | ZDM_RIGHT_REFERENCES,
};

struct zdm_grant {
    const char *role; /* NULL: PUBLIC */
    unsigned rights, options;
};

struct zdm_acl {
    const struct zdm_grant *grants; /* n, none without rights */
    size_t n;
    bool mixed; /* by several grantors: what a REVOKE leaves is not known */
};

/* What can be granted on a relation of this kind. */
unsigned zdm_rights_of_kind(const struct zdm_catalog *catalog, enum zdm_relation_kind kind);
/* The bit of a word such as "select"; 0: none that relations have. */
unsigned zdm_right_of_word(const char *word);
/* "SELECT, UPDATE". In the arena. */
const char *zdm_rights_text(struct zdm_arena *arena, unsigned rights);

/* The grants on a relation, the owner's own too, by the default when it has no ACL; a copy in the
 * catalog's arena. Columns are left out. */
struct zdm_acl *zdm_acl_of(struct zdm_catalog *catalog, const struct zdm_relation *relation);
/* What one role (NULL: PUBLIC) was granted itself. */
unsigned zdm_acl_rights(const struct zdm_acl *acl, const char *role);
/* The same ACL with these rights and grant options given to, or taken from, a role. */
struct zdm_acl *zdm_acl_with(struct zdm_catalog *catalog, const struct zdm_acl *acl,
    const char *role, unsigned rights, unsigned options);
struct zdm_acl *zdm_acl_without(struct zdm_catalog *catalog, const struct zdm_acl *acl,
    const char *role, unsigned rights, unsigned options);
/* What one owner had is the other's: ALTER ... OWNER TO. */
struct zdm_acl *zdm_acl_moved(
    struct zdm_catalog *catalog, const struct zdm_acl *acl, const char *from, const char *to);

/* What the ACL (NULL: nothing) gives to the role: by its own grant, those of roles that it has, and of
 * PUBLIC. */
unsigned zdm_acl_gives(
    const struct zdm_catalog *catalog, const struct zdm_acl *acl, const char *role);

/* Has the role all that the other one may? Certain only when the memberships are known. */
bool zdm_role_has(const struct zdm_catalog *catalog, const char *role, const char *other);
/* What the role (NULL: PUBLIC) may do with the relation: as owner, by its own grants, those of roles
 * that it has, and those of PUBLIC. `any_column`: rights on one column count too. */
unsigned zdm_role_rights(const struct zdm_catalog *catalog, const struct zdm_relation *relation,
    const char *role, bool any_column);
/* Are the grants on it, and who has the rights of whom, known for certain? */
bool zdm_acl_is_certain(const struct zdm_catalog *catalog, const struct zdm_relation *relation);

#endif
