-- !Ups
ALTER TABLE users ADD COLUMN a int;
-- !Downs
ALTER TABLE users DROP COLUMN a;
