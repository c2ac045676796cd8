-- NOT NULL as a constraint of the table
--! versions: 18-
ALTER TABLE plain ADD CONSTRAINT n NOT NULL a

--! versions: 18-
ALTER TABLE plain ADD NOT NULL a NOT VALID

--! versions: 18-
ALTER TABLE plain ADD NOT NULL nothing

--! versions: 18-
ALTER TABLE plain ADD CONSTRAINT n NOT NULL c NOT VALID, ADD CHECK (c <> '') NOT VALID

--! versions: 18-
ALTER TABLE plain ADD NOT NULL a NO INHERIT

--! versions: 18-
ALTER TABLE plain ADD NOT NULL ctid

--! versions: 18-
ALTER TABLE nulls ADD NOT NULL proven

--! versions: 18-
ALTER TABLE nulls ADD NOT NULL not_proven

--! versions: 18-
ALTER TABLE nulls ADD NOT NULL already

--! versions: 18-
ALTER TABLE nulls ADD CONSTRAINT another NOT NULL already

--! versions: 18-
ALTER TABLE nulls ADD NOT NULL already NOT VALID

--! versions: 18-
ALTER TABLE nulls ADD NOT NULL already NO INHERIT

--! versions: 18-
ALTER TABLE nulls ADD CONSTRAINT nulls_proven NOT NULL bare NOT VALID

--! versions: 18-
--! after: ALTER TABLE nulls ADD CONSTRAINT n NOT NULL bare NOT VALID
ALTER TABLE nulls VALIDATE CONSTRAINT n

--! versions: 18-
--! after: ALTER TABLE nulls ADD CONSTRAINT n NOT NULL bare NOT VALID
ALTER TABLE nulls ALTER bare SET NOT NULL

--! versions: 18-
--! after: ALTER TABLE nulls ADD CONSTRAINT n NOT NULL bare NOT VALID
ALTER TABLE nulls ADD NOT NULL bare

--! versions: 18-
--! after: ALTER TABLE nulls ADD CONSTRAINT n NOT NULL bare NOT VALID
ALTER TABLE nulls ADD NOT NULL bare NOT VALID

--! versions: 18-
--! after: ALTER TABLE nulls ADD CONSTRAINT n NOT NULL proven NOT VALID
ALTER TABLE nulls ADD CONSTRAINT m NOT NULL proven NOT VALID

--! versions: 18-
--! after: ALTER TABLE nulls ADD CONSTRAINT n NOT NULL bare NOT VALID
ALTER TABLE nulls DROP CONSTRAINT n

--! versions: 18-
--! after: ALTER TABLE nulls ADD CONSTRAINT n NOT NULL bare NOT VALID
ALTER TABLE nulls ALTER bare DROP NOT NULL

--! versions: 18-
ALTER TABLE vehicles ADD NOT NULL wheels

--! versions: 18-
ALTER TABLE vehicles ADD NOT NULL wheels NOT VALID

--! versions: 18-
ALTER TABLE vehicles ADD NOT NULL wheels NO INHERIT

--! versions: 18-
ALTER TABLE ONLY vehicles ADD NOT NULL wheels

--! versions: 18-
ALTER TABLE ONLY vehicles ADD NOT NULL wheels NO INHERIT

--! versions: 18-
ALTER TABLE cars ADD NOT NULL wheels

--! versions: 18-
--! after: ALTER TABLE cars ADD CONSTRAINT n NOT NULL wheels NO INHERIT
ALTER TABLE vehicles ADD NOT NULL wheels

--! versions: 18-
--! after: ALTER TABLE cars ADD CONSTRAINT n NOT NULL wheels NOT VALID
ALTER TABLE vehicles ADD NOT NULL wheels

--! versions: 18-
--! after: ALTER TABLE cars ADD CONSTRAINT n NOT NULL wheels NOT VALID
ALTER TABLE vehicles ADD NOT NULL wheels NOT VALID

--! versions: 18-
--! after: ALTER TABLE cars ADD CONSTRAINT n NOT NULL wheels
ALTER TABLE vehicles ADD NOT NULL wheels

