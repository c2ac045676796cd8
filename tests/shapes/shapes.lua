--- Tables of awkward shapes, and each recipe on each of them: writes schema.sql and SHAPE-RECIPE.lua into a folder.
--
--     lua5.4 shapes.lua FOLDER
--
-- Each shape has the same columns under names of its own, and what makes it awkward hangs on `text`.

local function long(prefix)
    return prefix .. ("x"):rep(63 - #prefix)
end

local plain = {
    table = "users", town = "town", towns = "towns", key = { "id" }, text = "email", number = "n", at = "at",
    note = "note", check = "n_positive", unique = "one_email", index = "by_n", new = "new_one", mood = "mood",
    bare = "bare", side = "side",
}

local function like(t)
    t.schema = t.schema or t.name
    return setmetatable(t, { __index = plain })
end

-- more: SQL behind it; made: another shape makes it; simple = false: without the simple recipes; only: with these.
local shapes = {
    like { name = "quoted", schema = long "My \"Shop\" ", table = long "All Users %s ", town = long "The Town ",
        towns = long "All 'Towns' ", key = { long "The Id " }, text = long "E%1 Mail ", number = long "N > ",
        at = long "At $1 ", note = long "It's ", check = long "N is > 0 ", unique = long "One Mail ",
        index = long "By N, ", new = long "New \"One\" ", mood = long "My Mood ", bare = long "<Bare> ",
        side = long "The \"Side\" " },
    like { name = "composite", simple = false, key = { "org", "id" } },
    like { name = "partitioned", key = { "id", "at" }, unique_columns = { "email", "at" },
        partition_by = "RANGE (at)", more = [[
CREATE TABLE partitioned.users_2026 PARTITION OF partitioned.users
FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');]] },
    like { name = "partition", schema = "partitioned", table = "users_2026", key = { "id", "at" }, made = true,
        unique = "users_2026_email_at_key", index = "users_2026_n_idx" },
    like { name = "secured", simple = false, more = [[
ALTER TABLE secured.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON secured.users USING (email = current_user);]] },
    like { name = "viewed", simple = false,
        more = "CREATE VIEW viewed.look AS SELECT id, email, note FROM viewed.users;" },
    like { name = "view", schema = "viewed", table = "look", made = true,
        only = "create_index rename_column" },
    like { name = "generated", simple = false, more = [[
ALTER TABLE generated.users ADD upper text GENERATED ALWAYS AS (upper(email)) STORED;]] },
    like { name = "published", simple = false, more = "CREATE PUBLICATION users FOR TABLE published.users;" },
    like { name = "inherited", simple = false, more = "CREATE TABLE inherited.heir () INHERITS (inherited.users);" },
    like { name = "watched", simple = false, more = [[
CREATE FUNCTION watched.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER note BEFORE UPDATE OF email ON watched.users FOR EACH ROW EXECUTE FUNCTION watched.note();]] },
}

local function q(name)
    return '"' .. name:gsub('"', '""') .. '"'
end

local function quoted(names)
    local list = {}
    for i, name in ipairs(names) do
        list[i] = q(name)
    end
    return table.concat(list, ", ")
end

local function filled(text, s)
    return (text:gsub("<([%w.]+)>", function(word)
        if word == "table" then
            return q(s.schema) .. "." .. q(s.table)
        elseif word == "bare" or word == "side" then
            return q(s.schema) .. "." .. q(s[word])
        elseif word == "key" then
            return quoted(s.key)
        elseif word == "columns" then
            return quoted(s.unique_columns or { s.text })
        elseif word == "partition" then
            return s.partition_by and " PARTITION BY " .. s.partition_by or ""
        end
        local name = word:match "^schema%.(.*)"
        return (name and q(s.schema) .. "." or "") .. q(assert(s[name or word], word))
    end))
end

-- The key's columns are integers, but for `at`.
local function key_columns(s, plain_ones)
    local list = {}
    for i, name in ipairs(s.key) do
        local more = #s.key == 1 and not plain_ones and "GENERATED ALWAYS AS IDENTITY" or "NOT NULL"
        list[i] = name ~= s.at and ("%s int %s, "):format(q(name), more) or ""
    end
    return table.concat(list)
end

local tables = [[
CREATE TABLE <table> (<keys><text> text COLLATE "C" NOT NULL DEFAULT 'it''s', <number> int,
    <at> timestamptz NOT NULL DEFAULT '2026-01-01', <note> text, <town> int, PRIMARY KEY (<key>),
    CONSTRAINT <unique> UNIQUE (<columns>), CONSTRAINT <check> CHECK (<number> > 0))<partition>;
CREATE INDEX <index> ON <table> (<number>);
CREATE TABLE <bare> (<note> text);
CREATE TABLE <side> (<plain_keys><at> timestamptz NOT NULL, PRIMARY KEY (<key>));]]
local beside = "CREATE TABLE <schema.towns> (<town> int PRIMARY KEY);\nCREATE TYPE <schema.mood> AS ENUM ('sad');\n"

-- They change nothing but the table itself, its indexes and constraints.
local simple = {}
for name in ([[
    add_primary_key add_required_column set_not_null drop_not_null set_default add_check add_foreign_key add_unique
    create_index drop_index replace_index drop_constraint add_exclusion enum_add_value]]):gmatch "%S+" do
    simple[name] = true
end

-- In the order of docs/reference/recipes. <word> is a name of the shape, quoted as in SQL.
local recipes = {
    { "rename_column", "from = [[<text>]], to = [[<new>]]" },
    { "rename_column", "from = [[<note>]], to = [[<new>]]", "of the note" },
    { "change_type", "column = [[<number>]], type = 'bigint'" },
    { "change_type", "column = [[<text>]], type = 'varchar(90)'", "of the text" },
    { "add_primary_key", "identity = [[<new>]]", of = "<bare>" },
    { "replace_primary_key", "columns = { [[<town>]], <keys> }" },
    { "add_generated", "column = [[<new>]], type = 'text', expression = [[upper(<text>)]]" },
    { "rename_table", "to = [[<new>]]" },
    { "add_required_column", "column = [[<new>]], type = 'text', fill = [[<text>]]" },
    { "set_not_null", "column = [[<note>]], fill = [['?']]" },
    { "drop_not_null", "column = [[<text>]]" },
    { "set_default", "column = [[<note>]], default = [['?']]" },
    { "add_check", "name = [[<new>]], check = [[<note> <> '']]" },
    { "add_foreign_key", "columns = { [[<town>]] }, references = [[<schema.towns>]]" },
    { "add_unique", "columns = { [[<note>]] }" },
    { "create_index", "name = [[<new>]], keys = [[<note>]]" },
    { "drop_index", "name = [[<index>]]" },
    { "replace_index", "from = [[<index>]], keys = [[<number> DESC]]" },
    { "drop_column", "column = [[<text>]]" },
    { "drop_column", "column = [[<note>]]", "of the note" },
    { "drop_constraint", "name = [[<check>]]" },
    { "drop_constraint", "name = [[<unique>]]", "unique" },
    { "drop_table", "" },
    { "add_exclusion", "name = [[<new>]], elements = [[int4range(<number>, <number>, '[]') WITH &&]]" },
    { "split_column", "column = [[<text>]], into = { [ [[<new>]] ] = [[upper(<text>)]] }, join = [[lower(<new>)]]" },
    { "merge_columns", "from = { [ [[<note>]] ] = [[<new>]] }, into = [[<new>]], join = [[<note>]]" },
    { "split_table", "columns = { [[<note>]] }, into = [[<new>]]" },
    { "move_columns", "columns = { [[<note>]] }, to = [[<side>]], on = { <on> }, fill = { [ [[<at>]] ] = [[<at>]] }" },
    { "soft_delete", "view = [[<new>]], indexes = { [[<unique>]] }, deletes = true" },
    { "backup_rows", "into = [[<new>]], where = 'true', delete = true" },
    { "copy_table", "" },
    { "partition_table", "hash = [[<text>]], partitions = 2" },
    { "versions", "old = 'v1', new = 'v2', tables = { [[<table>]] }, rename = { [ [[<table>.<text>]] ] = [[<new>]] }",
        of = "" },
    { "enum_add_value", "type = [[<schema.mood>]], value = [[It's]]", of = "" },
}

local function write(path, text)
    local file = assert(io.open(path, "w"))
    assert(file:write(text))
    assert(file:close())
end

local folder, schema, made = arg[1], {}, {}
for _, s in ipairs(shapes) do
    if not made[s.schema] then
        made[s.schema] = true
        schema[#schema + 1] = "CREATE SCHEMA " .. q(s.schema) .. ";\n" .. filled(beside, s)
    end
    if not s.made then
        local text = tables:gsub("<keys>", (key_columns(s):gsub("%%", "%%%%")))
        schema[#schema + 1] = filled(text:gsub("<plain_keys>", (key_columns(s, true):gsub("%%", "%%%%"))), s)
        schema[#schema + 1] = s.more
    end
    local keys, on = {}, {}
    for i, name in ipairs(s.key) do
        keys[i] = "[[" .. q(name) .. "]]"
        on[i] = ("[ %s ] = %s"):format(keys[i], keys[i])
    end
    for _, r in ipairs(recipes) do
        if s.only and s.only:find(r[1], 1, true) or not s.only and (s.simple ~= false or not simple[r[1]]) then
            local fields = r[2]:gsub("<keys>", (table.concat(keys, ", "):gsub("%%", "%%%%")))
            fields = fields:gsub("<on>", (table.concat(on, ", "):gsub("%%", "%%%%")))
            local of = r.of == "" and "" or ("table = [[%s]], "):format(r.of or "<table>")
            local plan = ("return plan 'shape' { api = 1,\nrecipe.%s { %s%s } }\n"):format(r[1], of, fields)
            local name = r[1] .. (r[3] and " " .. r[3] or "")
            write(("%s/%s, %s.lua"):format(folder, s.name, name), (filled(plan, s)))
        end
    end
end
write(folder .. "/schema.sql", table.concat(schema, "\n") .. "\n")
