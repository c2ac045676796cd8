-- The child is locked against everything
--
-- INHERIT takes ACCESS EXCLUSIVE on the child and SHARE UPDATE EXCLUSIVE on the parent; queries
-- of the parent see the child's rows from then on, or do not any more.
-- setup
CREATE TABLE events (id bigint);
CREATE TABLE events_old (id bigint);
-- bad
ALTER TABLE events_old INHERIT events;
