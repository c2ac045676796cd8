# Which server a sandbox takes, and what it says when there is none.
source "$ZDM_SOURCE/tests/support/lib.sh"

real=$(dirname "$(readlink -f "$(command -v initdb)")") # run.sh's own sandbox put it into PATH

check_exit 0 env ZDM_PG_BINDIR="$real" "$ZDM" sandbox -- bash -c 'dirname "$(command -v postgres)"'
check_eq "the named folder" "$real" "$(cat "$out")"

# ZDM_PG_BINDIR is never passed over in silence.
check_exit 2 env ZDM_PG_BINDIR=/nonexistent "$ZDM" sandbox -- touch ran
check_has "$err" 'ZDM_PG_BINDIR is "/nonexistent", but there is no executable "initdb" in it'
check_exit 2 env ZDM_PG_BINDIR=bin "$ZDM" sandbox -- touch ran
check_has "$err" 'not an absolute path'
mkdir half
ln -s "$real/initdb" "$real/pg_ctl" half
check_exit 2 env ZDM_PG_BINDIR="$PWD/half" "$ZDM" sandbox -- touch ran
check_has "$err" 'no executable "postgres"'
[ ! -e ran ]

# A folder in PATH that lacks one of them does not count.
check_exit 0 env PATH="$PWD/half:half:$real:/usr/bin:/bin" "$ZDM" sandbox -- \
    bash -c 'dirname "$(readlink -f "$(command -v postgres)")"'
check_eq "the whole folder" "$real" "$(cat "$out")"

# A server that cannot run is an error with what it said.
mkdir broken
chmod 755 . broken
for program in initdb pg_ctl postgres; do
    printf '#!/bin/sh\necho "broken $0" >&2; exit 3\n' >broken/$program
    chmod 755 broken/$program
done
check_exit 1 env ZDM_PG_BINDIR="$PWD/broken" "$ZDM" sandbox -- touch ran
check_has "$err" 'broken/postgres --version" failed with exit code 3'
check_has "$err" "broken $PWD/broken/postgres"

printf '#!/bin/sh\nexec "%s/postgres" "$@"\n' "$real" >broken/postgres
check_exit 1 env ZDM_PG_BINDIR="$PWD/broken" "$ZDM" sandbox -- touch ran
check_has "$err" 'initdb failed with exit code 3'
[ ! -e ran ]
