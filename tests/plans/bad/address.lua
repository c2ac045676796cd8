local s = string.format("%p", {})
--> 1: string.format: %p shows an address, which differs from run to run
