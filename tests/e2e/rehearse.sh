# zdm rehearse: a plan that holds, one that breaks clients and does not come back, and what is refused.
source "$ZDM_SOURCE/tests/support/lib.sh"

# has TEXT: it stands in $out, whatever the lines are broken at.
has() {
    tr -s ' \n' ' ' <"$out" >flat
    check_has flat "$1"
}
field() {
    python3 -c "import json, sys; d = json.load(open(sys.argv[1])); print($1)" "$out"
}

cat >schema.sql <<'EOF2'
CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
CREATE TABLE visits (n int);
CREATE FUNCTION count_visit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO visits VALUES (1); RETURN new; END $$;
CREATE TRIGGER visit AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION count_visit();
EOF2
cat >rows.sql <<'EOF2'
INSERT INTO users (email) SELECT 'user' || i FROM generate_series(1, 500) AS i;
INSERT INTO countries VALUES ('de', 'Germany'), ('fr', 'France');
EOF2

# Rows of a database: of a sample those that it refers to come along.
sql "$(cat schema.sql)"
sql "INSERT INTO countries VALUES ('de', 'Deutschland');
     INSERT INTO users (email) SELECT 'a\"b,\\' || i FROM generate_series(1, 6000) AS i;
     CREATE TABLE flags (code char(3) PRIMARY KEY, bits bit(8) UNIQUE);
     INSERT INTO flags SELECT i, i::bit(8) FROM generate_series(100, 250) AS i;
     CREATE TABLE orders (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users, before int REFERENCES orders,
                          twice int GENERATED ALWAYS AS (id * 2) STORED,
                          flag char(3) NOT NULL REFERENCES flags, bits bit(8) NOT NULL REFERENCES flags (bits));
     INSERT INTO orders (id, user_id, before, flag, bits)
     SELECT i, 6001 - i, CASE WHEN i <= 4000 THEN i + 2000 END, 100 + i % 150, (100 + i % 150)::bit(8)
       FROM generate_series(1, 6000) AS i;
     CREATE TABLE chain (id int PRIMARY KEY, before int REFERENCES chain);
     CREATE TABLE kept (id int PRIMARY KEY, before int REFERENCES kept CHECK (before IS NOT NULL OR id = 3000));
     INSERT INTO chain SELECT i, NULLIF(i + 1, 3001) FROM generate_series(1, 3000) AS i; INSERT INTO kept TABLE chain;
     ANALYZE"
# What is written to is not compared: users by a query, visits by a trigger.
cat >rename.lua <<'EOF2'
return plan "rename" {
    api = 1,
    compat = {
        old = {
            { "SELECT email FROM users WHERE id = :users.id", "INSERT INTO users (email) VALUES ('n' || :n)" },
            "SELECT count(*) FROM visits",
            "SELECT code, name FROM countries",
            [[SELECT 1 / count(*) FROM orders JOIN flags ON code = flag
               WHERE id = :orders.id AND user_id = :orders.user_id AND code = :orders.flag AND orders.bits = :orders.bits]],
        },
        new = { "SELECT id, address FROM users WHERE id = :users.id" },
    },
    expand {
        sql "add column" "ALTER TABLE users ADD COLUMN address text" { undo = "ALTER TABLE users DROP COLUMN address" },
        sync { table = "users", from = "email", to = "address" },
        sql "log" "CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text UNIQUE)",
    },
    backfill "copy" { table = "users", set = { address = "email" }, where = "address IS DISTINCT FROM email" },
    gate "old code is gone" {
        sql "same" "SELECT count(*) = 0 FROM users WHERE address IS DISTINCT FROM email",
        approval "v2 is everywhere",
        soak "48h",
    },
    gate "sample" { sql "whole" [[
        SELECT count(*) BETWEEN 50 AND 200 AND count(u.id) = count(*) AND count(b.id) = count(o.before)
               AND bool_and(o.twice = 2 * o.id)
          FROM orders AS o LEFT JOIN users AS u ON u.id = user_id LEFT JOIN orders AS b ON b.id = o.before]],
        sql "no further" "SELECT count(*) = 150 AND count(before) = 149 AND (SELECT count(*) = 0 FROM kept) FROM chain" },
    -- Old code is gone here.
    expand { sql "late" "ALTER TABLE countries ADD COLUMN late int" },
    contract { drop_column { table = "users", column = "email" } },
}
EOF2
check_exit 0 "$ZDM" rehearse rename.lua --from "$ZDM_DATABASE_URL" --sample 50 --quick --seed 1 \
    --max-stall 60s --format json
