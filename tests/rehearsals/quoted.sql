-- Long names that need quotes, a composite key, and what hangs on another column: a policy, a view, a generated column.
CREATE SCHEMA "My ""Shop"" %s";
CREATE TABLE "My ""Shop"" %s"."All Users of a name that is as long as PostgreSQL lets it be: x" (
    "Org 1" int,
    "The Id" int,
    "E Mail" text UNIQUE,
    owner text NOT NULL DEFAULT 'nobody',
    upper text GENERATED ALWAYS AS (upper(owner)) STORED,
    PRIMARY KEY ("Org 1", "The Id")
);
ALTER TABLE "My ""Shop"" %s"."All Users of a name that is as long as PostgreSQL lets it be: x" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Own" ON "My ""Shop"" %s"."All Users of a name that is as long as PostgreSQL lets it be: x"
    USING (owner = current_user);
CREATE VIEW "My ""Shop"" %s".owners AS
    SELECT owner, upper FROM "My ""Shop"" %s"."All Users of a name that is as long as PostgreSQL lets it be: x";
CREATE TABLE "It's of" (
    org int,
    "user" int,
    FOREIGN KEY (org, "user") REFERENCES
        "My ""Shop"" %s"."All Users of a name that is as long as PostgreSQL lets it be: x" ON UPDATE CASCADE
        ON DELETE CASCADE
);
INSERT INTO "My ""Shop"" %s"."All Users of a name that is as long as PostgreSQL lets it be: x" ("Org 1", "The Id", "E Mail")
SELECT 1, g, 'mail ' || g FROM generate_series(1, 1000) AS g;
INSERT INTO "It's of" SELECT 1, g FROM generate_series(1, 900) AS g;
