package.path = "tests/lua/?.lua;" .. package.path
local support = require "support"
local t = require "luaunit"
local sync = require "sync"

local TestSync = {}

function TestSync.test_ids_are_readable()
    local steps = support.steps [[sync { table = "Users", from = "email", to = '"Mail"' } ]]
    t.assertEquals(steps[1].id, 'sync Users.email <-> "Mail"')
end

function TestSync.test_an_id_may_be_given()
    local steps = support.steps [[sync { table = "t", from = "a", to = "b", id = "mine" } ]]
    t.assertEquals(steps[1].id, "mine")
end

function TestSync.test_long_ids_are_cut_between_characters()
    for n = 40, 60 do
        local name = ("ä"):rep(n)
        local id = sync.id { table = "t", from = name, to = "b" }
        t.assertTrue(#id <= 100)
        t.assertNotNil(utf8.len(id))
    end
end

function TestSync.test_names_follow_from_what_is_meant()
    local function trigger(fields)
        return support.steps("sync { " .. fields .. " }")[1].undo.text:match "DROP TRIGGER (%S+)"
    end
    local first = trigger [[table = "t", from = "a", to = "b"]]
    t.assertEquals(trigger [[table = "T", from = '"a"', to = "B"]], first)
    t.assertNotEquals(trigger [[table = "t", from = "b", to = "a"]], first)
    t.assertNotEquals(trigger [[table = "s.t", from = "a", to = "b"]], first)
    t.assertNotEquals(trigger [[table = '"T"', from = "a", to = "b"]], first)
end

function TestSync.test_percent_and_angle_brackets_survive()
    local steps = support.steps [[sync { table = "t", from = "a", to = "b", up = "a || '<to> %1'" ,
        down = "'<from>' || b" }]]
    -- native.lua refuses a percent sign, as the parser would refuse wrong SQL
    t.assertNil(steps)
    steps = support.steps [[sync { table = "t", from = "a", to = "b", up = "a || '<to>'" }]]
    t.assertStrContains(steps[1].up.text, "a || '<to>'")
end

function TestSync.test_dollar_quotes_do_not_end_early()
    local steps = support.steps [[sync { table = "t", from = "a", to = "b", up = "'$zdm$ $zdm1$' || a" }]]
    t.assertStrContains(steps[1].up.text, "AS $zdm2$")
end

local function contract(text)
    return support.load('return plan "t" { api = 1, expand { sync { table = "users", from = "a", to = "b" } },'
        .. 'gate "g" { approval "yes" }, contract { ' .. text .. " } }")
end

function TestSync.test_drop_column_ends_the_sync()
    for _, column in ipairs { "a", "B", '\\"a\\"' } do
        local plan = contract(('drop_column { table = "USERS", column = "%s" }'):format(column))
        local sql = plan.steps[3].up.text
        t.assertStrMatches(sql, "DROP TRIGGER zzz_zdm_sync_%x+ ON users;\n"
            .. "DROP TRIGGER zzz_zdm_sync_%x+_new ON users;\nDROP FUNCTION zdm.sync_%x+%(%);\n"
            .. "ALTER TABLE users DROP COLUMN %a;")
    end
end

function TestSync.test_drop_column_of_another_column_or_table()
    for _, fields in ipairs { 'table = "users", column = "c"', 'table = "orders", column = "a"' } do
        local plan = contract("drop_column { " .. fields .. " }")
        t.assertStrMatches(plan.steps[3].up.text, "ALTER TABLE %a+ DROP COLUMN %a;")
    end
end

function TestSync.test_a_sync_ends_once()
    local plan = contract [[drop_column { table = "users", column = "a" },
        drop_column { table = "users", column = "b" }]]
    t.assertEquals(plan.steps[4].up.text, "ALTER TABLE users DROP COLUMN b;")
    plan = contract [[unsync { table = "users", from = "a", to = "b" },
        drop_column { table = "users", column = "b" }]]
    t.assertStrContains(plan.steps[3].up.text, "DROP TRIGGER")
    t.assertStrContains(plan.steps[3].undo.text, "CREATE TRIGGER")
    t.assertEquals(plan.steps[4].up.text, "ALTER TABLE users DROP COLUMN b;")
end

function TestSync.test_drop_column_that_a_sync_reads()
    local plan = support.load [[return plan "t" { api = 1,
        expand { sync { table = "users", from = "a", to = "b", up = "a || c", down = "left(b, d)" } },
        gate "g" { approval "yes" },
        contract { drop_column { table = "users", column = "d" }, drop_column { table = "users", column = "c" } } }]]
    t.assertStrContains(plan.steps[3].up.text, "DROP TRIGGER")
    t.assertEquals(plan.steps[4].up.text, "ALTER TABLE users DROP COLUMN c;")
end

function TestSync.test_unsync_of_another_sync()
    local plan = contract [[unsync { table = "users", from = "x", to = "b" }]]
    t.assertNil(plan.steps[3].undo)
end

function TestSync.test_a_write_of_what_up_reads()
    local sql = support.steps [[sync { table = "t", from = "a", to = "b", up = "a || c || lower(t.b)" }]][1].up.text
    for _, when in ipairs { "OR (%w+)%.(%w+)::[%w_.]+ COLLATE [%w_.\"]+ IS DISTINCT FROM OLD.c" } do
        local row, column = sql:match(when)
        t.assertEquals({ row, column }, { "NEW", "c" })
    end
    t.assertNil(sql:find("OLD.t", 1, true))
end

local function two(first, second)
    local plan, messages = support.load(('return plan "t" { api = 1, expand { sync { %s }, sync { %s } } }')
        :format(first, second))
    return plan ~= nil, messages and messages[1]
end

function TestSync.test_syncs_that_share_a_column()
    local ab = [[table = "t", from = "a", to = "b"]]
    for _, other in ipairs { [[from = "b", to = "c"]], [[from = "c", to = "a"]], [[from = "c", to = "b"]],
        [[from = "a", to = "c"]] } do
        local fine, message = two(ab, [[table = "T", ]] .. other)
        t.assertFalse(fine)
        t.assertStrContains(message, 'sync {} shares a column with "sync t.a <-> b"')
    end
    t.assertTrue((two(ab, [[table = "t", from = "c", to = "d"]])))
    t.assertTrue((two(ab, [[table = "u", from = "b", to = "c"]])))
    local both = [[, down = "b || c"]]
    t.assertTrue((two(ab .. both, [[table = "t", from = "a", to = "c"]] .. both)))
    t.assertFalse((two(ab .. both, [[table = "t", from = "a", to = "c"]])))
end

function TestSync.test_unsync_of_an_earlier_plan()
    local steps = support.steps [[unsync { table = "users", from = "a", to = "b" }]]
    t.assertStrContains(steps[1].up.text, "DROP TRIGGER")
    t.assertNil(steps[1].undo)
end

function TestSync.test_one_table_written_in_two_ways()
    local plan, messages = contract [[drop_column { table = "public.users", column = "a" }]]
    t.assertNil(plan)
    t.assertEquals(messages, { "drop_column {} writes the table as public.users, the sync of a as users" })
end

os.exit(t.LuaUnit.new():runSuiteByInstances({ { "TestSync", TestSync } }))
