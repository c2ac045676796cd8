-- The operator classes that are the default of their type.
SELECT o.oid, o.opcmethod, o.opcintype FROM pg_catalog.pg_opclass o WHERE o.opcdefault
