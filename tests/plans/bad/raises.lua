local function check(version)
    if version < 3 then
        error("this plan needs version 3")
    end
end
check(2)
--> 3: this plan needs version 3
