error({ code = 5 })
--> 1: error raised with a table instead of a message
