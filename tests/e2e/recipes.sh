# Every recipe: up, down and up again beside an application that reads and writes all the while, and that
# sees no error; what is there in the end; and what is refused.
source "$ZDM_SOURCE/tests/support/lib.sh"
cp -r "$ZDM_SOURCE/plans/recipes" .

PGDATABASE=postgres sql 'CREATE DATABASE shop'
psql -Xq -v ON_ERROR_STOP=1 -d shop -f recipes/shop.sql

# What the application does, over and over, until the file `go` is gone. The first error ends it.
application() {
    while [ -e go ] && [ ! -s app.err ]; do cat <<'SQL'
BEGIN;
INSERT INTO users (email, name, phone, region) VALUES ('new' || random(), 'new', '1', 1) RETURNING id AS id \gset
INSERT INTO users (name, region) VALUES ('of defaults', 2);
COMMIT;
UPDATE users SET email = email || '.', name = 'other' WHERE id = :id;
UPDATE users SET phone = phone || '1' WHERE id = (SELECT id FROM users ORDER BY random() LIMIT 1);
SELECT count(email) FROM users WHERE lower(email) = 'new';
INSERT INTO orders (user_id, total) VALUES (:id, 10) RETURNING id AS order \gset
UPDATE orders SET total = total + 1 WHERE id = (SELECT id FROM orders ORDER BY random() LIMIT 1);
DELETE FROM orders WHERE id = :order;
DELETE FROM users WHERE id = :id;
INSERT INTO people (nick) VALUES ('nick' || random()) RETURNING id AS person \gset
UPDATE people SET nick = nick || 'x' WHERE id = :person;
DELETE FROM people WHERE id = :person;
INSERT INTO events VALUES (1, date '2025-01-01' + (random() * 700)::int, 'now');
UPDATE events SET what = 'then' WHERE id = 1;
DELETE FROM events WHERE id = 1;
SQL
    done | psql -Xq -v ON_ERROR_STOP=1 >app.out 2>app.err || echo "exit $?" >>app.err
}

picture() {
    schema_picture | grep -v zdm
    sql "SELECT 'comment ' || description FROM pg_description WHERE classoid = 'pg_class'::regclass AND objsubid > 0
            AND objoid >= 16384 AND objoid::regclass::text !~ '^zdm'
         UNION ALL SELECT format('statistics %s %s', attname, attstattarget) FROM pg_attribute WHERE attstattarget > 0"
}

trap 'rm -f go; wait' EXIT

for plan in recipes/*.lua; do
    name=$(basename "$plan" .lua)
    fresh_db "recipe_$name" shop
    export ZDM_LEDGER=$PWD/$name.db
    picture >before

    # Up to what a person has to say, and all the way back.
    touch go
    application &
    code=0
    "$ZDM" run "$plan" >"$out" 2>"$err" || code=$?
    [[ $code = 0 || $code = 3 ]] || fail "$name: exit code $code: $(cat "$out" "$err")"
    check_exit 0 "$ZDM" rollback "$plan" --accept-data-loss
    picture >after
    diff before after >&2 || fail "$name: the way back ends elsewhere"

    # Up again. While the application still is the old one only its approval is missing.
    for ((i = 0; i < 5; i++)); do
        code=0
        "$ZDM" run "$plan" >"$out" 2>"$err" || code=$?
        [ $code = 3 ] || break
        if [ -e go ]; then
            rm go
            wait
            check_eq "$name: errors of the application" "" "$(cat app.err)"
        fi
        grep '^  zdm approve' "$out" | while read -r _ rest; do
            eval "\"$ZDM\" $rest" >/dev/null
        done
    done
    rm -f go
    wait
    check_eq "$name: errors of the application" "" "$(cat app.err)"
    check_eq "$name: ends" 0 "$code"
    picture | diff before - | grep '^[<>]' >change || true
    check_golden "recipes/$name" change
    check_exit 0 "$ZDM" verify "$plan"
done
