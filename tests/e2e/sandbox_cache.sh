# The kept result of initdb: used, shared, repaired, and done without.
source "$ZDM_SOURCE/tests/support/lib.sh"

export XDG_CACHE_HOME=$PWD/new/cache
run() {
    check_exit 0 "$ZDM" sandbox -- psql -XAtc 'SELECT 1'
}
template() {
    echo "$XDG_CACHE_HOME"/zdm/initdb-*
}

# Made once, then used: a mark put into it is found in the next sandbox.
run
check_eq "one template" "$(basename "$(template)")" "$(ls "$XDG_CACHE_HOME/zdm")"
check_eq "private" 700 "$(stat -c %a "$(template)")"
inode=$(stat -c %i "$(template)")
identifier="SELECT system_identifier FROM pg_control_system()"
check_eq "same cluster" "$("$ZDM" sandbox -- psql -XAtc "$identifier")" \
    "$("$ZDM" sandbox -- psql -XAtc "$identifier")"
check_eq "not made again" "$inode" "$(stat -c %i "$(template)")"

# Damaged: a file shortened, a file missing, its size file gone, a file full of rubbish.
damages=(
    'truncate -s 100 data/global/pg_control'
    'rm data/PG_VERSION'
    'rm size'
    'head -c 8192 /dev/zero >zero; dd if=zero of=data/global/pg_control conv=notrunc status=none; rm zero'
)
for damage in "${damages[@]}"; do
    before=$(template)
    inode=$(stat -c %i "$before")
    touch "$before/data/mark" # the old one, should it survive
    (cd "$before" && eval "$damage")
    run
    check_eq "one template after: $damage" "$(basename "$before")" "$(ls "$XDG_CACHE_HOME/zdm")"
    [ ! -e "$before/data/mark" ] || fail "the damaged template is still there after: $damage"
done
run

# Somebody else could write to it: not used.
chmod 777 "$(template)"
touch "$(template)/data/mark"
check_exit 0 "$ZDM" sandbox -- bash -c 'ls "$ZDM_SANDBOX/data"'
check_lacks "$out" mark
rm -r "$(template)"

# No place for it: works all the same.
touch file
check_exit 0 env XDG_CACHE_HOME="$PWD/file" "$ZDM" sandbox -- psql -XAtc 'SELECT 1'
check_exit 0 env XDG_CACHE_HOME=/proc "$ZDM" sandbox -- psql -XAtc 'SELECT 1'

# What a killed zdm left half-made goes with the next one made.
mkdir -p "$XDG_CACHE_HOME/zdm/new-killed/data"
run
check_eq "one template" "$(basename "$(template)")" "$(ls "$XDG_CACHE_HOME/zdm")"

# Several at once, with none there yet.
rm -r "$XDG_CACHE_HOME"
pids=()
for i in 1 2 3; do
    "$ZDM" sandbox -- psql -XAtc "SELECT $i" >"answer.$i" &
    pids+=($!)
done
for pid in "${pids[@]}"; do
    wait "$pid"
done
check_eq "answers" $'1\n2\n3' "$(cat answer.*)"
check_eq "one template" "$(basename "$(template)")" "$(ls "$XDG_CACHE_HOME/zdm")"
