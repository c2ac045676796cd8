--- One more value of an enum.

local function place_of(labels, value)
    for i, label in ipairs(labels) do
        if label == value then
            return i
        end
    end
end

-- Can it stand where it shall? The values of recipes before this one in the plan count.
local function fits(v, e, use)
    local labels = use.notes("values of " .. e.spelt)
    if #labels == 0 then
        table.move(e.labels, 1, #e.labels, 1, labels)
    end
    local beside = v.before or v.after
    local at, near = place_of(labels, v.value), beside and place_of(labels, beside)
    if beside and not near then
        local list = {}
        for i, label in ipairs(labels) do
            list[i] = use.literal(label)
        end
        use.refuse(v.before and "before" or "after", ("%s has no value %s"):format(v.type, use.literal(beside)),
            #list > 0 and "it has " .. table.concat(list, ", ") or "it has none")
        return false
    elseif not at then
        table.insert(labels, v.before and near or v.after and near + 1 or #labels + 1, v.value)
    elseif v.before and at >= near or v.after and at <= near then
        use.refuse("value", ("%s has the value %s already, in another place"):format(v.type, use.literal(v.value)),
            "`recipe.enum_replace` puts values in another order")
        return false
    end
    return true
end

return {
    name = "enum_add_value",
    doc = "Adds a value to an enum type, in a step of its own: no row can have it before that is committed. Nobody is locked "
        .. "out. Readers have to know the value before anybody writes it. PostgreSQL cannot take a value away: taking the plan "
        .. "back leaves it there, and running it again finds it. One that is there already, in another place than is asked for, "
        .. "is refused.",
    fields = {
        { name = "type", kind = "qualified", required = true, doc = "The type, as in SQL: `mood`, `app.mood`." },
        { name = "value", kind = "text", required = true, doc = "The new value." },
        { name = "before", kind = "text", doc = "The value that follows it; at the end when neither is given." },
        { name = "after", kind = "text", doc = "The value that it follows." },
    },
    example = [[recipe.enum_add_value { type = "mood", value = "curious", after = "happy" }]],
    expand = function(v, use)
        if v.before and v.after then
            use.refuse("after", "it has before and after", "one of them says the place")
            return {}
        elseif #v.value > 63 then
            use.refuse("value", ("the value has %d bytes; 63 is the limit"):format(#v.value))
            return {}
        end
        local e = use.type(v.type, "type")
        if not e then
            return {}
        elseif not e.is_enum then
            use.refuse("type", ("%s is no enum"):format(v.type))
            return {}
        elseif not fits(v, e, use) then
            return {}
        end
        local place = v.before and " BEFORE " .. use.literal(v.before) or v.after and " AFTER " .. use.literal(v.after) or ""
        return {
            use.words.expand {
                use.sql(
                    use.id("%s of %s", v.value:gsub("%c", "?"):gsub("^ +", ""):gsub(" +$", ""), v.type),
                    ("ALTER TYPE %s ADD VALUE IF NOT EXISTS %s%s"):format(v.type, use.literal(v.value), place),
                    { undo = "nothing" }
                ),
            },
        }
    end,
}
