-- ADD COLUMN, DROP COLUMN, SET NOT NULL and whatever else ALTER TABLE does to a column but its type.

-- nothing to write: NULL, or one value for all rows
ALTER TABLE plain ADD COLUMN e int

ALTER TABLE plain ADD COLUMN e int NULL

ALTER TABLE plain ADD COLUMN e text DEFAULT 'x'

ALTER TABLE plain ADD COLUMN e int NOT NULL DEFAULT 3

ALTER TABLE plain ADD COLUMN e int DEFAULT NULL

ALTER TABLE plain ADD COLUMN e int DEFAULT 1 + 2 * 3

ALTER TABLE plain ADD COLUMN e timestamptz DEFAULT now()

ALTER TABLE plain ADD COLUMN e timestamptz NOT NULL DEFAULT current_timestamp

ALTER TABLE plain ADD COLUMN e date DEFAULT current_date

ALTER TABLE plain ADD COLUMN e text DEFAULT current_user

ALTER TABLE plain ADD COLUMN e text DEFAULT current_setting('TimeZone')

ALTER TABLE plain ADD COLUMN e bigint DEFAULT txid_current()

ALTER TABLE plain ADD COLUMN e text DEFAULT to_char(now(), 'YYYY')

ALTER TABLE plain ADD COLUMN e text DEFAULT upper('x')

ALTER TABLE plain ADD COLUMN e jsonb DEFAULT '{}'::jsonb

ALTER TABLE plain ADD COLUMN e jsonb DEFAULT jsonb_build_object('a', 1)

ALTER TABLE plain ADD COLUMN e int[] DEFAULT '{1,2}'

ALTER TABLE plain ADD COLUMN e int[] DEFAULT ARRAY[1, 2]

ALTER TABLE plain ADD COLUMN e text[] NOT NULL DEFAULT '{}'

ALTER TABLE plain ADD COLUMN e mood DEFAULT 'ok'

ALTER TABLE plain ADD COLUMN e json

ALTER TABLE plain ADD COLUMN e address

ALTER TABLE plain ADD COLUMN e text COLLATE "C"

ALTER TABLE plain ADD COLUMN "Größe" numeric(5,2) DEFAULT 0

ALTER TABLE plain ADD COLUMN e interval DEFAULT interval '1 day'

ALTER TABLE plain ADD COLUMN e bit(3) DEFAULT B'101'

ALTER TABLE plain ADD COLUMN e regclass DEFAULT 'plain'::regclass

ALTER TABLE plain ADD COLUMN e boolean DEFAULT (true AND false)

ALTER TABLE plain ADD COLUMN e text DEFAULT coalesce(NULL, 'x')

ALTER TABLE plain ADD COLUMN e text DEFAULT CASE WHEN current_user = 'x' THEN 'a' ELSE 'b' END

ALTER TABLE plain ADD COLUMN e int, ADD COLUMN f text DEFAULT 'x'

ALTER TABLE "Sales Dept"."Big Deals" ADD COLUMN "New One" int DEFAULT 1

ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_lets_a_name_be_63by ADD COLUMN e int

ALTER TABLE cache ADD COLUMN e int DEFAULT 1

-- volatile defaults: all rows are written
ALTER TABLE plain ADD COLUMN e float8 DEFAULT random()

ALTER TABLE plain ADD COLUMN e timestamptz DEFAULT clock_timestamp()

ALTER TABLE plain ADD COLUMN e uuid DEFAULT gen_random_uuid()

ALTER TABLE plain ADD COLUMN e uuid NOT NULL DEFAULT gen_random_uuid()

ALTER TABLE plain ADD COLUMN e bigint DEFAULT nextval('free_sequence')

ALTER TABLE plain ADD COLUMN e text DEFAULT timeofday()

ALTER TABLE plain ADD COLUMN e float8 DEFAULT 1 + random() * 2

ALTER TABLE plain ADD COLUMN e text DEFAULT 'a' || gen_random_uuid()::text

ALTER TABLE plain ADD COLUMN e float8 DEFAULT random(), ADD COLUMN f float8 DEFAULT random(), ADD COLUMN g int

ALTER TABLE orders ADD COLUMN e float8 DEFAULT random()

ALTER TABLE domain_users ADD COLUMN e float8 DEFAULT random()

ALTER TABLE cache ADD COLUMN e float8 DEFAULT random()

ALTER TABLE other_disk_table ADD COLUMN e float8 DEFAULT random()

-- functions: which one it is decides
ALTER TABLE plain ADD COLUMN e int DEFAULT stable_one()

ALTER TABLE plain ADD COLUMN e int DEFAULT immutable_one()

ALTER TABLE plain ADD COLUMN e int DEFAULT volatile_one()

ALTER TABLE plain ADD COLUMN e int DEFAULT public.stable_one()

ALTER TABLE plain ADD COLUMN e int DEFAULT "Sales Dept".stable_one()

ALTER TABLE plain ADD COLUMN e int DEFAULT "Sales Dept".volatile_one()

--! settings: SET search_path = "Sales Dept", public
ALTER TABLE plain ADD COLUMN e int DEFAULT stable_one()

--! settings: SET search_path = "Sales Dept", public
ALTER TABLE plain ADD COLUMN e int DEFAULT volatile_one()

ALTER TABLE plain ADD COLUMN e int DEFAULT inlined_one()

