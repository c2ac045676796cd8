#include <string.h>

#include "rehearse/rows_private.h"

static uint64_t
mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u; /* splitmix64 */
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

uint64_t
zdm_rows_salt(const struct rows_schema *schema, const struct rows_table *table, const char *purpose)
{
    uint64_t salt = mix(schema->seed);

    for (const char *s = table->name; *s; s++)
        salt = mix(salt ^ (unsigned char)*s);
    for (const char *s = purpose; *s; s++)
        salt = mix(salt ^ (unsigned char)*s);
    return salt;
}

void
zdm_rows_hash(struct zdm_buf *out, uint64_t *salt)
{
    *salt = mix(*salt);
    zdm_buf_addf(out, "(pg_catalog.hashint8extended(" ROWS_NUMBER ", %lld) & 9223372036854775807)",
        (long long)(*salt >> 1));
}

void
zdm_rows_literal(struct zdm_buf *out, const char *text)
{
    if (strchr(text, '\\'))
        zdm_buf_add(out, " E");
    zdm_buf_addc(out, '\'');
    for (const char *s = text; *s; s++) {
        if (*s == '\'' || *s == '\\')
            zdm_buf_addc(out, *s);
        zdm_buf_addc(out, *s);
    }
    zdm_buf_addc(out, '\'');
}

void
zdm_rows_null(struct zdm_buf *out, const struct rows_schema *schema, const struct rows_table *table,
    bool often, uint64_t *salt)
{
    uint64_t of_row = zdm_rows_salt(schema, table, "nulls");

    zdm_rows_hash(out, salt);
    zdm_buf_add(out, " % 100 < ");
    if (!often) {
        zdm_buf_add(out, "12");
        return;
    }
    zdm_buf_add(out, "(ARRAY[8, 50, 85])[1 + ");
    zdm_rows_hash(out, &of_row);
    zdm_buf_add(out, " % 3]");
}
