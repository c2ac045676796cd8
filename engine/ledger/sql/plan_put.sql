-- What is not known this time (NULL) keeps its last value.
INSERT INTO plan (target, place, name, file, fingerprint, canonical, first_ms, last_ms)
VALUES (:target, :place, :name, :file, :fingerprint, :canonical, :now, :now)
ON CONFLICT (target, name) DO UPDATE
SET place = excluded.place,
    file = coalesce(excluded.file, file),
    fingerprint = excluded.fingerprint,
    canonical = coalesce(excluded.canonical, canonical),
    last_ms = excluded.last_ms
RETURNING id;