ALTER TABLE plain ADD COLUMN e float8 DEFAULT inlined_random()

ALTER TABLE plain ADD COLUMN e int DEFAULT inlined_not()

ALTER TABLE plain ADD COLUMN e int DEFAULT overloaded(1)

ALTER TABLE plain ADD COLUMN e int DEFAULT overloaded('a')

ALTER TABLE plain ADD COLUMN e int DEFAULT overloaded('a'::text)

ALTER TABLE plain ADD COLUMN e int DEFAULT overloaded(1::smallint)

ALTER TABLE plain ADD COLUMN e int DEFAULT overloaded(length('abc'))

ALTER TABLE plain ADD COLUMN e int DEFAULT overloaded(upper('abc'))

ALTER TABLE plain ADD COLUMN e int DEFAULT with_default(1)

ALTER TABLE plain ADD COLUMN e int DEFAULT with_default(1, 2)

ALTER TABLE plain ADD COLUMN e int DEFAULT with_default(b => 1, a => 2)

ALTER TABLE plain ADD COLUMN e int DEFAULT with_default(1, 2, 3)

ALTER TABLE plain ADD COLUMN e int DEFAULT no_such_function()

ALTER TABLE plain ADD COLUMN e bigint DEFAULT reads_orders()

ALTER TABLE plain ADD COLUMN e int DEFAULT volatile_one() + 1

ALTER TABLE plain ADD COLUMN e int DEFAULT greatest(1, volatile_one())

--! after: CREATE FUNCTION later() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'
ALTER TABLE plain ADD COLUMN e int DEFAULT later()

--! after: CREATE FUNCTION later() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'
ALTER TABLE plain ADD COLUMN e int DEFAULT later()

--! after: CREATE OR REPLACE FUNCTION volatile_one() RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END'
ALTER TABLE plain ADD COLUMN e int DEFAULT volatile_one()

--! after: ALTER FUNCTION volatile_one() STABLE
ALTER TABLE plain ADD COLUMN e int DEFAULT volatile_one()

-- domains: constraints are checked row by row, NULL or not
ALTER TABLE plain ADD COLUMN e plain_text

ALTER TABLE plain ADD COLUMN e short_name

ALTER TABLE plain ADD COLUMN e wrapped DEFAULT 'x'

ALTER TABLE plain ADD COLUMN e positive

ALTER TABLE plain ADD COLUMN e positive DEFAULT 1

ALTER TABLE plain ADD COLUMN e small_positive

ALTER TABLE plain ADD COLUMN e required DEFAULT 'x'

ALTER TABLE plain ADD COLUMN e loose

ALTER TABLE plain ADD COLUMN e positive[]

ALTER TABLE empty_table ADD COLUMN e required

--! after: ALTER DOMAIN positive DROP CONSTRAINT positive_check
ALTER TABLE plain ADD COLUMN e positive

--! after: CREATE DOMAIN later AS int CHECK (VALUE > 0)
ALTER TABLE plain ADD COLUMN e later

-- serial, identity, generated
ALTER TABLE plain ADD COLUMN e serial

ALTER TABLE plain ADD COLUMN e bigserial

ALTER TABLE plain ADD COLUMN e smallserial UNIQUE

ALTER TABLE audit_log ADD COLUMN e serial PRIMARY KEY

ALTER TABLE plain ADD COLUMN e int GENERATED ALWAYS AS IDENTITY

ALTER TABLE plain ADD COLUMN e bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 100)

ALTER TABLE plain ADD COLUMN e text GENERATED ALWAYS AS IDENTITY

ALTER TABLE plain ADD COLUMN e int GENERATED ALWAYS AS (a * 2) STORED

ALTER TABLE plain ADD COLUMN e text GENERATED ALWAYS AS (upper(b)) STORED

ALTER TABLE plain ADD COLUMN e text GENERATED ALWAYS AS (now()::text) STORED

ALTER TABLE plain ADD COLUMN e float8 GENERATED ALWAYS AS (random()) STORED

ALTER TABLE plain ADD COLUMN e int GENERATED ALWAYS AS (nothing * 2) STORED

ALTER TABLE generated ADD COLUMN e int GENERATED ALWAYS AS (ab * 2) STORED

ALTER TABLE plain ADD COLUMN e int GENERATED ALWAYS AS (e * 2) STORED

ALTER TABLE plain ADD COLUMN e int DEFAULT 1 GENERATED ALWAYS AS IDENTITY

-- NOT NULL without a value
ALTER TABLE plain ADD COLUMN e int NOT NULL

ALTER TABLE empty_table ADD COLUMN e int NOT NULL

ALTER TABLE plain ADD COLUMN e int NOT NULL DEFAULT NULL

ALTER TABLE measurements ADD COLUMN e int NOT NULL

ALTER TABLE no_partitions ADD COLUMN e int NOT NULL

ALTER TABLE empty_table ADD COLUMN e int PRIMARY KEY

-- constraints of the column
ALTER TABLE plain ADD COLUMN e int CHECK (e > 0)

ALTER TABLE plain ADD COLUMN e int DEFAULT 1 CONSTRAINT positive_e CHECK (e > 0)

ALTER TABLE plain ADD COLUMN e int CHECK (e > a)

ALTER TABLE plain ADD COLUMN e int DEFAULT 1 CHECK (e > 0) CHECK (e < 10)