--! versions: 18-
--! after: ALTER TABLE vehicles ADD CONSTRAINT n NOT NULL wheels NOT VALID
ALTER TABLE vehicles VALIDATE CONSTRAINT n

--! versions: 18-
ALTER TABLE measurements ADD NOT NULL value

--! versions: 18-
ALTER TABLE measurements ADD NOT NULL note NOT VALID

--! versions: 18-
ALTER TABLE measurements ADD NOT NULL value NO INHERIT

--! versions: 18-
ALTER TABLE ONLY measurements ADD NOT NULL value

--! versions: 18-
ALTER TABLE measurements_2023 ADD NOT NULL value

--! versions: 18-
ALTER TABLE customer_names ADD NOT NULL name

--! versions: 18-
ALTER TABLE generated ADD NOT NULL ab

--! versions: 18-
--! grammar: 18
CREATE TABLE u (a int, CONSTRAINT n NOT NULL a)

--! versions: 18-
--! grammar: 18
CREATE TABLE u (a int, NOT NULL b)

--! versions: 18-
--! grammar: 18
CREATE TABLE u (a int NOT NULL NO INHERIT, b int)

--! versions: 18-
--! grammar: 18
CREATE TABLE u (NOT NULL wheels) INHERITS (vehicles)

--! versions: 18-
--! grammar: 18
CREATE TABLE u PARTITION OF no_partitions (NOT NULL a) FOR VALUES FROM (1) TO (2)

--! versions: 18-
--! grammar: 18
ALTER TABLE plain ADD COLUMN e int NOT NULL NO INHERIT DEFAULT 1

--! versions: 18-
ALTER TABLE plain ADD COLUMN e int CONSTRAINT en NOT NULL DEFAULT 1

--! versions: 18-
ALTER TABLE plain ADD COLUMN e int, ADD NOT NULL e

--! versions: 18-
ALTER TABLE plain ADD COLUMN e int DEFAULT 1, ADD CONSTRAINT x NOT NULL e

-- CHECK and FOREIGN KEY that are not enforced
--! versions: 18-
--! grammar: 18
ALTER TABLE plain ADD CONSTRAINT k CHECK (a > 0) NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE plain ADD CONSTRAINT k CHECK (a > 0) ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE plain ADD CONSTRAINT k CHECK (a > 0) NOT VALID ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE plain ADD CONSTRAINT k CHECK (nothing > 0) NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE measurements ADD CONSTRAINT k CHECK (value > 0) NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE vehicles ADD CONSTRAINT k CHECK (wheels > 0) NOT ENFORCED

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE cars ADD CONSTRAINT k CHECK (wheels > 0) NOT ENFORCED
ALTER TABLE vehicles ADD CONSTRAINT k CHECK (wheels > 0)

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE cars ADD CONSTRAINT k CHECK (wheels > 0)
ALTER TABLE vehicles ADD CONSTRAINT k CHECK (wheels > 0) NOT ENFORCED

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE plain ADD CONSTRAINT k CHECK (a > 0) NOT ENFORCED
ALTER TABLE plain VALIDATE CONSTRAINT k

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE nulls ADD CONSTRAINT k CHECK (bare IS NOT NULL) NOT ENFORCED
ALTER TABLE nulls ALTER bare SET NOT NULL

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE plain ADD CONSTRAINT k CHECK (a > 0) NOT ENFORCED
ALTER TABLE plain ALTER a TYPE bigint

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE plain ADD CONSTRAINT k CHECK (b > '') NOT ENFORCED
ALTER TABLE plain ALTER b TYPE varchar

--! versions: 18-
--! grammar: 18
ALTER TABLE plain ADD COLUMN e int CHECK (e > 0) NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE plain ADD COLUMN e int DEFAULT 1 CHECK (e > 0) NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE plain ADD COLUMN e int DEFAULT 1 CHECK (e > 0) ENFORCED

--! versions: 18-
--! grammar: 18
CREATE TABLE u (a int CHECK (a > 0) NOT ENFORCED, b int, CHECK (b > a) NOT ENFORCED)

