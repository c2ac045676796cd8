# zdm plan --db: what a backfill will cost, beside what it then does; and where that cannot be known.
source "$ZDM_SOURCE/tests/support/lib.sh"

long=$(printf 'l%.0s' {1..63})
sql "
CREATE SCHEMA \"Odd Schema\";
CREATE TABLE source AS SELECT i::bigint AS id, 'User' || i || '@Example.com' AS email,
    repeat('x', 100) AS filler FROM generate_series(1, 100000) AS i;
CREATE TABLE nothing (id int PRIMARY KEY, a text, b text);
CREATE TABLE keyless (a int, b int);
INSERT INTO keyless SELECT i, NULL FROM generate_series(1, 1000) AS i;
CREATE VIEW seen AS SELECT * FROM nothing;
CREATE TABLE parted (id int PRIMARY KEY, a text, b text) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (1000);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (1000) TO (2000);
INSERT INTO parted SELECT i, 'a' FROM generate_series(0, 1999) AS i;
CREATE TABLE \"Odd Schema\".\"$long\" (\"$long\" int PRIMARY KEY, \"Va\"\"lue\" text);
INSERT INTO \"Odd Schema\".\"$long\" SELECT i FROM generate_series(1, 500) AS i;
CREATE TABLE target (LIKE source);
ANALYZE keyless, parted, \"Odd Schema\".\"$long\";
CREATE ROLE poor LOGIN;
"

# plan NAME BACKFILL [STEP]: a plan with that backfill behind that step.
plan() {
    printf 'return plan "%s" {\n  api = 1,\n  %s\n  backfill "fill" { %s },\n}\n' "$1" "${3:-}" "$2" >"$1.lua"
}
# says TEXT: however it is wrapped.
says() {
    tr -s ' \n' ' ' <"$out" | grep -qF -- "$1" || fail "does not say: $1"$'\n'"$(cat "$out")"
}
# preview PLAN NAME: the first value of that name in what the plan says of its backfill.
preview() {
    "$ZDM" plan "$1.lua" --format json | sed -n '/"preview"/,$p' | sed -n "s/^ *\"$2\": \(.*[^,]\),\{0,1\}$/\1/p" | head -1
}
fresh() {
    PGOPTIONS='-c client_min_messages=warning' sql "DROP TABLE IF EXISTS t" -c "DROP SCHEMA IF EXISTS zdm CASCADE"
    sql "CREATE TABLE t (LIKE source) WITH (autovacuum_enabled = off)" -c "INSERT INTO t SELECT * FROM source" \
        -c "ALTER TABLE t ADD PRIMARY KEY (id)" -c "CREATE INDEX t_email ON t (email)" -c "VACUUM (FREEZE, ANALYZE) t" \
        -c CHECKPOINT
}
measure() { sql "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') || ' ' || pg_relation_size('t')"; }
# near NAME PREDICTED HAPPENED: within a third of it.
near() {
    [ $(($2 * 3)) -ge $(($3 * 2)) ] && [ $(($2 * 3)) -le $(($3 * 4)) ] || fail "$1: predicted $2, happened $3"
}

# --- what is predicted happens ------------------------------------------------------------------
for stripes in 1 8; do
    fresh
    plan fill "table = \"t\", set = { norm = \"lower(email)\" }, stripes = $stripes, vacuum = false" \
        'expand { sql "add" [[ALTER TABLE t ADD COLUMN norm text]] },'
    wal=$(preview fill wal_bytes)
    heap=$("$ZDM" plan fill.lua --format json |
        sed -n '/"costs": {/,/}/s/^ *"heap_bytes": \([0-9]*\),$/\1/p')
    read -r wal_before heap_before <<<"$(measure)"
    check_exit 0 "$ZDM" run fill.lua
    read -r wal_after heap_after <<<"$(measure)"
    near "WAL with $stripes stripes" "$wal" $((wal_after - wal_before))
    near "heap with $stripes stripes" "$heap" $((heap_after - heap_before))
done
# A backfill that is done has nothing to tell, and the ledger knows how fast one was.
check_eq "preview of what is done" null "$(preview fill preview)"
sql "DROP SCHEMA zdm CASCADE" -c "ALTER TABLE t DROP COLUMN norm" -c "VACUUM ANALYZE t"
check_exit 0 "$ZDM" plan fill.lua
says "walks public.t, along id (index t_pkey)"
says "adds norm, by an earlier step"

# --- before the first run, which makes the schema zdm that sync needs --------------------------------
plan synced 'table = "t", set = { norm = "email" }' 'expand {
    sql "add" [[ALTER TABLE t ADD COLUMN norm text]],
    sync { table = "t", from = "email", to = "norm" },
  },'
check_exit 0 "$ZDM" plan synced.lua
says "adds norm"

# --- an index of the plan in the way --------------------------------------------------------------
plan indexed 'table = "t", set = { norm = "lower(email)" }' 'expand {
    sql "add" [[ALTER TABLE t ADD COLUMN norm text]],
    sql "index" [[CREATE INDEX CONCURRENTLY t_norm ON t (norm)]],
  },'