check_has "$err" 'warning: real data of'
for cut in 'chain 1 0' 'kept 0 150'; do
    read -r table nothing left <<<"$cut"
    check_has "$err" "not all rows of public.$table that those of public.$table refer to were fetched, for the chain is too long: $nothing"
    check_has "$err" "refer to nothing instead, $left are left out"
done
check_eq "ok" True "$(field "d['ok']")"
check_eq "compared" 2 "$(field "d['compared']")"
check_eq "rounds" "up, back and up, kills, no clients, no clients, kills" "$(field "', '.join(r['round'] for r in d['rounds'])")"
check_eq "all ran" True "$(field "all(s['ran'] for s in d['steps'])")"
check_eq "lock" "public.users ACCESS EXCLUSIVE ACCESS EXCLUSIVE" \
    "$(field "' '.join(next([l['relation'], l['observed'], l['predicted']] for l in d['steps'][0]['locks']))")"
check_eq "opened" 'approval "v2 is everywhere", soak' "$(field "d['steps'][4]['opened']")"
check_eq "versions" "old, old, old, old, , , , new" \
    "$(field "', '.join('+'.join(s['versions']) for s in d['steps'])")"
check_eq "clients at each step" True \
    "$(field "all(s['clients']['queries'] > 0 for s in d['steps'] if s['versions'])")"
check_eq "surprises" "[]" "$(field "sum((s['surprises'] for s in d['steps']), [])")"

# A column that goes while old code runs, values that change under it, and an undo that leaves something.
cat >breaks.lua <<'EOF2'
return plan "breaks" {
    api = 1,
    compat = { old = { "SELECT id, email FROM users WHERE id = :row", "SELECT name FROM countries", "SELECT * FROM visits" } },
    expand {
        sql "translate" "UPDATE countries SET name = upper(name)"
            { undo = "nothing", allow = { "dml-unbatched" }, because = "test" },
        sql "more" "ALTER TABLE visits ADD COLUMN more int" { undo = "ALTER TABLE visits DROP COLUMN more" },
        sql "rename" "ALTER TABLE users RENAME COLUMN email TO mail" {
            undo = "ALTER TABLE users RENAME COLUMN mail TO email; ALTER TABLE users ADD COLUMN left_over int",
            allow = { "break-rename-column" },
            because = "test",
        },
        -- What it does depends on whether the plan was begun before.
        hook "count" {
            run = function(db) db:exec "INSERT INTO visits SELECT epoch FROM zdm.plan" end,
            undo = function() end,
        },
    },
}
EOF2
check_exit 4 "$ZDM" rehearse breaks.lua --schema schema.sql --data rows.sql --quick --seed 2
has 'broke: values at step "translate", query 2 of the old version'
has 'broke: columns at step "more", query 3 of the old version'
has 'broke: error 42703 at step "rename", query 1 of the old version'
has 'column "email" does not exist'
has 'broke: schema (first in round "back and up") behind the rollback the schema is not what it was before the plan'
has '+ column public.users.left_over: integer'
has 'broke: rows (first in round "no clients, kills") behind a run that was killed the rows are not what they are'
has 'public.visits: other values of n'
has 'rehearsed: it breaks'
[ "$(wc -L <"$out")" -le 80 ] || fail "wider than 80 columns"