--! versions: 18-
--! grammar: 18
ALTER TABLE plain ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES orders NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE order_lines ADD CONSTRAINT f FOREIGN KEY (product_id) REFERENCES products NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE events ADD CONSTRAINT f FOREIGN KEY (customer_id) REFERENCES customers NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE plain ADD CONSTRAINT f FOREIGN KEY (c, a) REFERENCES regions NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE region_managers ADD CONSTRAINT f FOREIGN KEY (code, region) REFERENCES regions NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE plain ADD COLUMN e bigint REFERENCES orders NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE plain ADD COLUMN e bigint DEFAULT 1 REFERENCES orders NOT ENFORCED

--! versions: 18-
--! grammar: 18
CREATE TABLE u (a bigint REFERENCES orders NOT ENFORCED, b bigint, FOREIGN KEY (b) REFERENCES orders NOT ENFORCED)

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE audit_log ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES orders NOT ENFORCED
ALTER TABLE audit_log VALIDATE CONSTRAINT f

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE audit_log ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES orders NOT ENFORCED
ALTER TABLE audit_log DROP CONSTRAINT f

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE audit_log ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES orders NOT ENFORCED
ALTER TABLE orders DROP CONSTRAINT orders_pkey CASCADE

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE audit_log ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES orders NOT ENFORCED
ALTER TABLE audit_log ALTER id TYPE int

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE audit_log ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES orders NOT ENFORCED
DROP TABLE audit_log

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE audit_log ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES orders NOT ENFORCED
TRUNCATE orders

-- ALTER CONSTRAINT
--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE audit_log ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES orders NOT ENFORCED
ALTER TABLE audit_log ALTER CONSTRAINT f ENFORCED

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE audit_log ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES orders NOT ENFORCED
ALTER TABLE audit_log ALTER CONSTRAINT f NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE orders ALTER CONSTRAINT orders_customer_id_fkey NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE orders ALTER CONSTRAINT orders_customer_id_fkey ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE order_lines ALTER CONSTRAINT order_lines_product_fk NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE orders ALTER CONSTRAINT orders_total_check NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE orders ALTER CONSTRAINT orders_number_key NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE orders ALTER CONSTRAINT nothing NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE events ALTER CONSTRAINT events_customer_id_fkey NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE events_rest ALTER CONSTRAINT events_customer_id_fkey NOT ENFORCED

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE events ALTER CONSTRAINT events_customer_id_fkey NOT ENFORCED
ALTER TABLE events ALTER CONSTRAINT events_customer_id_fkey ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE region_managers ALTER CONSTRAINT region_managers_region_fk NOT ENFORCED

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE region_managers ALTER CONSTRAINT region_managers_region_fk NOT ENFORCED
ALTER TABLE region_managers ALTER CONSTRAINT region_managers_region_fk ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE orders ALTER CONSTRAINT orders_customer_id_fkey DEFERRABLE NOT ENFORCED

--! versions: 18-
--! grammar: 18
ALTER TABLE vehicles ALTER CONSTRAINT vehicles_plate_not_null NO INHERIT

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE vehicles ADD CONSTRAINT n NOT NULL wheels NO INHERIT
ALTER TABLE vehicles ALTER CONSTRAINT n INHERIT

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE vehicles ADD CONSTRAINT n NOT NULL wheels NO INHERIT
--! after: ALTER TABLE cars ADD NOT NULL wheels
ALTER TABLE vehicles ALTER CONSTRAINT n INHERIT

--! versions: 18-
--! grammar: 18
ALTER TABLE vehicles ALTER CONSTRAINT vehicles_plate_not_null INHERIT

--! versions: 18-
--! grammar: 18
ALTER TABLE cars ALTER CONSTRAINT vehicles_plate_not_null NO INHERIT

--! versions: 18-
--! grammar: 18
ALTER TABLE vehicles ALTER CONSTRAINT vehicles_wheels_check NO INHERIT

--! versions: 18-
--! grammar: 18
ALTER TABLE ONLY vehicles ALTER CONSTRAINT vehicles_plate_not_null NO INHERIT

