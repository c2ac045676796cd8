-- Code that still draws numbers fails
--
-- nextval() of a sequence that is gone fails with 42P01. A sequence that a column's default uses
-- cannot be dropped without CASCADE, which takes the default away.
-- setup
CREATE SEQUENCE invoice_number;
-- bad
DROP SEQUENCE invoice_number;