ALTER TABLE plain ADD COLUMN e int UNIQUE

ALTER TABLE plain ADD COLUMN e int CONSTRAINT only_once UNIQUE

ALTER TABLE plain ADD COLUMN e int UNIQUE DEFERRABLE INITIALLY DEFERRED

-- the DEFAULT of its domain
--! after: CREATE DOMAIN drawn AS int DEFAULT (random() * 100)::int
ALTER TABLE plain ADD COLUMN e drawn

--! after: CREATE DOMAIN drawn AS int DEFAULT (random() * 100)::int
ALTER TABLE plain ADD COLUMN e drawn DEFAULT NULL

--! after: CREATE DOMAIN drawn AS int DEFAULT (random() * 100)::int
ALTER TABLE plain ADD COLUMN e drawn DEFAULT 3

--! after: CREATE DOMAIN since AS timestamptz DEFAULT now()
ALTER TABLE plain ADD COLUMN e since

ALTER TABLE orders ADD COLUMN e int PRIMARY KEY

ALTER TABLE plain ADD COLUMN e bigint REFERENCES customers

ALTER TABLE plain ADD COLUMN e bigint REFERENCES customers (id) ON DELETE CASCADE

ALTER TABLE plain ADD COLUMN e bigint DEFAULT 1 REFERENCES customers (id)

ALTER TABLE plain ADD COLUMN e bigint DEFAULT NULL REFERENCES customers (id)

ALTER TABLE plain ADD COLUMN e text REFERENCES customers (id)

ALTER TABLE plain ADD COLUMN e text REFERENCES customers (email)

ALTER TABLE plain ADD COLUMN e bigint REFERENCES no_such_table

ALTER TABLE plain ADD COLUMN e int REFERENCES plain (id)

ALTER TABLE orders ADD COLUMN e bigint REFERENCES orders

ALTER TABLE plain ADD COLUMN e int DEFAULT 1 CHECK (e > 0) UNIQUE REFERENCES products (id)

ALTER TABLE plain ADD COLUMN e float8 DEFAULT random() CHECK (e < 2)

ALTER TABLE plain ADD COLUMN e serial CHECK (e > 0)

-- what is there already, and what cannot be
ALTER TABLE plain ADD COLUMN a int

ALTER TABLE plain ADD COLUMN IF NOT EXISTS a int

ALTER TABLE plain ADD COLUMN IF NOT EXISTS a bigserial NOT NULL UNIQUE

ALTER TABLE plain ADD COLUMN IF NOT EXISTS e int

ALTER TABLE orders ADD COLUMN IF NOT EXISTS id bigint REFERENCES customers

ALTER TABLE measurements ADD COLUMN IF NOT EXISTS note text

ALTER TABLE plain ADD COLUMN xmin int

ALTER TABLE plain ADD COLUMN e no_such_type

ALTER TABLE plain ADD COLUMN e no_such_schema.t

ALTER TABLE plain ADD COLUMN e anyelement

ALTER TABLE plain ADD COLUMN e varchar(0)

ALTER TABLE plain ADD COLUMN e int COLLATE "C"

ALTER TABLE plain ADD COLUMN e int DEFAULT 'x'::text

ALTER TABLE plain ADD COLUMN e int DEFAULT now()

ALTER TABLE plain ADD COLUMN e boolean DEFAULT 1

ALTER TABLE plain ADD COLUMN e text DEFAULT 1

ALTER TABLE plain ADD COLUMN e int DEFAULT a

ALTER TABLE plain ADD COLUMN e int DEFAULT (SELECT 1)

ALTER TABLE plain ADD COLUMN e int DEFAULT count(*)

ALTER TABLE plain ADD COLUMN e int DEFAULT generate_series(1, 3)

ALTER TABLE plain ADD COLUMN e int, ADD COLUMN e int

ALTER TABLE typed_table ADD COLUMN e int

ALTER TABLE customer_names ADD COLUMN e int

ALTER TABLE sales ADD COLUMN e int

ALTER TABLE no_such_table ADD COLUMN e int

ALTER TABLE IF EXISTS no_such_table ADD COLUMN e int

--! after: ALTER TABLE plain ADD COLUMN e int
ALTER TABLE plain ADD COLUMN e int

--! after: CREATE TABLE later (id int)
ALTER TABLE later ADD COLUMN e int NOT NULL

--! after: CREATE TABLE later (id int)
ALTER TABLE later ADD COLUMN e float8 DEFAULT random() UNIQUE

-- of partitions and children
ALTER TABLE measurements ADD COLUMN e int

ALTER TABLE measurements ADD COLUMN e int DEFAULT 1 NOT NULL

ALTER TABLE measurements ADD COLUMN e float8 DEFAULT random()

ALTER TABLE measurements ADD COLUMN e int CHECK (e > 0)

ALTER TABLE measurements ADD COLUMN e int UNIQUE

ALTER TABLE measurements ADD COLUMN e bigint REFERENCES customers

ALTER TABLE measurements ADD COLUMN e serial

--! versions: -16
ALTER TABLE measurements ADD COLUMN e int GENERATED ALWAYS AS IDENTITY

ALTER TABLE ONLY measurements ADD COLUMN e int

ALTER TABLE measurements_2023 ADD COLUMN e int

ALTER TABLE measurements_2024 ADD COLUMN e int

