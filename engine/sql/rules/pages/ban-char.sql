-- char(n) is filled with blanks
--
-- They are stored, and dropped or kept depending on what is done with the value. text with a
-- CHECK on the length says what is meant.
-- bad
CREATE TABLE countries (id bigint PRIMARY KEY, code char(2));
-- good
CREATE TABLE countries (id bigint PRIMARY KEY, code text CHECK (length(code) = 2));
