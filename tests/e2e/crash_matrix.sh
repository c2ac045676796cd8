# Kills zdm (kill -9) at every failpoint, at the first pass and at later ones, resumes, and compares
# schema, data and journal with a run that nobody disturbed. With an argument at every second one: the odd ones (1) or
# the even ones (0).
source "$ZDM_SOURCE/tests/support/lib.sh"
plan=$ZDM_SOURCE/tests/support/plans/crash.lua

PGDATABASE=postgres sql 'CREATE DATABASE crash_base' >/dev/null
PGDATABASE=crash_base psql -Xq -v ON_ERROR_STOP=1 -f "$ZDM_SOURCE/tests/support/plans/crash.sql"

new_target() {
    fresh_db crash crash_base
    rm -rf ledger.db* mark
    export ZDM_LEDGER=$PWD/ledger.db
}

# What must be equal in the end: schema, rows, and the journal but for times, epochs and people.
picture() {
    schema_picture
    sql "SELECT * FROM counters ORDER BY id"
    sql "SELECT * FROM late ORDER BY id"
    sql "SELECT what FROM audit"
    sql "SELECT tableoid::regclass, * FROM parted ORDER BY id"
    sql "SELECT step, item, state, kind, fingerprint, definition,
              regexp_replace(NULLIF(detail - '{predicted,happened,spent,elapsed_ms}'::text[], '{}')::text, 'at 20[-0-9T:Z]+', 'at some time')
         FROM zdm.journal
          ORDER BY step COLLATE \"C\", item COLLATE \"C\""
    sql "SELECT step, key, tries FROM zdm.quarantine"
    sql "SELECT step, slice, pos, bound, state FROM zdm.cursor ORDER BY step, slice"
    "$ZDM" status --format json "$plan" | tr ',' '\n' | grep -c '"state": *"done"'
}

# Runs to the end, approving and retrying when asked. Fails when that does not work.
finish() {
    local code=0 i
    for i in 1 2 3; do
        code=0
        "$ZDM" run "$plan" >run.out 2>&1 || code=$?
        [ "$code" -eq 3 ] || break
        "$ZDM" approve "$plan" checked --note "tested" >>run.out 2>&1
        ! grep -q quarantine run.out || "$ZDM" quarantine retry "$plan" >>run.out 2>&1
    done
    if [ "$code" -ne 0 ]; then
        echo "resume after $1 failed with exit code $code:" >&2
        cat run.out >&2
        exit 1
    fi
}

new_target
finish "nothing"
picture >undisturbed
check_eq "n and m were counted once" "600|600|600" "$(sql 'SELECT count(*), sum(n), sum(m) FROM counters')"
check_eq "no row was left" "301|0" "$(sql 'SELECT count(*), count(*) FILTER (WHERE upper IS NULL) FROM late')"
check_eq "rows of all partitions were counted once" "1 1 131" \
    "$(sql "SELECT concat_ws(' ', min(n), max(n), count(*)) FROM parted")"
check_eq "l was mapped once" 0 "$(sql "SELECT count(*) FROM counters
    WHERE l <> CASE WHEN (id + 500) / 3 % 7 = 0 THEN 2 ELSE 1 END")"
check_eq "the hook ran once" "1" "$(sql 'SELECT count(*) FROM audit')"

points=$(ZDM_FAILPOINT=list "$ZDM" | awk -v half="${1:-}" 'half == "" || NR % 2 == half { print $1 }')
[ -n "$points" ] || fail "no failpoints: it needs a build with them"
kills=0
for point in $points; do
    killed_here=0
    for pass in 1 7; do
        new_target
        code=0
        if [ "$point" = approve.after ]; then
            "$ZDM" run "$plan" >run.out 2>&1 || true
            ZDM_FAILPOINT=$point:$pass "$ZDM" approve "$plan" checked --note "tested" >>run.out 2>&1 || code=$?
        elif [ "$point" = undo.between ]; then
            "$ZDM" run "$plan" --until "sync counters.label <-> label_new" >run.out 2>&1
            ZDM_FAILPOINT=$point:$pass "$ZDM" rollback "$plan" >>run.out 2>&1 || code=$?
        elif [ "$point" = retry.after ]; then
            "$ZDM" run "$plan" >run.out 2>&1 || true
            ZDM_FAILPOINT=$point:$pass "$ZDM" quarantine retry "$plan" >>run.out 2>&1 || code=$?
        else
            ZDM_FAILPOINT=$point:$pass "$ZDM" run "$plan" >run.out 2>&1 || code=$?
            if [ "$code" -eq 3 ]; then
                # The point lies behind the gate.
                code=0
                "$ZDM" approve "$plan" checked --note "tested" >>run.out 2>&1
                "$ZDM" quarantine retry "$plan" >>run.out 2>&1
                ZDM_FAILPOINT=$point:$pass "$ZDM" run "$plan" >>run.out 2>&1 || code=$?
            fi
        fi
        if [ "$code" -ne 137 ]; then
            check_eq "exit code of a run that $point:$pass did not kill" 0 "$code"
            break
        fi
        killed_here=$((killed_here + 1))
        kills=$((kills + 1))
        finish "$point:$pass"
        picture >resumed
        if ! diff undisturbed resumed >difference; then
            echo "killed at $point:$pass, then resumed: not what an undisturbed run leaves" >&2
            cat difference >&2
            exit 1
        fi
    done
    if [ "$killed_here" -eq 0 ]; then
        echo "failpoint $point was never reached" >&2
        exit 1
    fi
done
echo "$kills kills, each resumed to the same end"
