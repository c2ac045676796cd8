# zdm sandbox --rows: every table gets rows, every constraint holds, the same seed gives the same rows.
source "$ZDM_SOURCE/tests/support/lib.sh"

schemas=$ZDM_SOURCE/tests/e2e/rows
cat "$schemas"/{shop,tenants,events,hostile}.sql >all.sql

# Nothing but what cannot be: a condition that nothing meets, what refers to it, an index that takes no words.
# Then the same with rows that break something, so that the questions are known to be asked.
cat >look.sh <<'E2'
psql -XqAt <<'SQL'
SELECT format('SELECT %L WHERE NOT EXISTS (SELECT FROM %s)', 'empty ' || c.oid::regclass, c.oid::regclass)
  FROM pg_class c WHERE c.relkind = 'r' AND c.oid >= 16384 ORDER BY c.oid::regclass::text COLLATE "C" \gexec
SQL
psql -XqAtc "SELECT * FROM (SELECT 'few ' || relname FROM pg_stat_user_tables JOIN pg_class USING (relname)
               WHERE reltuples BETWEEN 1 AND 49 ORDER BY 1) AS x"
psql -XqAtf "$1/valid.sql"
psql -XqAtc "SELECT 'audit ' || (nextval('audit_id_seq') > max(id)) FROM audit" \
    -c "SELECT 'flags ' || count(*) FROM flags" -c "SELECT 'products ' || count(*) FROM products" \
    -c "SELECT 'pairs ' || count(*) || ' ' || (count(closed) > 5) FROM one_beside_another" \
    -c "SELECT 'bits ' || count(*) FROM three_bits" \
    -c "SELECT 'analyzed ' || (reltuples > 0) FROM pg_class WHERE relname = 'orders'" \
    -c "SELECT 'deferrable ' || count(*) FROM pg_index WHERE NOT indimmediate" \
    -c "SELECT 'NULLs ' || (count(born) BETWEEN 30 AND count(*) - 1) FROM customers" \
    -c "SELECT 'tree ' || (count(DISTINCT parent_id) > 5) FROM categories"
psql -XqAtc "SET session_replication_role = replica; INSERT INTO notes VALUES (now(), -1, 'orphan');
             INSERT INTO payments (voucher) VALUES ('v')"
psql -XqAtf "$1/valid.sql"
E2
check_exit 0 "$ZDM" sandbox --schema all.sql --rows 60 -- bash look.sh "$schemas"
check_eq "what was found" 'empty impossible
empty index_trouble
empty of_impossible
audit true
flags 2
products 60
pairs 60 true
bits 8
analyzed true
deferrable 2
NULLs true
tree true
notes notes_event_at_event_id_fkey: insert or update on table "notes" violates foreign key constraint "again"' \
    "$(grep -v '^few ' "$out")"
check_has "$err" 'public.impossible has 0 rows: CHECK constraint "impossible_a_check" takes none'
check_has "$err" 'public.of_impossible has 0 rows: it refers to public.impossible, which has no rows'
check_has "$err" 'public.index_trouble has 0 rows: invalid input syntax for type integer'

# The seed decides, and nothing else.
content() {
    "$ZDM" sandbox --schema "$schemas/tenants.sql" --rows 60 "$@" -- \
        bash -c 'pg_dump -a | grep -v "restrict " | sha256sum'
}
first=$(content)
check_eq "the same again" "$first" "$(content --seed 1)"
[ "$first" != "$(content --seed 2)" ] || fail "another seed gives the same rows"

# Rows that are there stay and count; --setup comes behind.
echo "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'mine'), (2, 'mine')" >two.sql
echo "INSERT INTO t VALUES (1000000, 'last')" >last.sql
check_exit 0 "$ZDM" sandbox --schema two.sql --rows 10 --setup last.sql -- psql -XqAtc \
    "SELECT count(*), count(*) FILTER (WHERE a = 'mine'), count(*) FILTER (WHERE a = 'last') FROM t"
check_eq "rows" "11|2|1" "$(cat "$out")"

# What is wrong on the command line.
check_exit 2 "$ZDM" sandbox --rows 10 -- true
check_has "$err" "--rows without --schema: there is no table to fill"
check_exit 2 "$ZDM" sandbox --schema two.sql --rows many -- true
check_has "$err" "--rows many is not a number of rows"
check_exit 2 "$ZDM" sandbox --schema no-such.sql --rows 1 -- true
check_has "$err" 'cannot read setup file "no-such.sql"'
