-- Does an update of these columns take the strong lock of a row, as one of a unique key does?
-- $1 oid of the table  $2 JSON array of the columns that change, quoted
SELECT EXISTS (
    SELECT FROM (SELECT $1::pg_catalog.oid AS relid
                 UNION SELECT p.relid FROM pg_catalog.pg_partition_tree(
                     $1::pg_catalog.oid::pg_catalog.regclass) AS p) AS tree
    JOIN pg_catalog.pg_index AS i ON i.indrelid OPERATOR(pg_catalog.=) tree.relid AND i.indisunique
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) i.indrelid
                                     AND a.attnum OPERATOR(pg_catalog.>) 0
                                     AND a.attnum OPERATOR(pg_catalog.=) ANY (i.indkey)
    WHERE pg_catalog.quote_ident(a.attname) OPERATOR(pg_catalog.=) ANY (ARRAY(
          SELECT pg_catalog.jsonb_array_elements_text($2::pg_catalog.jsonb)))) AS in_unique_key
