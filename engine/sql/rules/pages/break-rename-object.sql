-- Code that still uses the old name fails
--
-- A renamed function, sequence or other object is not found by its old name from this moment.
-- setup
CREATE SEQUENCE invoice_number;
-- bad
ALTER SEQUENCE invoice_number RENAME TO invoice_nr;
-- good
CREATE SEQUENCE invoice_nr;
