SELECT c.castsource, c.casttarget, c.castmethod, c.castcontext FROM pg_catalog.pg_cast c