ALTER TABLE regions ADD COLUMN e int DEFAULT 1

ALTER TABLE no_partitions ADD COLUMN e float8 DEFAULT random()

ALTER TABLE vehicles ADD COLUMN e int

ALTER TABLE vehicles ADD COLUMN e float8 DEFAULT random()

ALTER TABLE vehicles ADD COLUMN doors int

ALTER TABLE vehicles ADD COLUMN doors text

ALTER TABLE vehicles ADD COLUMN top_speed int DEFAULT 1

ALTER TABLE vehicles ADD COLUMN e int GENERATED ALWAYS AS IDENTITY

ALTER TABLE vehicles ADD COLUMN e int UNIQUE

ALTER TABLE vehicles ADD COLUMN e int CHECK (e > 0)

ALTER TABLE ONLY vehicles ADD COLUMN e int

ALTER TABLE cars ADD COLUMN e positive

ALTER TABLE sports_cars ADD COLUMN e int DEFAULT 1

ALTER TYPE unused_composite ADD ATTRIBUTE c int

ALTER TYPE unused_composite ADD ATTRIBUTE a int

ALTER TYPE unused_composite DROP ATTRIBUTE a

ALTER TYPE unused_composite DROP ATTRIBUTE nothing

ALTER TYPE unused_composite DROP ATTRIBUTE IF EXISTS nothing

ALTER TYPE address ADD ATTRIBUTE country text

ALTER TYPE address ADD ATTRIBUTE country text CASCADE

ALTER TYPE address DROP ATTRIBUTE zip

ALTER TYPE address DROP ATTRIBUTE zip CASCADE

-- DROP COLUMN: what goes along, what is locked, what stands in the way
ALTER TABLE plain DROP COLUMN b

-- a publication lists it, or filters by it
--! versions: 15-
--! after: CREATE PUBLICATION made FOR TABLE plain (id, a)
ALTER TABLE plain DROP COLUMN a

--! versions: 15-
--! after: CREATE PUBLICATION made FOR TABLE plain (id, a)
ALTER TABLE plain DROP COLUMN a CASCADE

--! versions: 15-
--! after: CREATE PUBLICATION made FOR TABLE plain (id, a)
ALTER TABLE plain DROP COLUMN b

--! versions: 15-
--! after: CREATE PUBLICATION made FOR TABLE plain (id, a)
--! after: ALTER PUBLICATION made SET TABLE plain (id, b)
ALTER TABLE plain DROP COLUMN a

--! versions: 15-
--! after: CREATE PUBLICATION made FOR TABLE plain (id, a)
--! after: ALTER PUBLICATION made DROP TABLE plain
ALTER TABLE plain DROP COLUMN a

ALTER TABLE plain DROP COLUMN d

ALTER TABLE plain DROP a

ALTER TABLE plain DROP COLUMN a CASCADE

ALTER TABLE plain DROP COLUMN nothing

ALTER TABLE plain DROP COLUMN IF EXISTS nothing

ALTER TABLE plain DROP COLUMN ctid

ALTER TABLE types DROP COLUMN vc10

ALTER TABLE types_indexed DROP COLUMN vc10

ALTER TABLE types_indexed DROP COLUMN in_include

ALTER TABLE types_indexed DROP COLUMN in_predicate

ALTER TABLE types_indexed DROP COLUMN in_expression

ALTER TABLE types_indexed DROP COLUMN in_statistics

ALTER TABLE types_indexed DROP COLUMN in_unique

ALTER TABLE types_checked DROP COLUMN a

ALTER TABLE types_parent DROP COLUMN i4

ALTER TABLE types_parent DROP COLUMN i4 CASCADE

ALTER TABLE types_parent DROP COLUMN vc10 CASCADE

ALTER TABLE types_child DROP COLUMN i4

ALTER TABLE types_child DROP COLUMN id

ALTER TABLE customers DROP COLUMN name

ALTER TABLE customers DROP COLUMN name CASCADE

ALTER TABLE customers DROP COLUMN vip

ALTER TABLE customers DROP COLUMN vip CASCADE

ALTER TABLE customers DROP COLUMN country

ALTER TABLE customers DROP COLUMN referred_by

ALTER TABLE customers DROP COLUMN id

ALTER TABLE customers DROP COLUMN id CASCADE

ALTER TABLE customers DROP COLUMN note

ALTER TABLE customers DROP COLUMN nick

ALTER TABLE customers DROP COLUMN balance

ALTER TABLE customers DROP COLUMN balance, DROP COLUMN nick

ALTER TABLE orders DROP COLUMN customer_id

ALTER TABLE orders DROP COLUMN customer_id CASCADE

ALTER TABLE orders DROP COLUMN total

ALTER TABLE orders DROP COLUMN total CASCADE

ALTER TABLE orders DROP COLUMN state

ALTER TABLE orders DROP COLUMN state CASCADE

ALTER TABLE orders DROP COLUMN weight

ALTER TABLE orders DROP COLUMN weight CASCADE

ALTER TABLE orders DROP COLUMN number

ALTER TABLE orders DROP COLUMN comment CASCADE

ALTER TABLE orders DROP COLUMN id

ALTER TABLE orders DROP COLUMN id CASCADE

ALTER TABLE order_lines DROP COLUMN product_id

ALTER TABLE order_lines DROP COLUMN order_id

