# The program behind the truth tests can fail: on a mark that is out of date, on nothing to do, on a
# directive that it does not know, and where the server says another thing.
source "$ZDM_SOURCE/tests/support/lib.sh"
truth=$(dirname "$ZDM")/tests/truth
echo "CREATE TABLE plain (id int, a int)" >mini.sql

cat >good.sql <<'SQL'
-- a comment
ALTER TABLE plain ADD COLUMN e int;

--! after: ALTER TABLE plain ADD COLUMN e int
--! versions: 14-
DROP TABLE
  plain
SQL
sed 's/^-- a comment/--! differs: not any more/' good.sql >stale.sql
sed 's/^-- a comment/--! after/' good.sql >unknown.sql
sed 's/^-- a comment/--! differs 13: gone since/' good.sql >old.sql
echo "--! versions: 13" | cat - good.sql | head -3 >never.sql
# zdm cannot know what the code does, and says no lock: that is a disagreement.
echo "DO \$\$ BEGIN EXECUTE 'ALTER TABLE plain ADD COLUMN e int'; END \$\$" >hidden.sql

check_exit 0 "$ZDM" sandbox -- "$truth" --schema mini.sql good.sql
check_exit 0 "$ZDM" sandbox -- "$truth" --schema mini.sql old.sql
check_exit 1 "$ZDM" sandbox -- "$truth" --schema mini.sql stale.sql
check_exit 77 "$ZDM" sandbox -- "$truth" --schema mini.sql never.sql
check_has out 'skipped: no case is for PostgreSQL'
check_exit 1 "$ZDM" sandbox -- "$truth" --schema mini.sql hidden.sql
check_exit 2 "$ZDM" sandbox -- "$truth" --schema mini.sql unknown.sql
check_exit 2 "$ZDM" sandbox -- "$truth" --schema mini.sql nowhere.sql
