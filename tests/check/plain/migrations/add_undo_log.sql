CREATE TABLE undo_log (id bigint PRIMARY KEY);
