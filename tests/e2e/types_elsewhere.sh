# Keys of a type that lies in a schema of its own, as one of an extension does: triggers of recipes find its operators,
# whatever their search_path is pinned to.
source "$ZDM_SOURCE/tests/support/lib.sh"
fresh_db kinds
sql "ALTER DATABASE kinds SET search_path = public, kinds" # where applications look for it, and zdm's role
sql "SET client_min_messages = warning; CREATE SCHEMA kinds; CREATE TYPE kinds.word;
     CREATE FUNCTION kinds.word_in(cstring) RETURNS kinds.word LANGUAGE internal IMMUTABLE STRICT AS 'textin';
     CREATE FUNCTION kinds.word_out(kinds.word) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
     CREATE TYPE kinds.word (INPUT = kinds.word_in, OUTPUT = kinds.word_out, LIKE = text);
     CREATE FUNCTION kinds.cmp(kinds.word, kinds.word) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'byteacmp';
     DO \$\$ DECLARE o record; BEGIN
         FOR o IN VALUES ('<', 'lt'), ('<=', 'le'), ('=', 'eq'), ('>=', 'ge'), ('>', 'gt') LOOP
             EXECUTE format('CREATE FUNCTION kinds.%s(kinds.word, kinds.word) RETURNS boolean LANGUAGE internal IMMUTABLE
                 STRICT AS %L', o.column2, 'bytea' || o.column2);
             EXECUTE format('CREATE OPERATOR kinds.%s (LEFTARG = kinds.word, RIGHTARG = kinds.word, FUNCTION = kinds.%s%s)',
                 o.column1, o.column2, CASE o.column1 WHEN '=' THEN ', COMMUTATOR = OPERATOR(kinds.=), MERGES' END);
         END LOOP; END \$\$;
     CREATE OPERATOR CLASS kinds.word_ops DEFAULT FOR TYPE kinds.word USING btree AS OPERATOR 1 kinds.<, OPERATOR 2 kinds.<=,
         OPERATOR 3 kinds.=, OPERATOR 4 kinds.>=, OPERATOR 5 kinds.>, FUNCTION 1 kinds.cmp(kinds.word, kinds.word);
     CREATE DOMAIN kinds.code AS kinds.word CHECK (VALUE::text <> '')"

# recipe RECIPE TO: the plan of it on a new table t (id, bio), and one beside it, up to that step or gate.
recipe() {
    psql -Xq -c 'SET client_min_messages = warning' -c "DROP TABLE IF EXISTS t, other CASCADE; DROP SCHEMA IF EXISTS zdm CASCADE;
         CREATE TABLE t (id kinds.code PRIMARY KEY, bio text, n int); INSERT INTO t VALUES ('a', 'one', 1), ('b', 'two', 2);
         CREATE TABLE other (key kinds.code PRIMARY KEY REFERENCES t ON UPDATE CASCADE ON DELETE CASCADE)"
    rm -f ledger.db
    echo "return plan 'p' { api = 1, recipe.$1 }" >p.lua
    export ZDM_LEDGER=$PWD/ledger.db
    "$ZDM" run p.lua --until "$2" >"$out" 2>"$err" || { approve_asked; check_exit 0 "$ZDM" run p.lua --until "$2"; }
}
# What old code writes, and what is in there then.
writes() {
    sql "INSERT INTO t VALUES ('c', 'three', 3); UPDATE t SET bio = 'uno' WHERE id = 'a'; UPDATE t SET id = 'd' WHERE id = 'b';
         DELETE FROM t WHERE id = 'c'"
    check_eq "$1" "a uno, d two" "$(sql "SELECT string_agg(concat_ws(' ', $2, bio), ', ' ORDER BY $2::text) FROM $1")"
}

recipe 'copy_table { table = "t" }' 't and t_zdm_new have the same rows'
writes t_zdm_new id
recipe 'split_table { table = "t", columns = "bio", into = "bios" }' 'copy bio to bios'
writes bios id
sql "UPDATE bios SET bio = 'eins' WHERE id = 'a'"
check_eq "what new code writes" eins "$(sql "SELECT bio FROM t WHERE id = 'a'")"
recipe 'move_columns { table = "t", columns = "bio", to = "other" }' 'copy bio to other'
writes other key
sql "UPDATE other SET bio = 'eins' WHERE key = 'a'"
check_eq "what new code writes" eins "$(sql "SELECT bio FROM t WHERE id = 'a'")"

sql "DROP TABLE IF EXISTS other"
echo "return plan 'q' { api = 1, recipe.soft_delete { table = 't', view = 'living', deletes = true } }" >q.lua
sql "DROP TABLE t CASCADE; DROP SCHEMA zdm CASCADE; CREATE TABLE t (id kinds.code PRIMARY KEY); INSERT INTO t VALUES ('a'), ('b')"
check_exit 3 "$ZDM" run q.lua
approve_asked
check_exit 0 "$ZDM" run q.lua
sql "DELETE FROM t WHERE id = 'a'"
check_eq "marked" "2 1" "$(sql "SELECT concat_ws(' ', (SELECT count(*) FROM t), (SELECT count(*) FROM living))")"