check_exit 0 "$ZDM" plan indexed.lua
says "HOT no update: index t_norm holds a column that is set"
check_eq "HOT with an index" 0 "$(preview indexed hot_percent)"

# --- whether there is a final sweep is the server's to say, too ----------------------------------
sql "CREATE FUNCTION tag(text) RETURNS text LANGUAGE sql AS 'SELECT lower(\$1)'"
plan tagged 'table = "nothing", set = { b = "tag(a)" }'
check_exit 0 "$ZDM" plan tagged.lua
says 'no sync, no final sweep: tag'
check_exit 0 "$ZDM" plan tagged.lua --format json
check_has "$out" '"sweep": false'
sql 'ALTER FUNCTION tag(text) IMMUTABLE'
check_exit 0 "$ZDM" plan tagged.lua
says 'a final sweep does rows that are written behind the cursor'

# --- room on the pages, where stripes cannot make any ---------------------------------------------
fresh
plan few 'table = "t", set = { norm = "lower(email)" }' 'expand { sql "add" [[ALTER TABLE t ADD COLUMN norm text]] },'
check_exit 0 "$ZDM" plan few.lua
check_lacks "$out" fillfactor
plan few 'table = "t", set = { norm = "lower(email)" }, stripes = 1' 'expand { sql "add" [[ALTER TABLE t ADD COLUMN norm text]] },'
check_exit 0 "$ZDM" plan few.lua
says "without stripes; with stripes = 8 it would be 7"
check_lacks "$out" fillfactor
# The type of the key has no hash.
sql "ALTER TABLE t ALTER id TYPE money USING id::int::money" -c "ANALYZE t"
plan room 'table = "t", set = { norm = "lower(email)" }, vacuum = false' \
    'expand { sql "add" [[ALTER TABLE t ADD COLUMN norm text]] },'
check_exit 0 "$ZDM" plan room.lua
says "room fillfactor = "
says "not for this backfill alone"
fillfactor=$(preview room fillfactor)
wal=$("$ZDM" plan room.lua --format json | sed -n '/"room"/,/}/s/^ *"wal_bytes": \([0-9]*\),\{0,1\}$/\1/p')
sql "ALTER TABLE t SET (fillfactor = $fillfactor)" -c "VACUUM FULL t" -c "VACUUM (FREEZE, ANALYZE) t" -c CHECKPOINT
check_exit 0 "$ZDM" plan room.lua
check_lacks "$out" "room fillfactor"
[ "$(preview room hot_percent)" -ge 80 ] || fail "HOT with room: $(preview room hot_percent)"
near "WAL with room, as promised" "$(preview room wal_bytes)" "$wal"
read -r wal_before heap_before <<<"$(measure)"
check_exit 0 "$ZDM" run room.lua
read -r wal_after heap_after <<<"$(measure)"
near "WAL with room" "$wal" $((wal_after - wal_before))
fresh

# --- what is not there, or cannot be ----------------------------------------------------------------
plan made 'table = "later", set = { a = "b" }' 'expand { sql "make" [[CREATE TABLE later (id int PRIMARY KEY, a int, b int)]] },'
check_exit 0 "$ZDM" plan made.lua
says "not known: an earlier step makes the table"
check_eq later true "$(preview made later)"
plan absent 'table = "nowhere", set = { a = "b" }'
check_exit 0 "$ZDM" plan absent.lua
says "as things stand it would fail: table nowhere does not exist"
plan view 'table = "seen", set = { a = "b" }'
check_exit 0 "$ZDM" plan view.lua
says "public.seen is a view"
plan column 'table = "nothing", set = { c = "b" }'
check_exit 0 "$ZDM" plan column.lua
says "table public.nothing has no column c"
plan empty 'table = "nothing", set = { a = "b" }'
check_exit 0 "$ZDM" plan empty.lua
check_eq "rows of an empty table" 0 "$(preview empty rows)"
check_eq "WAL of an empty table" 0 "$(preview empty wal_bytes)"
plan pages 'table = "keyless", set = { b = "a" }, where = "b IS NULL"'
check_exit 0 "$ZDM" plan pages.lua
says "along ctid, page by page"
plan nokey 'table = "keyless", set = { b = "a" }'
check_exit 0 "$ZDM" plan nokey.lua
says "has no key to walk along"
plan parts 'table = "parted", set = { b = "a" }'
check_exit 0 "$ZDM" plan parts.lua
says "public.parted, partition by partition"
says "in 2 partitions"
check_eq "rows of partitions" 2000 "$(preview parts rows)"
plan odd "table = '\"Odd Schema\".\"$long\"', set = { ['\"Va\"\"lue\"'] = \"'x'\" }"
check_exit 0 "$ZDM" plan odd.lua
check_eq "rows of an odd name" 500 "$(preview odd rows)"
[ "$(awk '{ print length }' "$out" | sort -n | tail -1)" -le 170 ] || fail "a line is too wide: $(cat "$out")"
# A name that nobody knows, in any of its expressions; nothing is called for that.
sql "CREATE FUNCTION boom() RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''called'' USING ERRCODE = ''42703''; END'"
add='expand { sql "add" [[ALTER TABLE t ADD COLUMN norm text]] },'
make='expand { sql "make" [[CREATE FUNCTION to_come(text) RETURNS text LANGUAGE sql AS $$ SELECT $1 $$]] },'
both='expand { sync { table = "t", from = "email", to = "norm", up = "lower(email)", down = "upper(nrm)" } },'
plan value 'table = "t", set = { norm = "lowr(email)" }' "$add"
check_exit 0 "$ZDM" plan value.lua
says "as things stand it would fail: set norm: function lowr(text) does not exist"
plan where 'table = "t", set = { norm = "email" }, where = "emial IS NULL"' "$add"
check_exit 0 "$ZDM" plan where.lua
says 'as things stand it would fail: where: column "emial" does not exist'
plan back 'table = "t", set = { norm = "lower(email)" }' "$add $both"
check_exit 0 "$ZDM" plan back.lua
says 'as things stand it would fail: sync email <-> norm: column "nrm" does not exist'
for names in "set = { norm = [[boom() || norm]] }, where = [[norm IS NULL AND boom() <> '']]" \
    'set = { norm = "to_come(email)" }, where = "norm <> to_come(email)"'; do
    plan known "table = \"t\", $names" "$add $make"
    check_exit 0 "$ZDM" plan known.lua
    check_lacks "$out" "as things stand"
