--- SQL some of whose statements are only for what is there when they run (engine/plan/pieces.h): those for partitions
--- that were dropped or detached since are left out, in steps and in undos.
--
-- What a statement is for, `of`: { table, its partition, one of that, ... } as long as each is a partition of the one
-- before it, or, at the end, an index of it; { relation } as long as that is there; { "", relation } as long as that is
-- there and part of nothing.

local pieces = {}
pieces.__index = pieces

function pieces.new()
    return setmetatable({ list = {}, of = {} }, pieces)
end

--- of nil: in any case.
function pieces:add(sql, of)
    self.list[#self.list + 1] = sql
    self.of[#self.list] = of or false
    return self
end

function pieces:text()
    return table.concat(self.list, ";\n")
end

--- For the description of a step: its field `pieces` or `undo_pieces`; nil when all of it is for any case.
function pieces:marks()
    local marks, at = {}, 0
    for i, sql in ipairs(self.list) do
        local length = #sql + (i < #self.list and 2 or 0)
        if self.of[i] then
            marks[#marks + 1] = { at = at, length = length, of = self.of[i] }
        end
        at = at + length
    end
    return #marks > 0 and marks or nil
end

--- The marks of one statement.
function pieces.one(sql, of)
    return pieces.new():add(sql, of):marks()
end

return pieces
