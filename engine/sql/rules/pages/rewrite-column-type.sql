-- Most changes of a type rewrite the table
--
-- Unless the new type stores every value in the same bytes, the table and all its indexes are
-- written anew under ACCESS EXCLUSIVE. int to bigint, varchar(50) to varchar(20), anything to
-- text but varchar, a computed USING: all rewrite.
--
-- Free are a longer or no limit of varchar, varbit and numeric (same scale), more digits of a
-- time, varchar to text and back without a limit, cidr to inet, and timestamp to timestamptz
-- where the session's time zone is UTC. With --db zdm knows which it is.
--
-- Otherwise: a new column of the new type, kept in step by a trigger, filled in batches, then
-- swapped.
-- setup
CREATE TABLE orders (id int PRIMARY KEY, quantity int);
-- bad
ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;
-- good
ALTER TABLE orders ADD COLUMN quantity_big bigint;
