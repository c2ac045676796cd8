local s = ("a"):rep(40)
local x = s:find(("a?"):rep(40) .. ("a"):rep(40))
--> 2: string.find: the pattern could take too long on a text of 40 bytes
