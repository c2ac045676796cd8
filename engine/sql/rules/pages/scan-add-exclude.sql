-- ADD EXCLUDE builds an index under ACCESS EXCLUSIVE
--
-- The index is built and every row then looked up in it, while nobody can use the table. There
-- is no NOT VALID and no USING INDEX for it: it takes a maintenance window, or a new table that
-- is filled in the background.
-- setup
CREATE TABLE bookings (id bigint PRIMARY KEY, during tsrange);
-- bad
ALTER TABLE bookings ADD CONSTRAINT bookings_during_excl EXCLUDE USING gist (during WITH &&);
