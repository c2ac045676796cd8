# zdm check --rows: rows that stand in a statement's way, each against what the server then does.
source "$ZDM_SOURCE/tests/support/lib.sh"

url=$ZDM_DATABASE_URL
unset ZDM_DATABASE_URL DATABASE_URL

sql '
CREATE SCHEMA "Odd Schema";
CREATE TABLE countries (code text PRIMARY KEY);
INSERT INTO countries VALUES ($$fr$$);
CREATE TABLE users (id bigint PRIMARY KEY, email text, age int, country text, nick text, n text, big bigint);
INSERT INTO users VALUES (7, NULL, -1, $$xx$$, $$a$$, $$12$$, 3000000000), (8, $$b$$, 5, $$fr$$, $$a$$, $$x$$, 1);
ALTER TABLE users ADD CONSTRAINT later CHECK (age > 0) NOT VALID;
ALTER TABLE users ADD CONSTRAINT later_fk FOREIGN KEY (country) REFERENCES countries NOT VALID;
CREATE TABLE "Odd Schema"."Or""ders" ("Key One" int, two int, "Va""lue" int, PRIMARY KEY ("Key One", two));
INSERT INTO "Odd Schema"."Or""ders" VALUES (1, 2, NULL), (3, 4, 5), (3, 5, 5);
CREATE TABLE keyless (a int, b int);
INSERT INTO keyless VALUES (1, 1), (1, 1), (NULL, 2);
CREATE TABLE parted (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
INSERT INTO parted VALUES (1, $$2024-05-05$$), (2, NULL);
CREATE TABLE parted_new (id int PRIMARY KEY, at date);
INSERT INTO parted_new VALUES (9, $$1999-01-01$$);
CREATE TABLE listed (id int, kind text) PARTITION BY LIST (kind);
CREATE TABLE listed_new (id int, kind text);
INSERT INTO listed_new VALUES (1, $$z$$);
CREATE TABLE empty (id int PRIMARY KEY, a int);
CREATE FUNCTION loud(text) RETURNS int LANGUAGE plpgsql VOLATILE AS $$BEGIN RETURN 1/0; END$$;
CREATE FUNCTION quiet(i int) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$SELECT i > 0$$;
ANALYZE'

# $1 SQLSTATE, $2 words about the row, $3 statement: zdm finds the row, and the server agrees.
violates() {
    echo "$3;" >one.sql
    check_exit 4 "$ZDM" check --db "$url" --rows 5 --format json one.sql
    check_has "$out" '"rows-violate"'
    check_has "$out" "\"fails_with\": \"$1\""
    check_has "$out" "$2"
    local said
    said=$(psql -X -q -d "$url" -v VERBOSITY=sqlstate -c "BEGIN; $3; ROLLBACK" 2>&1 || true)
    check_has_text "$said" "$1"
}
# $1 statement: nothing is found, nothing is unknown; $2 given: the server takes it too.
stands() {
    echo "$1;" >one.sql
    "$ZDM" check --db "$url" --rows 5 --format json one.sql >one.json || true
    check_lacks one.json 'rows-'
    [ $# -gt 1 ] || psql -X -q -d "$url" -v ON_ERROR_STOP=1 -c "BEGIN; $1; ROLLBACK" >/dev/null
}
check_has_text() {
    case $1 in *"$2"*) ;; *) fail "the server said: $1, not $2" ;; esac
}

violates 23502 "id = 7" "ALTER TABLE users ALTER COLUMN email SET NOT NULL"
violates 23502 "id = " "ALTER TABLE users ADD COLUMN more int NOT NULL"
violates 23514 "id = 7" "ALTER TABLE users ADD CONSTRAINT grown CHECK (users.age >= 0)"
violates 23514 "id = 7" "ALTER TABLE users ADD CHECK (quiet(age))"
violates 23514 "id = 7" "ALTER TABLE users VALIDATE CONSTRAINT later"
violates 23503 "id = 7" "ALTER TABLE users ADD FOREIGN KEY (country) REFERENCES countries"
violates 23503 "id = 7" "ALTER TABLE users ADD FOREIGN KEY (country) REFERENCES countries (code)"
violates 23503 "id = 7" "ALTER TABLE users VALIDATE CONSTRAINT later_fk"
violates 23505 "id = 7" "ALTER TABLE users ADD UNIQUE (nick)"
violates 23505 "id = 7" "CREATE UNIQUE INDEX ON users (lower(nick)) WHERE age < 100"
violates 23505 "ctid = (0,1)" "ALTER TABLE keyless ADD PRIMARY KEY (b)"
violates 23502 "ctid = (0,3)" "ALTER TABLE keyless ALTER a SET NOT NULL"
violates 22P02 "n that cannot become int" "ALTER TABLE users ALTER COLUMN n TYPE int USING n::int"
violates 22003 "big that cannot become int" "ALTER TABLE users ALTER COLUMN big TYPE int"
violates 22001 "id = 7" "ALTER TABLE users ALTER COLUMN n TYPE varchar(1)"
violates 23502 "Key One = 1, two = 2" 'ALTER TABLE "Odd Schema"."Or""ders" ALTER COLUMN "Va""lue" SET NOT NULL'
violates 23505 "(Key One, two) = (3,4)" 'ALTER TABLE "Odd Schema"."Or""ders" ADD UNIQUE ("Va""lue")'
violates 23514 "id = 9" "ALTER TABLE parted ATTACH PARTITION parted_new FOR VALUES FROM ('2000-01-01') TO ('2001-01-01')"
violates 23514 "ctid = " "CREATE TABLE p24 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')"
violates 23514 "ctid = " "ALTER TABLE listed ATTACH PARTITION listed_new FOR VALUES IN ('a', 'b')"
violates 23502 "ctid = " "ALTER TABLE parted ALTER COLUMN at SET NOT NULL"

