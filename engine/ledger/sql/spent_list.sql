-- What the last ten steps of each kind of work read and how long they took, by their events.
SELECT kind, bytes, ms
FROM (SELECT json_extract(e.detail, '$.spent.kind') AS kind,
             json_extract(e.detail, '$.spent.bytes') AS bytes,
             json_extract(e.detail, '$.elapsed_ms') AS ms,
             row_number() OVER (PARTITION BY json_extract(e.detail, '$.spent.kind')
                                ORDER BY e.seq DESC) AS n
      FROM event AS e JOIN plan AS p ON p.id = e.plan
      WHERE p.target = :target AND e.kind = 'step-done' AND e.detail LIKE '%"spent"%')
WHERE n <= 10
ORDER BY kind, n;
