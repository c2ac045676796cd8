-- The second release.
ALTER TABLE users
    ADD COLUMN born date,
    ADD COLUMN token uuid DEFAULT gen_random_uuid();

-- zdm: allow break-drop-table because nobody has read it since 2024
DROP TABLE drafts;
CREATE INDEX orders_user_id ON orders (user_id);
UPDATE "Über" SET "Größe" = 1 WHERE id = 7; ALTER TABLE "Über" ALTER COLUMN "Größe" TYPE bigint;
VALIDATE;
