-- Whoever draws a number waits
--
-- ALTER SEQUENCE takes SHARE ROW EXCLUSIVE on the sequence: nextval() waits until the
-- transaction ends. RESTART may hand out numbers that are in use.
-- setup
CREATE SEQUENCE invoice_number;
-- bad
ALTER SEQUENCE invoice_number RESTART WITH 1000;