done
plan erase 'table = "t", delete = true, where = "id <= 1000"'
check_exit 0 "$ZDM" plan erase.lua
says "changes about "
[ "$(preview erase wal_bytes)" -lt 200000 ] || fail "WAL of 1,000 rows: $(preview erase wal_bytes)"
plan copy 'table = "source", copy = { into = "target", on_conflict = "nothing" }, key = "id"'
check_exit 0 "$ZDM" plan copy.lua
says "as things stand it would fail"
sql "ALTER TABLE source ADD PRIMARY KEY (id)"
check_exit 0 "$ZDM" plan copy.lua
says "target grows by"

# --- no rights --------------------------------------------------------------------------------------
check_exit 0 "$ZDM" plan empty.lua --db "host=$PGHOST port=$PGPORT user=poor dbname=$PGDATABASE"
says 'may not read column id of public.nothing'

# --- behind the run, what it was beside what was predicted ---------------------------------------------
fresh
plan after 'table = "t", set = { norm = "lower(email)" }' 'expand { sql "add" [[ALTER TABLE t ADD COLUMN norm text]] },'
check_exit 0 "$ZDM" run after.lua --format json
cp "$out" run
grep '"predicted"' run >line || fail "nothing predicted: $(cat run)"
check_eq "lines with a prediction" 1 "$(wc -l <line)"
near "WAL by the run's own words" "$(sed 's/.*"predicted":{[^}]*"wal_bytes":\([0-9]*\).*/\1/' line)" \
    "$(sed 's/.*"happened":{[^}]*"wal_bytes":\([0-9]*\).*/\1/' line)"
check_exit 0 "$ZDM" log after.lua
check_has "$out" "of WAL (predicted: "
check_exit 0 "$ZDM" status after.lua
check_has "$out" "of WAL (predicted: "
kept="SELECT detail #>> '{predicted,wal_bytes}', detail #>> '{happened,wal_bytes}' FROM zdm.journal WHERE kind = 'backfill'"
check_eq "kept as it was told" \
    "$(sed 's/.*"predicted":{[^}]*"wal_bytes":\([0-9]*\).*"happened":{[^}]*"wal_bytes":\([0-9]*\).*/\1|\2/' line)" \
    "$(sql "$kept")"
check_exit 0 "$ZDM" status after.lua --format json
check_has "$out" '"happened"'
# Of one that is resumed nobody saw the beginning.
fresh
check_exit 137 env ZDM_FAILPOINT=batch.after:2 "$ZDM" run after.lua
predicted=$(sql "SELECT detail -> 'predicted' FROM zdm.journal WHERE kind = 'backfill'")
[ -n "$predicted" ] || fail "the prediction is not kept"
check_exit 0 "$ZDM" status after.lua
check_has "$out" "predicted: "
check_exit 0 "$ZDM" run after.lua
check_has "$out" "(resumed)"
check_lacks "$out" "predicted"
check_eq "the prediction of the first run" "$predicted|f" \
    "$(sql "SELECT detail -> 'predicted', detail ? 'happened' FROM zdm.journal WHERE kind = 'backfill'")"

# --- what is not known is said ---------------------------------------------------------------------------
sql "CREATE TABLE unseen (id int PRIMARY KEY, a text, b text) WITH (autovacuum_enabled = false);
     INSERT INTO unseen SELECT i, 'a', NULL FROM generate_series(1, 1000) AS i"
plan unseen 'table = "unseen", set = { b = "a" }'
check_exit 0 "$ZDM" plan unseen.lua
says 'never analysed'
sql 'ANALYZE unseen'
check_exit 0 "$ZDM" plan unseen.lua
check_lacks "$out" 'never analysed'
hold_lock 'LOCK TABLE unseen'
check_exit 0 "$ZDM" plan unseen.lua
says 'it cannot be looked at now'
release_lock
