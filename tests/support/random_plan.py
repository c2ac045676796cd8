"""random_plan.py SEED STEPS ALLOWED: a plan of sql steps whose undos zdm derives, for tests/e2e/rollback_catalog.sh.

The schema that it works on is there. Which names there are it keeps account of, so that every statement is valid; all
else is chance: what is changed, in which order, and which statements share a step. ALLOWED is a file with the rules
that steps have to allow, "NUMBER RULE" a line.
"""
import random
import sys

random.seed(int(sys.argv[1]))
TABLES = {
    "t": ["a", "b", "c", '"D d"'],
    '"S".p': ["k", "v", "w"],
    "u": ["x", "y"],
}
constraints, indexes, made = [], [], []
n = 0


def fresh(prefix):
    global n
    n += 1
    return f"{prefix}{n}" if n % 3 else f'"{prefix.upper()} {n}"'


def table():
    return random.choice(list(TABLES))


def column():
    t = table()
    return t, random.choice(TABLES[t])


def text():
    return random.choice(["'it''s'", "NULL", "E'back\\\\slash'", "'x'"])


def set_default():
    t, c = column()
    return f"ALTER TABLE {t} ALTER COLUMN {c} SET DEFAULT {random.choice(['7', 'NULL', '1 + 1', '-3'])}"


def drop_default():
    t, c = column()
    return f"ALTER TABLE {t} ALTER {c} DROP DEFAULT"


def set_not_null():
    t, c = column()
    if t == '"S".p':
        made.append("strict")
    return f"ALTER TABLE {t} ALTER {c} SET NOT NULL"


def several():
    t = table()
    c, d = random.choice(TABLES[t]), random.choice(TABLES[t])
    new = fresh("m")
    TABLES[t].append(new)
    return f"ALTER TABLE {t} ADD COLUMN {new} int DEFAULT 3, ALTER {c} SET DEFAULT 1, ALTER {d} SET STATISTICS 30"


def add_column():
    t, c = table(), fresh("c")
    TABLES[t].append(c)
    return f"ALTER TABLE {t} ADD COLUMN {c} int{random.choice(['', ' DEFAULT 5', ' NOT NULL DEFAULT 9'])}"


def add_check():
    t, c = column()
    k = fresh("k")
    constraints.append([t, k])
    if t == '"S".p':
        made.append("strict")
    return f"ALTER TABLE {t} ADD CONSTRAINT {k} CHECK ({c} > 0) NOT VALID"


def validate():
    if not constraints:
        return add_check()
    t, k = random.choice(constraints)
    return f"ALTER TABLE {t} VALIDATE CONSTRAINT {k}"


def foreign_key():
    t, c = column()
    return f"ALTER TABLE {t} ADD CONSTRAINT {fresh('f')} FOREIGN KEY ({c}) REFERENCES ref" + (
        " NOT VALID" if t != '"S".p' else ""
    )


def primary_key():
    if "key" in made:
        return comment()
    made.append("key")
    return "ALTER TABLE u ADD CONSTRAINT u_key PRIMARY KEY (%s)" % random.choice(TABLES["u"])


def index():
    t, c = column()
    i = fresh("i")
    indexes.append(i if t != '"S".p' else f'"S".{i}')
    unique = "" if t == '"S".p' else random.choice(["", "UNIQUE "])
    return f"CREATE {unique}INDEX {i} ON {t} ({random.choice([c, f'abs({c})'])}) WHERE {c} > 1"


def rename_index():
    if not indexes:
        return index()
    i = indexes.pop(random.randrange(len(indexes)))
    new = fresh("r")
    indexes.append('"S".' + new if i.startswith('"S".') else new)
    return f"ALTER INDEX {i} RENAME TO {new}"


def rename_column():
    t, c = column()
    new = fresh("n")
    TABLES[t][TABLES[t].index(c)] = new
    return f"ALTER TABLE {t} RENAME COLUMN {c} TO {new}"


def rename_constraint():
    if not constraints:
        return add_check()
    k = random.choice(constraints)
    old, k[1] = k[1], fresh("q")
    return f"ALTER TABLE {k[0]} RENAME CONSTRAINT {old} TO {k[1]}"


def comment():
    t, c = column()
    return random.choice([f"COMMENT ON TABLE {t} IS {text()}", f"COMMENT ON COLUMN {t}.{c} IS {text()}"])


def statistics():
    t, c = column()
    return f"ALTER TABLE {t} ALTER {c} SET STATISTICS {random.choice([0, 10, 500])}"


def storage():
    return f"ALTER TABLE t ALTER txt SET STORAGE {random.choice(['EXTERNAL', 'MAIN', 'PLAIN'])}"


def objects():
    t, c = column()
    o = fresh("o")
    return random.choice(
        [
            f"CREATE TYPE {o} AS ENUM ('a', 'it''s')",
            f"CREATE DOMAIN {o} AS int DEFAULT 3 CHECK (VALUE > 0)",
            f"CREATE SEQUENCE {o} INCREMENT 5 OWNED BY t.txt",
            f"CREATE VIEW {o} AS SELECT {c} FROM {t}",
            f"CREATE MATERIALIZED VIEW {o} AS SELECT {c} AS x FROM {t}; CREATE INDEX ON {o} (x)",
            f"CREATE FUNCTION {o}(int, text DEFAULT 'x') RETURNS int LANGUAGE sql AS 'SELECT 1'",
            f"CREATE TRIGGER {o} BEFORE UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            f"CREATE POLICY {o} ON {t} USING ({c} > 0)",
            f"CREATE SCHEMA {o}",
            f"CREATE TABLE {o} (id int PRIMARY KEY, r int REFERENCES ref); COMMENT ON TABLE {o} IS 'new'; "
            f"CREATE INDEX ON {o} (r)",
            f"CREATE RULE {o} AS ON DELETE TO u DO ALSO NOTHING",
        ]
    )


def partition():
    """p3 has the columns of the beginning, which may be NULL, and no CHECK."""
    if "detached" not in made:
        made.append("detached")
        return 'ALTER TABLE "S".p DETACH PARTITION p2'
    if "new" in made or "strict" in made or TABLES['"S".p'] != ["k", "v", "w"]:
        return comment()
    made.append("new")
    return 'ALTER TABLE "S".p ATTACH PARTITION p3 FOR VALUES FROM (20) TO (30)'


KINDS = [set_default, drop_default, set_not_null, several, add_column, add_check, validate, foreign_key, primary_key, index,
         rename_index, rename_column, rename_constraint, comment, statistics, storage, objects, objects, partition]
allowed = {}
for line in open(sys.argv[3]):
    number, rule = line.split()
    allowed.setdefault(int(number), set()).add(rule)
steps = []
for i in range(int(sys.argv[2])):
    kind = random.choice(KINDS)
    sql = kind()
    joins = kind not in (rename_index, rename_column, rename_constraint, partition)
    while joins and random.random() < 0.3:
        other = random.choice([set_default, comment, statistics, add_column, drop_default])
        sql += "; " + other()
    rules = ", ".join(f'"{rule}"' for rule in sorted(allowed.get(i, [])))
    options = f'allow = {{ {rules} }}, because = "they are empty"' if rules else ""
    steps.append(f'        sql "step {i}" [==[{sql}]==] {{ {options} }},')
print('return plan "random" {\n    api = 1,\n    gate "go" { sql "yes" "SELECT true" },\n    contract {')
print("\n".join(steps))
print("    },\n}")
