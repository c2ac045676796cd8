# gates.sh - what every kind of check of a gate is held to. A script that sources it (behind lib.sh) makes plans of
# one gate and says what is to become of them; which kinds it has shown what of is in the file gate_cases, and
# gates_shown compares that with the table in docs/internals/field-lessons.md.

# gate NAME CHECKS: a plan of one gate, NAME.lua.
gate() {
    printf 'return plan "%s" { api = 1, gate "g" { %s } }\n' "$1" "$2" >"$1.lua"
}

# shown NAME WHAT: of the first check in the plan. A flag is one for each of its sources; what else is one for each of
# several things says so in $of.
of=
shown() {
    local kind source
    kind=$(tr '\n' ' ' <"$1.lua" | sed -n 's/.*gate "g" *{ *\([a-z_]*\).*/\1/p')
    source=$(sed -n 's/.*flag "[^"]*" *{ *\(sql\|file\|env\|url\) .*/ \1/p' "$1.lua")
    echo "$kind$source${of:+ $of}|$2" >>gate_cases
}

# look NAME [OPTION...]: one run, its code in $code and its words in the file flat.
look() {
    code=0
    "$ZDM" run "${@:2}" "$1.lua" >"$out" 2>"$err" || code=$?
    cat "$out" "$err" | tr -s ' \n' ' ' >flat
}

# is_closed NAME [OPTION...]: a run ends with exit code 3; it is kept what was seen and since when; status says
# so, too, in words and in JSON.
is_closed() {
    look "$@"
    check_eq "$1 is closed: $(cat flat)" 3 "$code"
    check_eq "what $1 saw is kept" t "$(sql "SELECT bool_or(NOT open AND seen <> '' AND since <= clock_timestamp())
                                             FROM zdm.gate WHERE plan = '$1' AND step = 'g'")"
    mv flat run.flat
    check_exit 0 "$ZDM" status "$1.lua"
    check_has "$out" closed
    check_exit 0 "$ZDM" status --format json "$1.lua"
    check_has "$out" '"state": "waiting"'
    check_has "$out" '"since": "20'
    check_has "$out" '"open": false'
    mv run.flat flat
}

# closed NAME TEXT [OPTION...]: the text says what is missing.
closed() {
    is_closed "$1" "${@:3}"
    check_has flat "$2"
    shown "$1" closed
}

# hidden NAME TEXT [OPTION...]: closed, since our role may not see what it is about.
hidden() {
    look "$1" "${@:3}"
    check_eq "$1 with few rights: $(cat flat)" 3 "$code"
    check_has flat "$2"
    shown "$1" hidden
}

# refused NAME TEXT [OPTION...]: the same, as an error at the place of the check.
refused() {
    look "$1" "${@:3}"
    check_eq "$1 with few rights: $(cat flat)" 1 "$code"
    check_has flat "$2"
    check_has flat "$1.lua:1"
    shown "$1" hidden
}

# nonsense NAME TEXT: nothing to look at, which no waiting changes: an error at its place.
nonsense() {
    check_exit 1 "$ZDM" run "$1.lua"
    tr -s ' \n' ' ' <"$err" >flat
    check_has flat "$2"
    check_has flat "$1.lua:1"
    shown "$1" nonsense
}

# unknown NAME TEXT: what it is about does not answer, or not in a way that says something: closed.
unknown() {
    is_closed "$1"
    check_has flat "$2"
    shown "$1" nonsense
}

# opens NAME TEXT [OPTION...]: the text is what it saw, which the journal holds.
opens() {
    look "$1" "${@:3}"
    check_eq "$1 opens: $(cat flat)" 0 "$code"
    check_has flat "$2"
    check_eq "$1 is journaled with what it saw" t \
        "$(sql "SELECT detail->0->>'open' = 'true' AND detail->0->>'seen' <> '' FROM zdm.journal WHERE plan = '$1' AND step = 'g'")"
    shown "$1" opens
}

# stays NAME: what it opened for is no more, and it is open all the same: that is in the journal.
stays() {
    local before
    before="SELECT detail, at FROM zdm.journal WHERE plan = '$1' AND step = 'g'"
    before=$before:$(sql "$before")
    check_exit 0 "$ZDM" run "$1.lua"
    check_eq "$1 was not looked at again" "$before" "${before%%:*}:$(sql "${before%%:*}")"
    check_exit 0 "$ZDM" status --format json "$1.lua"
    check_has "$out" '"state": "done"'
    shown "$1" stays
}

# gates_shown SCRIPT: it showed what the table says of its kinds, no less and no more.
gates_shown() {
    sed -n '/^## Gates/,/^## /p' "$ZDM_SOURCE/docs/internals/field-lessons.md" |
        awk -F ' *[|] *' -v script="$1" '
            index($0, "`" script "`") {
                gsub("`", "", $2)
                split("closed opens nonsense hidden stays", what, " ")
                for (i = 1; i <= 5; i++)
                    if ($(i + 2) == "x") print $2 "|" what[i]
            }' | sort -u >gates.table
    [ -s gates.table ] || fail "the table has no line for $1"
    sort -u gate_cases | diff gates.table - || fail "< docs/internals/field-lessons.md > $1"
}