# What holds.
stands "ALTER TABLE users ALTER COLUMN nick SET NOT NULL"
stands "ALTER TABLE users ADD CHECK (age < 100)"
stands "ALTER TABLE users ADD CHECK (age > 0) NOT VALID"
stands "ALTER TABLE users ADD UNIQUE (email)"
stands "ALTER TABLE users ADD UNIQUE (age, nick)"
stands "ALTER TABLE empty ADD COLUMN b int NOT NULL"
stands "ALTER TABLE users ALTER COLUMN n TYPE varchar(2)"
stands "ALTER TABLE users ALTER COLUMN age TYPE bigint"
stands "ALTER TABLE listed ATTACH PARTITION listed_new FOR VALUES IN ('z')"
stands "ALTER TABLE parted ATTACH PARTITION parted_new FOR VALUES FROM ('1999-01-01') TO ('2000-01-01')"
# Nothing that may have effects is evaluated, and nothing is said of it.
stands "ALTER TABLE users ALTER COLUMN n TYPE int USING loud(n)" no
# What an earlier statement of the text changes is another matter.
stands "UPDATE keyless SET a = 0 WHERE a IS NULL; ALTER TABLE keyless ALTER COLUMN a SET NOT NULL"
stands "CREATE TABLE fresh (a int); INSERT INTO fresh VALUES (NULL); ALTER TABLE fresh ALTER a SET NOT NULL" no
stands "ALTER TABLE users DROP COLUMN n; ALTER TABLE users ADD COLUMN n text; ALTER TABLE users ADD CHECK (n <> 'x')"
# One that only locks it is none.
echo "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c;" >two.sql
check_exit 4 "$ZDM" check --db "$url" --rows 5 --format json two.sql
check_has "$out" '"23514"'
# In the schemas that the text names.
violates 23502 "two = 2" "SET search_path = \"Odd Schema\", public; ALTER TABLE \"Or\"\"ders\" ALTER \"Va\"\"lue\" SET NOT NULL"

# Without the option nobody asks.
echo "ALTER TABLE users ALTER COLUMN email SET NOT NULL;" >one.sql
"$ZDM" check --db "$url" --format json one.sql >one.json || true
check_lacks one.json 'rows-violate'
# A comment accepts it.
printf -- "-- zdm: allow rows-violate because the job fills it first\n-- zdm: allow scan-set-not-null because small\nALTER TABLE users ALTER COLUMN email SET NOT NULL;" >one.sql
check_exit 0 "$ZDM" check --db "$url" --rows 5 one.sql

# No answer is told, and is no verdict: no right to read, a table that is locked.
sql "CREATE ROLE zdm_rows LOGIN"
echo "ALTER TABLE users ALTER COLUMN email SET NOT NULL;" >one.sql
"$ZDM" check --db "$url user=zdm_rows" --rows 5 --format json one.sql >one.json || true
check_has one.json '"rows-unknown"'
check_lacks one.json '"rows-violate"'
sql "CREATE TABLE endless (id int PRIMARY KEY, a int); INSERT INTO endless SELECT i FROM generate_series(1, 3) i;
CREATE FUNCTION endless_check(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS \$\$BEGIN PERFORM pg_sleep(60); RETURN true; END\$\$"
echo "ALTER TABLE endless ADD CHECK (endless_check(a));" >one.sql
"$ZDM" check --db "$url" --rows 1 --format json one.sql >one.json || true
check_has one.json 'was not read in 1000 ms'

# It needs rows.
check_exit 2 "$ZDM" check --rows 5 --offline one.sql
check_exit 2 "$ZDM" check --rows none --db "$url" one.sql
sql "DROP OWNED BY zdm_rows; DROP ROLE zdm_rows"
