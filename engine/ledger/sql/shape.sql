-- In one statement: another zdm may be making the schema right now.
SELECT count(*), (SELECT user_version FROM pragma_user_version)
FROM sqlite_schema;
