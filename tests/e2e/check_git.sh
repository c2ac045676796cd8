# zdm check --git-diff: what changed since a revision is reported, the rest is read for what it makes.
source "$ZDM_SOURCE/tests/support/lib.sh"
unset ZDM_DATABASE_URL DATABASE_URL
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b \
    GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b

mkdir -p outside
echo 'DROP TABLE x;' >outside/1.sql
(cd outside && check_exit 2 "$ZDM" check --git-diff main 1.sql)
check_has "$err" "in no git repository"

mkdir -p repo/db
cd repo
git init -q -b main .
echo 'DROP TABLE a;' >db/1.sql
echo 'DROP TABLE b;' >db/2.sql
echo 'CREATE TABLE c (id bigint PRIMARY KEY);' >db/3.sql
echo ignored.sql >.gitignore
git add -A
git commit -qm one
git checkout -qb work
git tag base

# Nothing changed.
check_exit 0 "$ZDM" check --git-diff main --format json db
check_has "$out" '"files": 0'

# Edited, added and committed, renamed, not in git yet, ignored.
echo '-- edited' >>db/2.sql
git mv db/1.sql db/1_renamed.sql
git commit -qam two
echo 'DROP TABLE d;' >"db/4 new.sql"
git add db
echo 'DROP TABLE e;' >db/5.sql
echo 'DROP TABLE f;' >db/ignored.sql
check_exit 4 "$ZDM" check --git-diff main --format gcc db
for file in db/1_renamed.sql db/2.sql "db/4 new.sql" db/5.sql db/ignored.sql; do
    check_has "$out" "$file:1:1"
done
check_lacks "$out" "3.sql"
(cd db && check_exit 4 "$ZDM" check --git-diff main --format gcc .)
check_has "$out" "4 new.sql:1:1"
check_exit 4 "$ZDM" check --git-diff base --format gcc db/5.sql

# The branch moved on: only what is ours counts.
git stash -qu
git checkout -q main
echo '-- theirs' >>db/3.sql
echo 'DROP TABLE g;' >db/6.sql
git add -A
git commit -qm theirs
git checkout -q work
check_exit 4 "$ZDM" check --git-diff main --format gcc db
check_lacks "$out" "3.sql"

# A relation that an unchanged file makes is known to the changed ones, and is in use.
git checkout -q main
git checkout -qb more
echo 'CREATE INDEX ON c (id);' >db/7.sql
check_exit 4 "$ZDM" check --git-diff main --format gcc db
check_has "$out" "db/7.sql:1:1"
check_lacks "$out" "db/1.sql"

# Standard input is always reported.
check_exit 4 "$ZDM" check --git-diff main - <<<'DROP TABLE z;'

# What cannot be answered is said.
check_exit 2 "$ZDM" check --git-diff nowhere db
check_has "$err" 'there is no revision "nowhere"'
check_exit 2 "$ZDM" check --git-diff=--output=x db
check_has "$err" "takes a revision"
[ ! -e x ] || fail "git got an option"
check_exit 2 "$ZDM" check --git-diff main ../outside/1.sql
check_has "$err" "outside of the repository"
git checkout -q --orphan other
check_exit 2 "$ZDM" check --git-diff HEAD db
check_has "$err" "no commit yet"
git commit -qm other --allow-empty
check_exit 2 "$ZDM" check --git-diff main db
check_has "$err" "no commit in common"
mkdir ../nogit
for tool in bash env; do ln -s "$(command -v $tool)" ../nogit/$tool; done
PATH=$PWD/../nogit check_exit 2 "$ZDM" check --git-diff main db
check_has "$err" 'cannot run "git"'
