# NOT NULL of tables with partitions and heirs, and what becomes of its name, which it has since PostgreSQL 18; with a NOT
# NULL that is NOT VALID there.
source "$ZDM_SOURCE/tests/support/lib.sh"

since_18() {
    [ "$(sql 'SHOW server_version_num')" -ge 180000 ]
}

sql "CREATE TABLE parts (id int, note text) PARTITION BY RANGE (id);
     CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
     CREATE TABLE parts_2 (note text CONSTRAINT own NOT NULL, id int);
     ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES FROM (100) TO (200);
     CREATE TABLE above (note text);
     CREATE TABLE below () INHERITS (above);
     CREATE TABLE people (id int CONSTRAINT \"It's %1\" NOT NULL, note text CONSTRAINT noted NOT NULL);
     INSERT INTO parts SELECT g, nullif(g % 5, 0) FROM generate_series(1, 99) AS g;
     INSERT INTO parts_2 SELECT 'x', g FROM generate_series(100, 150) AS g;
     INSERT INTO above SELECT g FROM generate_series(1, 50) AS g;
     INSERT INTO below SELECT g FROM generate_series(1, 50) AS g;
     INSERT INTO people SELECT g, g FROM generate_series(1, 50) AS g;
     ALTER TABLE people ADD CHECK (note <> '')"
cat >set.lua <<'LUA'
return plan "set" {
    api = 1,
    recipe.set_not_null { table = "parts", column = "note", fill = "'none'" },
    recipe.set_not_null { table = "above", column = "note" },
}
LUA
picture() {
    schema_picture | grep -v zdm
}
picture >before

# --- from 18 on the constraint is the NOT NULL, and no CHECK is needed
check_exit 0 "$ZDM" plan set.lua
since_18 && check_lacks "$out" "SET NOT NULL" || check_has "$out" "SET NOT NULL"
check_exit 0 "$ZDM" run set.lua
check_eq "may be NULL" "" "$(sql "SELECT attrelid::regclass FROM pg_attribute WHERE attname = 'note' AND NOT attnotnull
    AND attrelid IN ('parts'::regclass, 'parts_1'::regclass, 'parts_2'::regclass, 'above'::regclass, 'below'::regclass)")"
check_eq "constraints that are not proven" 0 "$(sql 'SELECT count(*) FROM pg_constraint WHERE NOT convalidated')"
check_eq "CHECKs that were left" people "$(sql "SELECT conrelid::regclass FROM pg_constraint WHERE contype = 'c'
    AND connamespace = 'public'::regnamespace")"
! since_18 || check_eq "names" "above_note_not_null
own
parts_note_not_null
parts_note_not_null" "$(sql "SELECT conname FROM pg_constraint WHERE contype = 'n' AND conrelid IN
    ('parts'::regclass, 'parts_1'::regclass, 'parts_2'::regclass, 'above'::regclass) ORDER BY 1")"
check_exit 0 "$ZDM" verify set.lua
check_exit 0 "$ZDM" rollback set.lua
if since_18; then # before, nobody remembers which partition was NOT NULL by itself
    picture | diff before - >&2 || fail "the way back ends elsewhere"
fi
check_exit 0 "$ZDM" run set.lua

# --- a name of the author's stays, on the way and on the way back
cat >names.lua <<'LUA'
return plan "names" {
    api = 1,
    recipe.drop_not_null { table = "people", column = "note" },
    recipe.change_type { table = "people", column = "id", type = "bigint" },
}
LUA
picture >before
check_exit 3 "$ZDM" run names.lua
check_eq "type" bigint "$(sql "SELECT pg_typeof(id) FROM people LIMIT 1")"
check_eq "names" "$(since_18 && echo "It's %1")" "$(sql "SELECT conname FROM pg_constraint AS k JOIN pg_attribute AS a
    ON attrelid = conrelid AND attnum = conkey[1] WHERE conrelid = 'people'::regclass AND contype = 'n' AND attname = 'id'")"
check_eq "may be NULL" note "$(sql "SELECT attname FROM pg_attribute WHERE attrelid = 'people'::regclass AND attnum > 0
    AND attname !~ 'zdm' AND NOT attnotnull")"
check_exit 0 "$ZDM" rollback names.lua
picture | diff before - >&2 || fail "the way back ends elsewhere"

# --- NOT VALID: no recipe takes it for proven, and one proves it
since_18 || exit 0
sql "CREATE TABLE loose (id int PRIMARY KEY, a text); INSERT INTO loose VALUES (1, NULL);
     ALTER TABLE loose ADD CONSTRAINT \"has a\" NOT NULL a NOT VALID"
for recipe in 'change_type { table = "loose", column = "a", type = "varchar(9)" }' \
    'rename_column { table = "loose", from = "a", to = "b" }' 'copy_table { table = "loose" }'; do
    echo "return plan 'loose' { api = 1, recipe.$recipe }" >loose.lua
    check_exit 2 "$ZDM" plan loose.lua
    tr -s ' \n' ' ' <"$err" >flat
    check_has flat '"has a", which is NOT VALID'
done
# A DELETE over there makes the column NULL here, also where only new rows may not be.
echo "return plan 'apart' { api = 1, recipe.split_table { table = 'loose', columns = 'a', into = 'tight' } }" >apart.lua
check_exit 0 "$ZDM" run apart.lua --until "copy a to tight"
sql "INSERT INTO loose VALUES (2, 'two')"
sql "DELETE FROM tight WHERE id = 2"
check_eq "deleted over there" t "$(sql "SELECT a IS NULL FROM loose WHERE id = 2")"
check_exit 0 "$ZDM" rollback apart.lua --accept-data-loss
sql "DELETE FROM loose WHERE id = 2"
check_eq "NOT VALID again" f "$(sql "SELECT convalidated FROM pg_constraint WHERE conname = 'has a'")"
echo "return plan 'loose' { api = 1, recipe.set_not_null { table = 'loose', column = 'a', fill = [['x']] } }" >loose.lua
check_exit 0 "$ZDM" run loose.lua
check_eq "proven" "has a t" "$(sql "SELECT conname || ' ' || left(convalidated::text, 1) FROM pg_constraint
    WHERE conrelid = 'loose'::regclass AND contype = 'n' AND conname <> 'loose_id_not_null'")"
check_eq "filled" x "$(sql 'SELECT a FROM loose')"

# --- the way back of the statement by itself: what was NOT NULL before stays so
sql "CREATE TABLE plain (a int, b int CONSTRAINT \"has b\" NOT NULL)"
cat >own.lua <<'LUA'
return plan "own" {
    api = 1,
    expand {
        sql "a" [[ALTER TABLE plain ADD CONSTRAINT "has a" NOT NULL a NOT VALID]],
        sql "b" [[ALTER TABLE plain ADD CONSTRAINT "has b" NOT NULL b NOT VALID]],
        sql "a holds" [[ALTER TABLE plain VALIDATE CONSTRAINT "has a"]],
    },
}
LUA
picture >before
check_exit 0 "$ZDM" run own.lua
check_eq "both are" "has a,has b" "$(sql "SELECT string_agg(conname, ',' ORDER BY 1) FROM pg_constraint
    WHERE conrelid = 'plain'::regclass AND contype = 'n' AND convalidated")"
check_exit 0 "$ZDM" rollback own.lua
picture | diff before - >&2 || fail "the way back ends elsewhere"
