# The metrics of a run: a strict reader takes the file at any moment, and the last one says how it ended.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
runner=
trap '[ -z "$runner" ] || kill -9 $runner 2>/dev/null' EXIT

sql "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 100000); ANALYZE t"
cat >plan.lua <<'EOF'
return plan "metered" {
  api = 1,
  expand { sql "before" "CREATE TABLE made_before ()" },
  backfill 'a "back\\slash"' { table = "t", set = { n = "n + 1" }, batch_min = 20, batch_max = 20, pause = "20ms" },
}
EOF

# Every line is a comment of a metric or a sample of the one whose comments stand above it; prints
# the samples as NAME{LABELS} VALUE with labels unescaped.
cat >read.py <<'EOF'
import re, sys
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(r'^([a-z][a-z0-9_]*)\{(%s(?:,%s)*)\} (-?[0-9.]+(?:e[+-]?[0-9]+)?)$' % (LABEL, LABEL))
text = open(sys.argv[1]).read()
assert text.endswith("\n"), "the last line is cut"
seen, current, helped = set(), None, None
for line in text.splitlines():
    if line.startswith("# HELP "):
        helped = line.split(" ", 3)[2]
        assert helped not in seen, "twice: " + helped
        assert line.split(" ", 3)[3]
    elif line.startswith("# TYPE "):
        _, _, current, kind = line.split(" ")
        assert current == helped and kind in ("gauge", "counter"), line
        assert (kind == "counter") == current.endswith("_total"), line
        seen.add(current)
        samples = set()
    else:
        m = SAMPLE.match(line)
        assert m and m[1] == current, line
        assert m[2] not in samples, "the same sample twice: " + line
        samples.add(m[2])
        float(m[3])
        print(m[1] + "{" + re.sub(r'\\(["\\])', r'\1', m[2]) + "} " + m[3])
EOF
metrics() { python3 read.py m.prom >metrics; }
metric_is() { metrics && grep -qF -- "$1" metrics; }

"$ZDM" run plan.lua --metrics m.prom >run 2>run.err &
runner=$!
wait_for metric_is 'zdm_backfill_stage{plan="metered",step="a "back\slash"",stage="walking"} 1'
for _ in $(seq 50); do metrics; done # in the middle of its writing
check_has metrics 'zdm_run_up{plan="metered"} 1'
check_has metrics 'zdm_plan_steps{plan="metered"} 2'
check_has metrics 'zdm_plan_steps_done{plan="metered"} 1'
check_has metrics 'zdm_backfill_target_seconds{plan="metered",step="a "back\slash""} 0.025'
wait_for metric_is 'zdm_backfill_stripes{plan="metered",step="a "back\slash""} 8'
check_lacks metrics zdm_run_exit_code

"$ZDM" pause plan.lua --note why >/dev/null
wait_for metric_is 'zdm_run_paused{plan="metered"} 1'
wait_for metric_is 'zdm_backfill_held_seconds_total{plan="metered",step="a "back\slash"",cause="paused"}'
"$ZDM" resume plan.lua >/dev/null
wait_for metric_is 'zdm_run_paused{plan="metered"} 0'
"$ZDM" cancel plan.lua >/dev/null
code=0
wait "$runner" || code=$?
runner=
check_eq "cancelled" 130 "$code"
metrics
check_has metrics 'zdm_run_up{plan="metered"} 0'
check_has metrics 'zdm_run_exit_code{plan="metered"} 130'
check_eq "nothing is left beside it" "m.prom" "$(echo m.prom*)"

sed -i 's/batch_max = 20, pause = "20ms"/batch_max = 50000/' plan.lua
check_exit 0 "$ZDM" run plan.lua --metrics m.prom
metrics
check_has metrics 'zdm_run_exit_code{plan="metered"} 0'
check_has metrics 'zdm_plan_steps_done{plan="metered"} 2'

# Every metric is in the page, and the page knows no other.
code=$ZDM_SOURCE/engine/cli/metrics.c
page=$ZDM_SOURCE/docs/reference/metrics.md
for name in $(grep -o '"zdm_[a-z_]*"' "$code" | tr -d '"' | sort -u); do
    grep -q "\`$name\`" "$page" || fail "$page does not know $name"
done
for name in $(grep -o '`zdm_[a-z_]*`' "$page" | tr -d '`' | sort -u); do
    grep -q "\"$name\"" "$code" || fail "there is no metric $name"
done

# A file that cannot be written stops nothing.
check_exit 0 "$ZDM" run plan.lua --metrics nowhere/m.prom
check_has "$err" 'cannot write the metrics to "nowhere/m.prom"'
