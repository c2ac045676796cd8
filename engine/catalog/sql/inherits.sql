-- Inheritance and partitions, of tables and of indexes; a child names its parents in
-- their order, the server looks for children in that of their OIDs.
SELECT i.inhrelid, i.inhparent, i.inhdetachpending
  FROM pg_catalog.pg_inherits i
 ORDER BY i.inhseqno, i.inhrelid
