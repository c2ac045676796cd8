DROP INDEX users_id, users_two;
