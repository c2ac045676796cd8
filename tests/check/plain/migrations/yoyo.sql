CREATE TABLE yoyo (id bigint PRIMARY KEY);
