-- What is hard: names, circles, keys with few values, conditions on several columns, rare types.
CREATE SCHEMA "odd ""schema";
CREATE TYPE "odd ""schema"."Mood" AS ENUM ('so so', 'it''s fine', 'ü');
CREATE DOMAIN "odd ""schema".even AS int CHECK (VALUE % 2 = 0);
CREATE DOMAIN "odd ""schema".small AS "odd ""schema".even CHECK (VALUE BETWEEN 0 AND 10);
CREATE TYPE "odd ""schema".pair AS (a int, b varchar(3), "C d" date);
CREATE TABLE "odd ""schema"."T a""b" (
    "select" int PRIMARY KEY, "zdm number" text, "Mood" "odd ""schema"."Mood" NOT NULL,
    value "odd ""schema".small NOT NULL, "VALUE" text CHECK ("VALUE" = 'VALUE' OR "VALUE" = 'it''s \ odd'));
CREATE TABLE flags (flag boolean PRIMARY KEY, mood "odd ""schema"."Mood" UNIQUE);
CREATE TABLE singleton (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), note text);
CREATE TABLE near_each_other (a boolean, b "odd ""schema"."Mood", c smallint CHECK (c IN (1, 2)), PRIMARY KEY (a, b, c));
CREATE TABLE nothing ();
CREATE TABLE only_generated (a int GENERATED ALWAYS AS (1) STORED);
CREATE TABLE nodes (id int PRIMARY KEY, parent_id int NOT NULL REFERENCES nodes, root_id int REFERENCES nodes);
CREATE TABLE teams (id int PRIMARY KEY, owner_id int NOT NULL);
CREATE TABLE people (id int PRIMARY KEY, team_id int NOT NULL REFERENCES teams DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE teams ADD FOREIGN KEY (owner_id) REFERENCES people DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE chicken (id int PRIMARY KEY, egg_id int UNIQUE);
CREATE TABLE egg (id int PRIMARY KEY, chicken_id int NOT NULL UNIQUE REFERENCES chicken);
ALTER TABLE chicken ADD FOREIGN KEY (egg_id) REFERENCES egg;
CREATE TABLE wives (id int PRIMARY KEY, husband_id int NOT NULL UNIQUE);
CREATE TABLE husbands (id int PRIMARY KEY, wife_id int NOT NULL UNIQUE REFERENCES wives);
ALTER TABLE wives ADD FOREIGN KEY (husband_id) REFERENCES husbands;
CREATE TABLE one_of_many (
    id int PRIMARY KEY, a int, b text, c date, d uuid, e boolean, f numeric, g inet, h bytea,
    CHECK (num_nonnulls(a, b, c, d, e, f, g, h) = 1));
CREATE TABLE all_or_none (x int, y int, z text, CHECK (num_nulls(x, y, z) IN (0, 3)));
CREATE TABLE divides (a int NOT NULL, b int NOT NULL, CHECK (a / b > 0 OR a < b));
CREATE TABLE generated_trouble (a int NOT NULL, b int GENERATED ALWAYS AS (100 / a) STORED);
CREATE TABLE index_trouble (a text NOT NULL);
CREATE INDEX ON index_trouble ((a::int));
CREATE TABLE sums (
    parts int NOT NULL CHECK (parts >= 0), rest int NOT NULL CHECK (rest >= 0),
    CHECK (parts + rest = 100));
CREATE TABLE version_texts (
    v text NOT NULL UNIQUE CHECK (v ~ '^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z-]+)?$'),
    h text CHECK (h ~ '^[[:xdigit:]]{40}$'), t text CHECK (t !~ '[^a-z]' AND length(t) = 5),
    u text CHECK (u LIKE 'https://%.example/%' AND u NOT LIKE '% %'));
CREATE TABLE types (
    n0 numeric, n1 numeric(5, 5), n2 numeric(3, -2), n3 numeric(1), n4 numeric(30, 10), i2 smallint, f real, m money,
    c "char", c1 char, c3 char(3), v1 varchar(1), v varchar, n name, b bytea, d date, t time(2), tz timetz,
    ts timestamp(0), tstz timestamptz, iv interval, ivh interval hour to minute, bo boolean, p point, l line, s lseg, bx box,
    pa path, po polygon, ci circle, ip inet, net cidr, m6 macaddr, m8 macaddr8, b1 bit, b70 bit(70), vb bit varying(5),
    vbb bit varying, tv tsvector, tq tsquery, u uuid, x xml, j json, jb jsonb, jp jsonpath, ia int[], ta text[][],
    na numeric(4, 1)[], va varchar(2)[], ea "odd ""schema"."Mood"[], pr "odd ""schema".pair, pra "odd ""schema".pair[],
    r4 int4range, rn numrange, rd daterange, rt tstzrange, mr nummultirange, o oid, rc regclass, ls pg_lsn,
    sm "odd ""schema".small, sma "odd ""schema".small[], xi xid8, ti tid, ac aclitem, vc oidvector);
CREATE TABLE keyed_types (
    a timestamptz, b date, c numeric(8, 2), d varchar(2), e bytea, f inet, g interval, h "odd ""schema".pair, i int[], j jsonb,
    k numrange, l bit(12), m time,
    UNIQUE (a), UNIQUE (b), UNIQUE (c), UNIQUE (d), UNIQUE (e), UNIQUE (f), UNIQUE (g), UNIQUE (h), UNIQUE (i), UNIQUE (j),
    UNIQUE (k), UNIQUE (l), UNIQUE (m));
CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TABLE with_trigger (id int PRIMARY KEY);
CREATE TRIGGER no BEFORE INSERT ON with_trigger FOR EACH ROW EXECUTE FUNCTION no();
CREATE FUNCTION helper(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 5';
CREATE FUNCTION is_ok(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN helper($1); END $$;
CREATE TABLE by_function (a int NOT NULL CHECK (is_ok(a)));
CREATE TABLE parent_kind (a int PRIMARY KEY, b text);
CREATE TABLE child_kind (c int NOT NULL) INHERITS (parent_kind);
CREATE TABLE impossible (a int NOT NULL CHECK (a > 5 AND a < 3));
CREATE TABLE of_impossible (id int PRIMARY KEY, a int NOT NULL);
ALTER TABLE impossible ADD PRIMARY KEY (a);
ALTER TABLE of_impossible ADD FOREIGN KEY (a) REFERENCES impossible;
CREATE TABLE of_impossible_or_not (id int PRIMARY KEY, a int REFERENCES impossible);

-- Values of one column near those of another one.
CREATE TABLE one_beside_another (
    began timestamptz NOT NULL, ended timestamptz NOT NULL, CHECK (ended > began AND ended < began + interval '8 hours'),
    closed timestamptz, CHECK (closed BETWEEN ended AND ended + interval '30 minutes'),
    "From" date NOT NULL, until date NOT NULL, CHECK (until >= "From" AND until - "From" <= 7),
    low int2 NOT NULL, high int2 NOT NULL, CHECK (high - low BETWEEN 1 AND 5),
    a text NOT NULL, same_as_a text NOT NULL, CHECK (a = same_as_a)
);
CREATE TABLE three_bits (bits bit(3) UNIQUE NOT NULL, one bit UNIQUE);
