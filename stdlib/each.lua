--- each(names, "<c> = NEW.<c>", " AND "): the format for each (bare) name, quoted, joined by the separator.

local native = require "native"

return function(names, format, separator)
    local list = {}
    for i, name in ipairs(names) do
        list[i] = format:gsub("<c>", (native.quote_ident(name):gsub("%%", "%%%%")))
    end
    return table.concat(list, separator)
end
