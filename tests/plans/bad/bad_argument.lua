local t = {}
for k in pairs(nil) do
end
--> 2: bad argument #1 to 'pairs' (table expected, got nil)
