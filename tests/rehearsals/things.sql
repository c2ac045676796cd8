-- A composite key, names that need quotes, another schema and owner, a generated column, foreign keys to itself and to it.
CREATE SCHEMA "My Shop";
CREATE ROLE "Mrs Owner";
GRANT ALL ON SCHEMA "My Shop" TO "Mrs Owner";
CREATE DOMAIN label AS text COLLATE "C";
CREATE TABLE "My Shop"."All Things" (
    k label,
    "N" int,
    body json,
    len int GENERATED ALWAYS AS (length(k::text)) STORED,
    s serial,
    boss label,
    boss_n int,
    PRIMARY KEY (k, "N"),
    UNIQUE (s, "N"),
    CHECK ("N" >= 0),
    FOREIGN KEY (boss, boss_n) REFERENCES "My Shop"."All Things" ON DELETE SET NULL
) WITH (fillfactor = 70, toast.autovacuum_enabled = false);
ALTER TABLE "My Shop"."All Things" OWNER TO "Mrs Owner";
GRANT SELECT, INSERT ON "My Shop"."All Things" TO PUBLIC;
COMMENT ON TABLE "My Shop"."All Things" IS $$it'"''"'s all$$;
CREATE TABLE parts (
    k label,
    n int,
    FOREIGN KEY (k, n) REFERENCES "My Shop"."All Things" ON UPDATE CASCADE ON DELETE CASCADE
);
INSERT INTO "My Shop"."All Things" (k, "N", body) SELECT 'Thing ' || g, g % 9, '{}' FROM generate_series(1, 3000) AS g;
INSERT INTO parts SELECT k, "N" FROM "My Shop"."All Things" WHERE s % 3 = 0;
