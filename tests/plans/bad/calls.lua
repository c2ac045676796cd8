local x = ("x").y.z
--> 0: plan returned nothing: end it with return plan ... | return plan "name" { api = 1, ... }
--> 1:17: unknown name "string.y" | a plan has of string: byte, char, find, format, gmatch, gsub, len, lower, match, rep, reverse, sub, upper
