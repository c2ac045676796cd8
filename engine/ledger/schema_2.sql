-- Version 2: where a running plan can be spoken to.

ALTER TABLE run ADD COLUMN socket TEXT; -- path of its socket while it runs; NULL: it has none
ALTER TABLE run ADD COLUMN route TEXT;  -- the connection settings it was started with, hashed