--! versions: 18-
--! grammar: 18
ALTER TABLE measurements ALTER CONSTRAINT measurements_id_not_null NO INHERIT

--! versions: 18-
--! grammar: 18
ALTER TABLE orders ALTER CONSTRAINT orders_customer_id_fkey NO INHERIT

-- WITHOUT OVERLAPS and PERIOD
--! versions: 18-
--! grammar: 18
ALTER TABLE excluded ADD CONSTRAINT k UNIQUE (during WITHOUT OVERLAPS)

--! versions: 18-
--! grammar: 18
ALTER TABLE excluded ADD CONSTRAINT k UNIQUE (room, during WITHOUT OVERLAPS)

--! versions: 18-
--! grammar: 18
ALTER TABLE excluded ADD COLUMN place int4range, ADD CONSTRAINT k PRIMARY KEY (place, during WITHOUT OVERLAPS)

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE excluded ADD COLUMN place int4range
ALTER TABLE excluded ADD CONSTRAINT k UNIQUE (place, during WITHOUT OVERLAPS)

--! versions: 18-
--! grammar: 18
--! after: ALTER TABLE excluded ADD COLUMN place int4range DEFAULT '[1,2)'
ALTER TABLE excluded ADD CONSTRAINT k PRIMARY KEY (place, during WITHOUT OVERLAPS)

--! versions: 18-
--! grammar: 18
CREATE TABLE u (a int4range, b daterange, PRIMARY KEY (a, b WITHOUT OVERLAPS))

--! versions: 18-
--! grammar: 18
CREATE TABLE u (a int4range, b int, PRIMARY KEY (a, b WITHOUT OVERLAPS))

--! versions: 18-
--! grammar: 18
CREATE TABLE u (a int4range, b daterange, UNIQUE (a, b WITHOUT OVERLAPS))

--! versions: 18-
--! grammar: 18
--! after: CREATE TABLE t18 (a int4range, b daterange, PRIMARY KEY (a, b WITHOUT OVERLAPS))
CREATE TABLE u (a int4range, b daterange, FOREIGN KEY (a, PERIOD b) REFERENCES t18 (a, PERIOD b))

--! versions: 18-
--! grammar: 18
--! after: CREATE TABLE t18 (a int4range, b daterange, PRIMARY KEY (a, b WITHOUT OVERLAPS))
CREATE TABLE u (a int4range, b daterange, FOREIGN KEY (a, PERIOD b) REFERENCES t18)

--! versions: 18-
--! grammar: 18
--! after: CREATE TABLE t18 (a int4range, b daterange, PRIMARY KEY (a, b WITHOUT OVERLAPS))
CREATE TABLE u (a int4range, b daterange, FOREIGN KEY (a, b) REFERENCES t18)

--! versions: 18-
--! grammar: 18
--! after: CREATE TABLE t18 (a int4range, b daterange, PRIMARY KEY (a, b WITHOUT OVERLAPS))
CREATE TABLE u (a int4range, b daterange, FOREIGN KEY (a, PERIOD b) REFERENCES t18 ON DELETE CASCADE)

--! versions: 18-
--! grammar: 18
--! after: CREATE TABLE t18 (a int4range, b daterange, UNIQUE (a, b))
CREATE TABLE u (a int4range, b daterange, FOREIGN KEY (a, PERIOD b) REFERENCES t18 (a, PERIOD b))

--! versions: 18-
--! grammar: 18
--! after: CREATE TABLE t18 (a int4range, b daterange, PRIMARY KEY (a, b WITHOUT OVERLAPS))
--! after: CREATE TABLE u18 (a int4range, b daterange)
ALTER TABLE u18 ADD FOREIGN KEY (a, PERIOD b) REFERENCES t18

--! versions: 18-
--! grammar: 18
--! after: CREATE TABLE t18 (a int4range, b daterange, PRIMARY KEY (a, b WITHOUT OVERLAPS))
--! after: CREATE TABLE u18 (a int4range, b daterange)
ALTER TABLE u18 ADD FOREIGN KEY (a, PERIOD b) REFERENCES t18 NOT VALID
