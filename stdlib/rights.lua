--- Who may use what a plan makes: whoever may use what it stands for, and nobody else.
--
-- ALTER DEFAULT PRIVILEGES give rights on whatever is made. Those that are known when the plan is put together are
-- taken away in the text of the step, where a reviewer sees them; a query behind the step finds what is there all the
-- same, because default privileges were changed since, or because the owner of the table gets some.

local native = require "native"

local rights = {}

local function role_of(name)
    return name and native.quote_ident(name) or "PUBLIC"
end

--- "REVOKE ALL ON name FROM reader, PUBLIC" for what default privileges give on something new, or nil. t: the
--- description of the table that it stands for; what: "table" (views are tables, too), "sequence", "function".
function rights.revoke(t, what, name)
    local roles = what == "function" and { "PUBLIC" } or {} -- everybody may execute a new function
    for _, given in ipairs(t.given_to_new or {}) do
        local role = role_of(given.role)
        if given.on == what and role ~= roles[1] then
            roles[#roles + 1] = role
        end
    end
    local word = what == "table" and "" or what:upper() .. " "
    return #roles > 0 and ("REVOKE ALL ON %s%s FROM %s"):format(word, name, table.concat(roles, ", ")) or nil
end

--- A query for the statements that take away what others than the owner have on new relations:
--- relations: { { name = , grants = those that are meant } }.
function rights.others(relations)
    local values = {}
    for i, relation in ipairs(relations) do
        local meant = {}
        for k, grant in ipairs(relation.grants or {}) do
            meant[k] = native.quote_literal(grant.privilege .. " " .. role_of(grant.role))
        end
        values[i] = ("(%s, ARRAY[%s]::pg_catalog.text[])"):format(native.quote_literal(relation.name),
            table.concat(meant, ", "))
    end
    return ([[
SELECT pg_catalog.format('REVOKE %%s ON %%s%%s FROM %%s', pg_catalog.string_agg(a.privilege_type, ', '),
           CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE '' END, c.oid::pg_catalog.regclass, g.role)
  FROM (VALUES %s) AS r(name, meant)
  JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(r.name),
       pg_catalog.aclexplode(c.relacl) AS a,
       LATERAL (SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC'
                       ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END) AS g(role)
 WHERE a.grantee <> c.relowner AND pg_catalog.concat_ws(' ', a.privilege_type, g.role) <> ALL (r.meant)
 GROUP BY c.oid, c.relkind, g.role]]):format(table.concat(values, ",\n              "))
end

-- Who has the privilege on all of the columns (bare names): "role" -> true.
local function who_may(t, privilege, names)
    local who, of_columns = { [role_of(t.owner)] = true }, {}
    for _, grant in ipairs(t.grants) do
        if grant.privilege == privilege then
            who[role_of(grant.role)] = true
        end
    end
    for _, name in ipairs(names) do
        for _, grant in ipairs(t:find(name).grants or {}) do
            if grant.privilege == privilege then
                local role = role_of(grant.role)
                of_columns[role] = (of_columns[role] or 0) + 1
                who[role] = who[role] or of_columns[role] == #names
            end
        end
    end
    return who
end

--- Who may use columns (bare names) of table t where they go, to table d, though not where they are: a sorted list of
--- texts such as "reader (SELECT)".
function rights.wider(t, names, d)
    local list = {}
    for _, privilege in ipairs { "SELECT", "INSERT", "UPDATE" } do
        local here = who_may(t, privilege, names)
        for role in next, who_may(d, privilege, {}) do
            if not here[role] and not here.PUBLIC then
                list[#list + 1] = ("%s (%s)"):format(role, privilege)
            end
        end
    end
    table.sort(list)
    return list
end

return rights
