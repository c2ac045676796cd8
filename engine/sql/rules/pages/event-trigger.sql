-- Every change of the schema runs this code from now on
--
-- Also those of other tools, of extensions and of temporary tables. When the function fails, so
-- does the change; to get rid of it then takes a superuser.
-- setup
CREATE FUNCTION note_change() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
-- bad
CREATE EVENT TRIGGER note_changes ON ddl_command_end EXECUTE FUNCTION note_change();
