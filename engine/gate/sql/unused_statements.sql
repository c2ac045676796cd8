-- $1 words of which one must be in the text; $2 roles whose statements do not count (an
-- array in a text each) -> statements of this database. A text may be hidden from our role, or lost.
SELECT pg_catalog.concat(s.userid, '/', s.queryid), pg_catalog.sum(s.calls)::pg_catalog.int8, pg_catalog.min(s.query),
       pg_catalog.pg_get_userbyid(s.userid),
       COALESCE(pg_catalog.min(s.query) OPERATOR(pg_catalog.=) '<insufficient privilege>', true),
       pg_catalog.pg_get_userbyid(s.userid) OPERATOR(pg_catalog.=) CURRENT_USER AS own
FROM SCHEMA.pg_stat_statements AS s
WHERE s.dbid OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d
                                     WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
  AND pg_catalog.pg_get_userbyid(s.userid)::pg_catalog.text OPERATOR(pg_catalog.<>) ALL ($2::pg_catalog._text)
  AND (s.query IS NULL OR s.queryid IS NULL
       OR (pg_catalog.right(s.query, 14) OPERATOR(pg_catalog.<>) '/* zdm gate */'
           AND EXISTS (SELECT FROM pg_catalog.unnest($1::pg_catalog._text) AS w
                       WHERE pg_catalog.strpos(pg_catalog.lower(s.query), pg_catalog.lower(w)) OPERATOR(pg_catalog.>) 0)))
GROUP BY s.userid, s.queryid
ORDER BY 1