ALTER TABLE order_lines DROP COLUMN order_id CASCADE

ALTER TABLE order_lines DROP COLUMN quantity

ALTER TABLE returns DROP COLUMN line

ALTER TABLE returns DROP COLUMN id

ALTER TABLE products DROP COLUMN tax

--! versions: 15-
ALTER TABLE products DROP COLUMN price

ALTER TABLE products DROP COLUMN price CASCADE

ALTER TABLE products DROP COLUMN sku

ALTER TABLE products DROP COLUMN sku CASCADE

ALTER TABLE shipments DROP COLUMN order_id

ALTER TABLE generated DROP COLUMN ab

ALTER TABLE generated DROP COLUMN a CASCADE

ALTER TABLE generated DROP COLUMN id

ALTER TABLE serials DROP COLUMN id

ALTER TABLE serials DROP COLUMN small

ALTER TABLE sequence_users DROP COLUMN id

ALTER TABLE sequence_users DROP COLUMN a

ALTER TABLE secrets DROP COLUMN tenant

ALTER TABLE secrets DROP COLUMN tenant CASCADE

ALTER TABLE secrets DROP COLUMN body

ALTER TABLE closed_off DROP COLUMN id

ALTER TABLE ruled DROP COLUMN a

ALTER TABLE audit_log DROP COLUMN message

ALTER TABLE audit_log DROP COLUMN message CASCADE

ALTER TABLE identified DROP COLUMN code

ALTER TABLE published DROP COLUMN a

ALTER TABLE excluded DROP COLUMN during

ALTER TABLE typed_table DROP COLUMN street

ALTER TABLE countries DROP COLUMN code

ALTER TABLE countries DROP COLUMN code CASCADE

ALTER TABLE measurements DROP COLUMN note

ALTER TABLE measurements DROP COLUMN value

ALTER TABLE measurements DROP COLUMN at

ALTER TABLE measurements DROP COLUMN sensor

ALTER TABLE measurements DROP COLUMN id

ALTER TABLE ONLY measurements DROP COLUMN note

ALTER TABLE measurements_2023 DROP COLUMN note

ALTER TABLE measurements_2024 DROP COLUMN value

ALTER TABLE regions DROP COLUMN title

ALTER TABLE regions DROP COLUMN id

ALTER TABLE regions DROP COLUMN id CASCADE

ALTER TABLE events DROP COLUMN customer_id

ALTER TABLE events DROP COLUMN region_id

ALTER TABLE events DROP COLUMN at

ALTER TABLE region_managers DROP COLUMN region

ALTER TABLE vehicles DROP COLUMN plate

ALTER TABLE vehicles DROP COLUMN wheels

ALTER TABLE ONLY vehicles DROP COLUMN wheels

ALTER TABLE vehicles DROP COLUMN id

ALTER TABLE cars DROP COLUMN plate

ALTER TABLE cars DROP COLUMN doors

ALTER TABLE ONLY cars DROP COLUMN doors

ALTER TABLE trucks DROP COLUMN load

ALTER TABLE "Sales Dept"."Big Deals" DROP COLUMN customer

ALTER TABLE "Sales Dept"."Big Deals" DROP COLUMN "Amount"

ALTER TABLE "Sales Dept"."Big Deals" DROP COLUMN "Amount" CASCADE

--! after: CREATE VIEW later AS SELECT vc10 FROM types
ALTER TABLE types DROP COLUMN vc10

--! after: CREATE VIEW later AS SELECT vc10 FROM types
--! after: DROP VIEW later
ALTER TABLE types DROP COLUMN vc10

--! after: ALTER TABLE plain ADD COLUMN e bigint REFERENCES customers
ALTER TABLE plain DROP COLUMN e

-- SET NOT NULL: who proves it
ALTER TABLE nulls ALTER COLUMN bare SET NOT NULL

ALTER TABLE nulls ALTER COLUMN proven SET NOT NULL

ALTER TABLE nulls ALTER COLUMN proven_and SET NOT NULL

ALTER TABLE nulls ALTER COLUMN not_proven SET NOT NULL

ALTER TABLE nulls ALTER COLUMN proven_or SET NOT NULL

ALTER TABLE nulls ALTER COLUMN unvalidated SET NOT NULL

ALTER TABLE nulls ALTER COLUMN "Quoted Column" SET NOT NULL

ALTER TABLE nulls ALTER COLUMN no_inherit SET NOT NULL

ALTER TABLE nulls ALTER COLUMN coalesced SET NOT NULL

ALTER TABLE nulls ALTER COLUMN already SET NOT NULL

ALTER TABLE nulls ALTER COLUMN two_a SET NOT NULL

ALTER TABLE nulls ALTER COLUMN id SET NOT NULL

ALTER TABLE nulls ALTER COLUMN proven SET NOT NULL, DROP CONSTRAINT nulls_proven

ALTER TABLE nulls ALTER COLUMN proven SET NOT NULL, ALTER COLUMN bare SET NOT NULL

ALTER TABLE nulls ALTER COLUMN proven SET NOT NULL, ALTER COLUMN proven_and SET NOT NULL

ALTER TABLE nulls ADD CONSTRAINT later CHECK (bare IS NOT NULL) NOT VALID, ALTER COLUMN bare SET NOT NULL

