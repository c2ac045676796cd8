-- A second function of the same name
--
-- With other parameters CREATE OR REPLACE makes another function and leaves the first. Calls
-- that fit both, by a default or an unknown literal, fail with 42725 from this moment.
--! catalog
-- setup
CREATE FUNCTION net(total numeric) RETURNS numeric LANGUAGE sql AS 'SELECT total / 1.19';
-- bad
CREATE OR REPLACE FUNCTION net(total numeric, rate numeric DEFAULT 1.19) RETURNS numeric
    LANGUAGE sql AS 'SELECT total / rate';
-- good
CREATE FUNCTION net_at(total numeric, rate numeric) RETURNS numeric
    LANGUAGE sql AS 'SELECT total / rate';
