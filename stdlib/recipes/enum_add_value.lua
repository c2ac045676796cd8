--- One more value of an enum.

return {
    name = "enum_add_value",
    doc = "Adds a value to an enum type, in a step of its own: no row can have it before that is committed. Nobody is locked "
        .. "out. Readers have to know the value before anybody writes it. PostgreSQL cannot take a value away: taking the plan "
        .. "back leaves it there, and running it again finds it.",
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