# The schema of a database; a step that holds its lock; a gate that stays closed; and a plan that ends there.
cat >stalls.lua <<'EOF2'
return plan "stalls" {
    api = 1,
    compat = { old = { "SELECT count(*) FROM countries" } },
    expand {
        sql "hold <it>" "LOCK TABLE countries IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(1)"
            { undo = "nothing", allow = { "lock-table" }, because = "test" },
    },
    gate "never" { sql "no" "SELECT false" },
    contract { sql "drop" "DROP TABLE countries" },
}
EOF2
check_exit 4 "$ZDM" rehearse stalls.lua --from "$ZDM_DATABASE_URL" --rows 0 --quick --max-stall 300ms --format junit
check_has "$out" '<failure type="stall"'
check_has "$out" 'name="hold &lt;it&gt;"'
check_has "$out" 'sql &quot;no&quot; is closed'
check_has "$out" '<skipped/>'

# A load of its own, in Lua or SQL; the plan's is not asked then.
cat >load.lua <<'EOF2'
local one = "SELECT name FROM countries WHERE code = 'de'"
return { old = { one, { one, "SELECT 1" } } }
EOF2
cat >load.sql <<'EOF2'
SELECT name FROM countries WHERE code = 'de'; -- one
SELECT count(*) FROM visits;
EOF2
cat >fine.lua <<'EOF2'
return plan "fine" {
    api = 1,
    compat = { old = { "SELECT nothing FROM nowhere" } },
    expand { sql "more" "ALTER TABLE countries ADD COLUMN more int" },
    gate "v2" { approval "v2 is everywhere", sql "yes" "SELECT false" },
    expand { sql "late" "ALTER TABLE countries ADD COLUMN late int" },
    contract { drop_column { table = "countries", column = "more" } },
}
EOF2
check_exit 4 "$ZDM" rehearse fine.lua --schema schema.sql --rows 50 --quick --max-stall 60s --load load.lua --format markdown
check_has "$out" "### zdm rehearse: it breaks"
check_has "$out" "PostgreSQL $(sql "SHOW server_version_num" | cut -c1-2), 50 rows, 2 old and 0 new queries"

# What is wrong before anything is rehearsed.
check_exit 2 "$ZDM" rehearse fine.lua --schema schema.sql --rows many
check_has "$err" '--rows must be a whole number'
echo 'return { odl = {} }' >odl.lua
check_exit 2 "$ZDM" rehearse fine.lua --schema schema.sql --load odl.lua
check_has "$err" 'did you mean "old"?'
printf 'COPY countries FROM stdin;\nx\ty\n\\.\n' >psql.sql
check_exit 2 "$ZDM" rehearse fine.lua --schema schema.sql --load psql.sql
check_has "$err" 'psql.sql:1:1: error: a load has no commands of psql'
check_exit 2 "$ZDM" rehearse fine.lua --schema schema.sql --load load.sql --data missing.sql
check_has "$err" 'missing.sql'
check_exit 2 "$ZDM" rehearse rename.lua
check_has "$err" "a rehearsal needs a schema"
sed 's/SELECT name FROM/SELECT nam FROM/' breaks.lua >wrong.lua
check_exit 2 "$ZDM" rehearse wrong.lua --schema schema.sql
check_has "$err" 'query 2 of the old version: column "nam" does not exist'
echo 'return { old = { "SELECT :users.idd" } }' >none.lua
check_exit 2 "$ZDM" rehearse fine.lua --schema schema.sql --load none.lua
check_has "$err" '`:users.idd`: column t.idd does not exist'
cat >twice.lua <<'EOF2'
return { old = { "INSERT INTO countries VALUES (:row::text, 'once')" } }
EOF2
check_exit 2 "$ZDM" rehearse fine.lua --schema schema.sql --load twice.lua
check_has "$err" 'query 1 of the old version: duplicate key'
check_has "$err" 'it fails among its own clients before the plan has begun'
check_exit 2 "$ZDM" rehearse fine.lua --schema schema.sql --sample 5
check_has "$err" '--sample without --from'
cat >command.lua <<'EOF2'
return plan "command" { api = 1, expand { command "deploy" { argv = { "true" } } } }
EOF2
check_exit 2 "$ZDM" rehearse command.lua --schema schema.sql --format json
check_has "$out" 'runs a program'
check_eq "the database of --from is untouched" 0 "$(sql "SELECT count(*) FROM pg_namespace WHERE nspname ~ 'zdm'")"
