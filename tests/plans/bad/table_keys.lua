for k in pairs { [{}] = 1 } do
end
--> 1: pairs has no order for a key that is a table
