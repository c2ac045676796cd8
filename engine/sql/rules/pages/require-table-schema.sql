-- Where the table is depends on the search_path
--
-- The same text works on another table when the role, the database or the pooler sets another
-- path.
-- bad
CREATE TABLE users (id bigint PRIMARY KEY);
-- good
CREATE TABLE public.users (id bigint PRIMARY KEY);