ALTER TABLE nulls ADD CONSTRAINT later CHECK (bare IS NOT NULL), ALTER COLUMN bare SET NOT NULL

ALTER TABLE nulls ALTER COLUMN nothing SET NOT NULL

ALTER TABLE nulls ALTER COLUMN bare SET NOT NULL, ADD COLUMN e float8 DEFAULT random()

--! after: ALTER TABLE nulls VALIDATE CONSTRAINT nulls_unvalidated
ALTER TABLE nulls ALTER COLUMN unvalidated SET NOT NULL

--! after: ALTER TABLE nulls RENAME COLUMN proven TO renamed
ALTER TABLE nulls ALTER COLUMN renamed SET NOT NULL

--! after: ALTER TABLE nulls RENAME COLUMN two_a TO renamed
ALTER TABLE nulls ALTER COLUMN two_b SET NOT NULL

--! after: ALTER TABLE nulls DROP CONSTRAINT nulls_proven
ALTER TABLE nulls ALTER COLUMN proven SET NOT NULL

--! after: ALTER TABLE nulls ADD CONSTRAINT later CHECK (NOT (bare IS NULL)) NOT VALID
--! after: ALTER TABLE nulls VALIDATE CONSTRAINT later
ALTER TABLE nulls ALTER COLUMN bare SET NOT NULL

--! after: ALTER TABLE nulls ADD CONSTRAINT later CHECK ((bare IS NOT NULL AND id > 0) OR (bare IS NOT NULL AND id < 0))
ALTER TABLE nulls ALTER COLUMN bare SET NOT NULL

--! after: ALTER TABLE nulls ADD CONSTRAINT later CHECK (bare::text IS NOT NULL)
ALTER TABLE nulls ALTER COLUMN bare SET NOT NULL

--! after: ALTER TABLE nulls ADD CONSTRAINT later CHECK (bare IS NOT NULL IS TRUE)
ALTER TABLE nulls ALTER COLUMN bare SET NOT NULL

--! after: CREATE TABLE later (home address CHECK (home IS NOT NULL))
ALTER TABLE later ALTER COLUMN home SET NOT NULL

--! after: ALTER TABLE plain ADD COLUMN e int DEFAULT 1
ALTER TABLE plain ALTER COLUMN e SET NOT NULL

ALTER TABLE measurements ALTER COLUMN at SET NOT NULL

ALTER TABLE events_rest ALTER COLUMN customer_id SET NOT NULL

ALTER TABLE buckets ALTER COLUMN payload SET NOT NULL

ALTER TABLE ONLY buckets ALTER COLUMN payload SET NOT NULL

--! after: ALTER TABLE buckets ADD CONSTRAINT later CHECK (payload IS NOT NULL)
ALTER TABLE buckets ALTER COLUMN payload SET NOT NULL

--! after: ALTER TABLE buckets_0 ADD CONSTRAINT later CHECK (payload IS NOT NULL)
ALTER TABLE buckets ALTER COLUMN payload SET NOT NULL

ALTER TABLE regions ALTER COLUMN title SET NOT NULL

ALTER TABLE vehicles ALTER COLUMN wheels SET NOT NULL

ALTER TABLE ONLY vehicles ALTER COLUMN wheels SET NOT NULL

ALTER TABLE vehicles ALTER COLUMN plate SET NOT NULL

ALTER TABLE cars ALTER COLUMN wheels SET NOT NULL

ALTER TABLE cars ALTER COLUMN doors SET NOT NULL

-- DROP NOT NULL
ALTER TABLE nulls ALTER COLUMN already DROP NOT NULL

ALTER TABLE nulls ALTER COLUMN bare DROP NOT NULL

ALTER TABLE nulls ALTER COLUMN id DROP NOT NULL

ALTER TABLE nulls ALTER COLUMN nothing DROP NOT NULL

ALTER TABLE generated ALTER COLUMN id DROP NOT NULL

ALTER TABLE customers ALTER COLUMN email DROP NOT NULL

ALTER TABLE identified ALTER COLUMN code DROP NOT NULL

ALTER TABLE measurements ALTER COLUMN at DROP NOT NULL

ALTER TABLE buckets ALTER COLUMN id DROP NOT NULL

ALTER TABLE ONLY buckets ALTER COLUMN id DROP NOT NULL

ALTER TABLE buckets_0 ALTER COLUMN id DROP NOT NULL

ALTER TABLE vehicles ALTER COLUMN plate DROP NOT NULL

ALTER TABLE ONLY vehicles ALTER COLUMN plate DROP NOT NULL

ALTER TABLE cars ALTER COLUMN plate DROP NOT NULL

--! versions: 18-
--! after: ALTER TABLE ONLY vehicles ALTER COLUMN plate DROP NOT NULL
ALTER TABLE cars ALTER COLUMN plate DROP NOT NULL

-- defaults
ALTER TABLE plain ALTER COLUMN a SET DEFAULT 5

ALTER TABLE plain ALTER COLUMN a SET DEFAULT NULL

ALTER TABLE plain ALTER COLUMN a SET DEFAULT volatile_one()

ALTER TABLE plain ALTER COLUMN a SET DEFAULT 'x'

ALTER TABLE plain ALTER COLUMN a SET DEFAULT 'x'::text

ALTER TABLE plain ALTER COLUMN a SET DEFAULT now()

ALTER TABLE plain ALTER COLUMN a SET DEFAULT id

