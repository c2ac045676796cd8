-- Code that still uses the old name fails
--
-- Casts and declared parameters with the old name fail at once. Columns keep the type: they know
-- it by its number.
-- setup
CREATE TYPE mood AS ENUM ('good', 'bad');
-- bad
ALTER TYPE mood RENAME TO feeling;