ALTER TABLE plain ALTER COLUMN a SET DEFAULT no_such_function()

ALTER TABLE plain ALTER COLUMN a SET DEFAULT (SELECT 1)

ALTER TABLE plain ALTER COLUMN nothing SET DEFAULT 1

ALTER TABLE plain ALTER COLUMN xmax SET DEFAULT 1

ALTER TABLE plain ALTER COLUMN a DROP DEFAULT

ALTER TABLE orders ALTER COLUMN state DROP DEFAULT

ALTER TABLE orders ALTER COLUMN state DROP DEFAULT, ALTER COLUMN state SET DEFAULT 'paid'

ALTER TABLE serials ALTER COLUMN id DROP DEFAULT

ALTER TABLE generated ALTER COLUMN id SET DEFAULT 1

ALTER TABLE generated ALTER COLUMN id DROP DEFAULT

ALTER TABLE generated ALTER COLUMN ab SET DEFAULT 1

ALTER TABLE generated ALTER COLUMN ab DROP DEFAULT

ALTER TABLE measurements ALTER COLUMN note SET DEFAULT 'x'

ALTER TABLE ONLY measurements ALTER COLUMN note SET DEFAULT 'x'

ALTER TABLE measurements_2023 ALTER COLUMN note SET DEFAULT 'x'

ALTER TABLE vehicles ALTER COLUMN wheels SET DEFAULT 4

ALTER TABLE ONLY vehicles ALTER COLUMN wheels SET DEFAULT 4

ALTER TABLE customer_names ALTER COLUMN name SET DEFAULT 'x'

ALTER VIEW customer_names ALTER COLUMN name DROP DEFAULT

ALTER TABLE sales ALTER COLUMN state SET DEFAULT 'x'

-- identity
ALTER TABLE order_lines ALTER COLUMN line ADD GENERATED ALWAYS AS IDENTITY

ALTER TABLE order_lines ALTER COLUMN line ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 10)

ALTER TABLE plain ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY

ALTER TABLE plain ALTER COLUMN a SET NOT NULL, ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY

ALTER TABLE generated ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY

ALTER TABLE serials ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY

ALTER TABLE identified ALTER COLUMN code ADD GENERATED ALWAYS AS IDENTITY

ALTER TABLE generated ALTER COLUMN id SET GENERATED ALWAYS

ALTER TABLE generated ALTER COLUMN id SET GENERATED BY DEFAULT

ALTER TABLE generated ALTER COLUMN id RESTART WITH 100

ALTER TABLE generated ALTER COLUMN id SET INCREMENT BY 2 SET CYCLE

ALTER TABLE generated ALTER COLUMN id SET GENERATED ALWAYS RESTART

ALTER TABLE plain ALTER COLUMN a SET GENERATED ALWAYS

ALTER TABLE generated ALTER COLUMN id DROP IDENTITY

ALTER TABLE generated ALTER COLUMN a DROP IDENTITY

ALTER TABLE generated ALTER COLUMN a DROP IDENTITY IF EXISTS

ALTER TABLE customers ALTER COLUMN id DROP IDENTITY

ALTER TABLE generated ALTER COLUMN ab DROP EXPRESSION

ALTER TABLE generated ALTER COLUMN a DROP EXPRESSION

ALTER TABLE generated ALTER COLUMN a DROP EXPRESSION IF EXISTS

ALTER TABLE generated ALTER COLUMN nothing DROP EXPRESSION

-- statistics, storage, options
ALTER TABLE plain ALTER COLUMN a SET STATISTICS 500

ALTER TABLE plain ALTER COLUMN nothing SET STATISTICS 500

ALTER TABLE measurements ALTER COLUMN value SET STATISTICS 500

ALTER TABLE ONLY measurements ALTER COLUMN value SET STATISTICS 500

ALTER TABLE vehicles ALTER COLUMN wheels SET STATISTICS 10

ALTER TABLE sales ALTER COLUMN state SET STATISTICS 10

ALTER TABLE plain ALTER COLUMN a SET (n_distinct = 5)

ALTER TABLE measurements ALTER COLUMN value SET (n_distinct = 5)

ALTER TABLE plain ALTER COLUMN a RESET (n_distinct)

ALTER TABLE plain ALTER COLUMN b SET STORAGE EXTERNAL

ALTER TABLE plain ALTER COLUMN a SET STORAGE EXTERNAL

ALTER TABLE plain ALTER COLUMN a SET STORAGE PLAIN

ALTER TABLE plain ALTER COLUMN nothing SET STORAGE PLAIN

ALTER TABLE measurements ALTER COLUMN note SET STORAGE MAIN

ALTER TABLE plain ALTER COLUMN b SET COMPRESSION pglz

ALTER TABLE plain ALTER COLUMN a SET COMPRESSION pglz

ALTER TABLE measurements ALTER COLUMN note SET COMPRESSION pglz

ALTER INDEX customers_email_key ALTER COLUMN 1 SET STATISTICS 100

-- several in one statement, in the order of the server's passes
ALTER TABLE plain ADD COLUMN e int, ALTER COLUMN e SET NOT NULL

ALTER TABLE plain ADD COLUMN e int DEFAULT 1, ALTER COLUMN e SET NOT NULL

ALTER TABLE plain ADD COLUMN e int DEFAULT 1, ALTER COLUMN e DROP DEFAULT

ALTER TABLE plain ADD COLUMN b text, DROP COLUMN b

ALTER TABLE types ALTER COLUMN vc10 TYPE text, ALTER COLUMN vc10 SET NOT NULL

ALTER TABLE types ALTER COLUMN vc10 TYPE text, DROP COLUMN vc10

ALTER TABLE types ADD COLUMN e int DEFAULT 1, ADD CONSTRAINT later CHECK (e > 0)

ALTER TABLE types ADD COLUMN e float8 DEFAULT random(), ADD CONSTRAINT later CHECK (e < 2)

ALTER TABLE types ADD COLUMN e int, ALTER COLUMN t SET DEFAULT 'x', ALTER COLUMN vc10 SET STATISTICS 10

ALTER TABLE types ALTER COLUMN t SET STATISTICS 10, ALTER COLUMN vc10 SET (n_distinct = 3)

-- names with their table in front, and whole rows, in expressions over one table
CREATE INDEX ON plain ((plain IS NULL))

CREATE INDEX ON plain ((p IS NULL))

CREATE INDEX ON plain ((plain.a))

CREATE INDEX ON plain ((plain.zz))

CREATE INDEX ON plain ((other.a))

CREATE INDEX ON plain ((public.plain.a + 1))

ALTER TABLE plain ADD CHECK (plain IS NOT NULL)

ALTER TABLE plain ADD CHECK (other.a > 0)

ALTER TABLE plain ADD CHECK (plain.zz > 0)

--! after: CREATE RULE r AS ON INSERT TO ruled DO ALSO INSERT INTO audit_log (message) SELECT p::text FROM plain p
DROP TABLE plain

--! after: CREATE INDEX ON plain ((plain IS NULL))
ALTER TABLE plain DROP COLUMN a

--! after: CREATE INDEX ON plain ((plain IS NULL))
ALTER TABLE plain ALTER COLUMN a TYPE bigint

CREATE INDEX ON plain ((a))

CREATE INDEX ON plain ((plain))

CREATE UNIQUE INDEX ON plain ((plain.a), (lower(b)))

CREATE OR REPLACE VIEW one_number AS SELECT 1 AS n, p FROM plain p

ALTER TABLE plain ALTER a TYPE bigint USING plain.a::bigint

ALTER TABLE plain ALTER a TYPE bigint USING other.a::bigint

ALTER TABLE plain ALTER a TYPE text USING plain::text

ALTER TABLE plain ADD z int GENERATED ALWAYS AS (plain.a + 1) STORED

ALTER TABLE plain ADD z int GENERATED ALWAYS AS (plain.zz + 1) STORED

ALTER TABLE plain ADD z int GENERATED ALWAYS AS (orders.weight + 1) STORED

CREATE INDEX ON plain (a) WHERE plain.a > 0

CREATE INDEX ON plain (a) WHERE orders.a > 0

CREATE INDEX ON plain ((b) COLLATE "C" text_pattern_ops DESC)

CREATE INDEX ON plain ((orders.weight), (weight))

CREATE INDEX ON public.plain ((public.plain.a))

ALTER TABLE public.plain ADD CHECK (public.plain.a > 0)

ALTER TABLE domain_users ADD CHECK (home.zip <> '')

CREATE TABLE t (a int, b int CHECK (t.b > t.a))

CREATE TABLE t (a int, b int CHECK (s.b > t.a))

CREATE TABLE plain2 (LIKE plain, CHECK (plain2.a > 0))

CREATE POLICY p ON plain USING (plain.a > (SELECT max(o.weight) FROM orders o WHERE o.id = plain.id))

ALTER TABLE measurements ADD CHECK (measurements.value > 0)

CREATE UNIQUE INDEX ON measurements ((sensor), (at))

CREATE UNIQUE INDEX CONCURRENTLY ON plain ((a))

-- arguments that are left out may be volatile
--! after: CREATE FUNCTION df1(p float8 DEFAULT random()) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1'
ALTER TABLE plain ADD COLUMN qq float8 DEFAULT df1()

--! after: CREATE FUNCTION df1(p float8 DEFAULT random()) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1'
ALTER TABLE plain ADD COLUMN qq float8 DEFAULT df1(1)

--! after: CREATE FUNCTION df1(q int, p float8 DEFAULT random()) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $2'
ALTER TABLE plain ADD COLUMN qq float8 DEFAULT df1(1)

--! after: CREATE FUNCTION df1(q int DEFAULT 4, p float8 DEFAULT 1) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $2'
ALTER TABLE plain ADD COLUMN qq float8 DEFAULT df1(1)

--! after: CREATE FUNCTION df1(q int DEFAULT 4, p timestamptz DEFAULT now()) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'
ALTER TABLE plain ADD COLUMN qq float8 DEFAULT df1(1)

ALTER TABLE plain ADD COLUMN q float8 DEFAULT with_defaults(1);

ALTER TABLE plain ADD COLUMN q float8 DEFAULT with_defaults(1, 2);

ALTER TABLE plain ADD COLUMN q float8 DEFAULT with_defaults(1, c => 2);

ALTER TABLE plain ADD COLUMN q float8 DEFAULT with_defaults(1, b => 2);

ALTER TABLE plain ADD COLUMN q float8 DEFAULT with_defaults(b => 2, a => 3);
