-- ALTER COLUMN TYPE: one statement over many types, then what hangs on the column.

-- varchar: the length may grow, or go
ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(20)

ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(10)

ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(5)

ALTER TABLE types ALTER COLUMN vc10 TYPE varchar

ALTER TABLE types ALTER COLUMN vc10 TYPE text

ALTER TABLE types ALTER COLUMN vc10 TYPE char(10)

ALTER TABLE types ALTER COLUMN vc10 TYPE name

ALTER TABLE types ALTER COLUMN vc10 TYPE "char"

ALTER TABLE types ALTER COLUMN vc TYPE varchar

ALTER TABLE types ALTER COLUMN vc TYPE varchar(100)

ALTER TABLE types ALTER COLUMN vcn TYPE text

ALTER TABLE types ALTER COLUMN vcn TYPE varchar(100)

ALTER TABLE types ALTER COLUMN t TYPE varchar

ALTER TABLE types ALTER COLUMN t TYPE varchar(10)

ALTER TABLE types ALTER COLUMN t TYPE text

ALTER TABLE types ALTER COLUMN t TYPE bpchar

ALTER TABLE types ALTER COLUMN t TYPE char(3)

ALTER TABLE types ALTER COLUMN t TYPE name

-- char: no length is proven, but none at all is free
ALTER TABLE types ALTER COLUMN ch5 TYPE char(5)

ALTER TABLE types ALTER COLUMN ch5 TYPE char(10)

ALTER TABLE types ALTER COLUMN ch5 TYPE bpchar

ALTER TABLE types ALTER COLUMN ch5 TYPE text

ALTER TABLE types ALTER COLUMN ch5 TYPE varchar(5)

-- numeric
ALTER TABLE types ALTER COLUMN n102 TYPE numeric(12,2)

ALTER TABLE types ALTER COLUMN n102 TYPE numeric(10,2)

ALTER TABLE types ALTER COLUMN n102 TYPE numeric(8,2)

ALTER TABLE types ALTER COLUMN n102 TYPE numeric(12,3)

ALTER TABLE types ALTER COLUMN n102 TYPE numeric

ALTER TABLE types ALTER COLUMN n102 TYPE decimal(11,2)

ALTER TABLE types ALTER COLUMN n102 TYPE int

ALTER TABLE types ALTER COLUMN n TYPE numeric(20,4)

ALTER TABLE types ALTER COLUMN n TYPE numeric

ALTER TABLE types ALTER COLUMN n TYPE text

--! versions: 15-
ALTER TABLE types ALTER COLUMN n TYPE numeric(5,10)

ALTER TABLE types ALTER COLUMN n TYPE numeric(2000)

-- numbers
ALTER TABLE types ALTER COLUMN i2 TYPE int

ALTER TABLE types ALTER COLUMN i4 TYPE int

ALTER TABLE types ALTER COLUMN i4 TYPE bigint

ALTER TABLE types ALTER COLUMN i4 TYPE smallint

ALTER TABLE types ALTER COLUMN i4 TYPE numeric

ALTER TABLE types ALTER COLUMN i4 TYPE oid

ALTER TABLE types ALTER COLUMN i4 TYPE regclass

ALTER TABLE types ALTER COLUMN i4 TYPE double precision

ALTER TABLE types ALTER COLUMN i4 TYPE money

ALTER TABLE types ALTER COLUMN i4 TYPE text

ALTER TABLE types ALTER COLUMN i4 TYPE boolean

ALTER TABLE types ALTER COLUMN i4 TYPE boolean USING i4 <> 0

ALTER TABLE types ALTER COLUMN i4 TYPE boolean USING i4

ALTER TABLE types ALTER COLUMN i4 TYPE boolean USING i4::boolean

ALTER TABLE types ALTER COLUMN i8 TYPE int

ALTER TABLE types ALTER COLUMN i8 TYPE oid

ALTER TABLE types ALTER COLUMN o TYPE int

ALTER TABLE types ALTER COLUMN o TYPE bigint

ALTER TABLE types ALTER COLUMN o TYPE regclass

ALTER TABLE types ALTER COLUMN r TYPE double precision

ALTER TABLE types ALTER COLUMN d TYPE real

ALTER TABLE types ALTER COLUMN d TYPE numeric

ALTER TABLE types ALTER COLUMN b TYPE int

ALTER TABLE types ALTER COLUMN b TYPE int USING b::int

ALTER TABLE types ALTER COLUMN b TYPE text

-- times
ALTER TABLE types ALTER COLUMN ts TYPE timestamp(3)

ALTER TABLE types ALTER COLUMN ts TYPE timestamp(6)

ALTER TABLE types ALTER COLUMN ts3 TYPE timestamp(6)

ALTER TABLE types ALTER COLUMN ts3 TYPE timestamp

ALTER TABLE types ALTER COLUMN ts3 TYPE timestamp(2)

ALTER TABLE types ALTER COLUMN tstz3 TYPE timestamptz(4)

ALTER TABLE types ALTER COLUMN tstz TYPE timestamptz(0)

ALTER TABLE types ALTER COLUMN ts TYPE date

ALTER TABLE types ALTER COLUMN dt TYPE timestamp

ALTER TABLE types ALTER COLUMN dt TYPE timestamptz

ALTER TABLE types ALTER COLUMN tm TYPE time(3)

ALTER TABLE types ALTER COLUMN tm3 TYPE time(6)

ALTER TABLE types ALTER COLUMN tm3 TYPE time

ALTER TABLE types ALTER COLUMN tm3 TYPE timetz

ALTER TABLE types ALTER COLUMN tm TYPE interval

ALTER TABLE types ALTER COLUMN iv TYPE interval(6)

ALTER TABLE types ALTER COLUMN iv TYPE interval(3)

ALTER TABLE types ALTER COLUMN iv TYPE interval second

ALTER TABLE types ALTER COLUMN iv TYPE interval day

ALTER TABLE types ALTER COLUMN iv TYPE interval year to month

ALTER TABLE types ALTER COLUMN iv3 TYPE interval

ALTER TABLE types ALTER COLUMN iv3 TYPE interval(4)

ALTER TABLE types ALTER COLUMN iv3 TYPE interval(2)

ALTER TABLE types ALTER COLUMN iv3 TYPE interval day to second(3)

-- timestamp and timestamptz: by the time zone of the session
--! settings: SET TimeZone = 'UTC'
ALTER TABLE types ALTER COLUMN ts TYPE timestamptz

--! settings: SET TimeZone = 'UTC'
ALTER TABLE types ALTER COLUMN tstz TYPE timestamp

--! settings: SET TimeZone = 'Etc/GMT-0'
ALTER TABLE types ALTER COLUMN ts TYPE timestamptz

--! settings: SET TimeZone = 'zulu'
ALTER TABLE types ALTER COLUMN ts TYPE timestamptz

--! settings: SET TimeZone = 0
ALTER TABLE types ALTER COLUMN ts TYPE timestamptz

--! settings: SET TimeZone = 'ABC0'
ALTER TABLE types ALTER COLUMN ts TYPE timestamptz

--! settings: SET TimeZone = 'America/New_York'
ALTER TABLE types ALTER COLUMN ts TYPE timestamptz

--! settings: SET TimeZone = 'Europe/London'
ALTER TABLE types ALTER COLUMN tstz TYPE timestamp

--! settings: SET TimeZone = 'Africa/Abidjan'
ALTER TABLE types ALTER COLUMN tstz TYPE timestamp

--! settings: SET TimeZone = 'Etc/GMT+1'
ALTER TABLE types ALTER COLUMN tstz TYPE timestamp

--! settings: SET TimeZone = 'UTC'
ALTER TABLE types ALTER COLUMN ts TYPE timestamptz(3)

--! settings: SET TimeZone = 'UTC'
ALTER TABLE types ALTER COLUMN ts TYPE timestamptz(6)

--! settings: SET TimeZone = 'UTC'
ALTER TABLE types ALTER COLUMN tstz3 TYPE timestamp(3)

--! settings: SET TimeZone = 'UTC'
ALTER TABLE types ALTER COLUMN ts TYPE timestamptz USING ts AT TIME ZONE 'UTC'

--! settings: SET TimeZone = 'UTC'
ALTER TABLE types ALTER COLUMN ts TYPE timestamptz USING ts::timestamptz

--! settings: SET TimeZone = 'UTC'
ALTER TABLE types_indexed ALTER COLUMN ts3 TYPE timestamptz

-- bits, addresses, others
ALTER TABLE types ALTER COLUMN vb8 TYPE varbit(16)

ALTER TABLE types ALTER COLUMN vb8 TYPE varbit

ALTER TABLE types ALTER COLUMN vb8 TYPE varbit(4)

ALTER TABLE types ALTER COLUMN vb8 TYPE bit(8)

ALTER TABLE types ALTER COLUMN bit8 TYPE bit(16)

ALTER TABLE types ALTER COLUMN bit8 TYPE bit(8)

ALTER TABLE types ALTER COLUMN bit8 TYPE varbit

ALTER TABLE types ALTER COLUMN bit8 TYPE varbit(8)

ALTER TABLE types ALTER COLUMN c4 TYPE inet

ALTER TABLE types ALTER COLUMN ip TYPE cidr

ALTER TABLE types ALTER COLUMN ip TYPE text

ALTER TABLE types ALTER COLUMN j TYPE jsonb

ALTER TABLE types ALTER COLUMN jb TYPE json

ALTER TABLE types ALTER COLUMN j TYPE text

ALTER TABLE types ALTER COLUMN jb TYPE text

ALTER TABLE types ALTER COLUMN jb TYPE text[]

ALTER TABLE types ALTER COLUMN t TYPE json

ALTER TABLE types ALTER COLUMN t TYPE json USING to_json(t)

ALTER TABLE types ALTER COLUMN e TYPE text

ALTER TABLE types ALTER COLUMN e TYPE varchar(10)

ALTER TABLE types ALTER COLUMN e TYPE unused_enum

ALTER TABLE types ALTER COLUMN t TYPE mood

ALTER TABLE types ALTER COLUMN u TYPE text

ALTER TABLE types ALTER COLUMN u TYPE bytea

ALTER TABLE types ALTER COLUMN u TYPE varchar(36) USING (u)

ALTER TABLE types ALTER COLUMN u TYPE varchar(36) USING u::text

ALTER TABLE types ALTER COLUMN "by" TYPE text

ALTER TABLE types ALTER COLUMN "by" TYPE text USING encode("by", 'hex')

ALTER TABLE types ALTER COLUMN x TYPE text

ALTER TABLE types ALTER COLUMN x TYPE varchar(10)

ALTER TABLE types ALTER COLUMN t TYPE xml

ALTER TABLE types ALTER COLUMN comp TYPE text

ALTER TABLE types ALTER COLUMN comp TYPE unused_composite

ALTER TABLE types ALTER COLUMN m TYPE numeric

ALTER TABLE types ALTER COLUMN m TYPE bigint

-- arrays: element by element
ALTER TABLE types ALTER COLUMN vca TYPE varchar(100)[]

ALTER TABLE types ALTER COLUMN vca TYPE varchar(50)[]

ALTER TABLE types ALTER COLUMN vca TYPE varchar[]

ALTER TABLE types ALTER COLUMN vca TYPE text[]

ALTER TABLE types ALTER COLUMN ta TYPE varchar[]

ALTER TABLE types ALTER COLUMN ta TYPE text ARRAY[3]

ALTER TABLE types ALTER COLUMN ta TYPE text

ALTER TABLE types ALTER COLUMN ia TYPE bigint[]

ALTER TABLE types ALTER COLUMN ia TYPE oid[]

ALTER TABLE types ALTER COLUMN ia TYPE int

ALTER TABLE types ALTER COLUMN t TYPE text[]

-- domains
ALTER TABLE types ALTER COLUMN t TYPE plain_text

ALTER TABLE types ALTER COLUMN t TYPE wrapped

ALTER TABLE types ALTER COLUMN t TYPE required

ALTER TABLE types ALTER COLUMN vc10 TYPE plain_text

ALTER TABLE types ALTER COLUMN vc10 TYPE short_name

ALTER TABLE types ALTER COLUMN t TYPE short_name

ALTER TABLE types ALTER COLUMN dom TYPE text

ALTER TABLE types ALTER COLUMN dom TYPE varchar

ALTER TABLE types ALTER COLUMN dom TYPE varchar(10)

ALTER TABLE types ALTER COLUMN dom TYPE wrapped

ALTER TABLE types ALTER COLUMN dom TYPE short_name

ALTER TABLE types ALTER COLUMN i4 TYPE positive

ALTER TABLE types ALTER COLUMN i4 TYPE loose

ALTER TABLE types ALTER COLUMN i4 TYPE small_positive

ALTER TABLE types ALTER COLUMN domc TYPE int

ALTER TABLE types ALTER COLUMN domc TYPE positive

ALTER TABLE types ALTER COLUMN domc TYPE small_positive

ALTER TABLE types ALTER COLUMN domc TYPE bigint

ALTER TABLE domain_users ALTER COLUMN short TYPE varchar(30)

ALTER TABLE domain_users ALTER COLUMN short TYPE varchar(40)

ALTER TABLE domain_users ALTER COLUMN short TYPE text

ALTER TABLE domain_users ALTER COLUMN small TYPE positive

ALTER TABLE domain_users ALTER COLUMN small TYPE int

ALTER TABLE domain_users ALTER COLUMN many TYPE int[]

ALTER TABLE domain_users ALTER COLUMN req TYPE text

ALTER TABLE domain_users ALTER COLUMN feeling TYPE text

ALTER TABLE domain_users ALTER COLUMN feeling TYPE text USING feeling::text

-- a domain of an earlier statement
--! after: CREATE DOMAIN later AS int
ALTER TABLE types ALTER COLUMN i4 TYPE later

--! after: CREATE DOMAIN later AS int CHECK (VALUE > 0)
ALTER TABLE types ALTER COLUMN i4 TYPE later

--! after: ALTER DOMAIN plain_text ADD CHECK (VALUE <> 'nothing')
ALTER TABLE types ALTER COLUMN t TYPE wrapped

--! after: ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(30)
ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(20)

--! after: ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(30)
ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(40)

-- USING
ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(20) USING vc10

ALTER TABLE types ALTER COLUMN vc10 TYPE text USING (vc10)

ALTER TABLE types ALTER COLUMN vc10 TYPE text USING vc10::text

ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(30) USING vc10::varchar(20)

ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(30) USING vc10::varchar(5)

ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(30) USING vc10::text::varchar(30)

ALTER TABLE types ALTER COLUMN vc10 TYPE text USING types.vc10

ALTER TABLE types ALTER COLUMN vc10 TYPE text USING lower(vc10)

ALTER TABLE types ALTER COLUMN vc10 TYPE text USING t

ALTER TABLE types ALTER COLUMN vc10 TYPE text USING vc10 || 'x'

ALTER TABLE types ALTER COLUMN vc10 TYPE text USING coalesce(vc10, '')

ALTER TABLE types ALTER COLUMN vc10 TYPE text USING 'constant'

ALTER TABLE types ALTER COLUMN vc10 TYPE text USING NULL

ALTER TABLE types ALTER COLUMN vc10 TYPE text USING vc10 COLLATE "POSIX"

ALTER TABLE types ALTER COLUMN vc10 TYPE int USING vc10::int

ALTER TABLE types ALTER COLUMN t TYPE int USING length(t)

ALTER TABLE types ALTER COLUMN t TYPE int USING (SELECT 1)

ALTER TABLE types ALTER COLUMN t TYPE int USING nothing::int

ALTER TABLE types ALTER COLUMN t TYPE int USING count(*)

ALTER TABLE types ALTER COLUMN t TYPE int USING row_number() OVER ()

ALTER TABLE types ALTER COLUMN t TYPE int USING generate_series(1, 2)

ALTER TABLE types ALTER COLUMN t TYPE int USING no_such_function(t)

ALTER TABLE types ALTER COLUMN t TYPE boolean USING t::boolean

ALTER TABLE types ALTER COLUMN u TYPE int USING u::int

-- collations
ALTER TABLE types ALTER COLUMN t TYPE text COLLATE "C"

ALTER TABLE types ALTER COLUMN t TYPE varchar COLLATE "default"

ALTER TABLE types ALTER COLUMN i4 TYPE int COLLATE "C"

ALTER TABLE types_indexed ALTER COLUMN t TYPE text COLLATE "C"

ALTER TABLE types_indexed ALTER COLUMN tc TYPE text COLLATE "C"

ALTER TABLE types_indexed ALTER COLUMN tc TYPE text

ALTER TABLE types_indexed ALTER COLUMN tc TYPE varchar COLLATE "C"

ALTER TABLE types_indexed ALTER COLUMN in_include TYPE varchar(30) COLLATE "C"

-- indexes: kept, or made anew
ALTER TABLE types_indexed ALTER COLUMN vc10 TYPE varchar(20)

ALTER TABLE types_indexed ALTER COLUMN vc10 TYPE text

ALTER TABLE types_indexed ALTER COLUMN vc10 TYPE char(10)

ALTER TABLE types_indexed ALTER COLUMN t TYPE varchar

ALTER TABLE types_indexed ALTER COLUMN t TYPE plain_text

ALTER TABLE types_indexed ALTER COLUMN t TYPE char(10)

ALTER TABLE types_indexed ALTER COLUMN t TYPE bytea USING t::bytea

ALTER TABLE types_indexed ALTER COLUMN n102 TYPE numeric(12,2)

ALTER TABLE types_indexed ALTER COLUMN n102 TYPE numeric(12,4)

ALTER TABLE types_indexed ALTER COLUMN i4 TYPE oid

ALTER TABLE types_indexed ALTER COLUMN i4 TYPE bigint

ALTER TABLE types_indexed ALTER COLUMN i4 TYPE json USING to_json(i4)

ALTER TABLE types_indexed ALTER COLUMN i4 TYPE loose

ALTER TABLE types_indexed ALTER COLUMN ts3 TYPE timestamp

ALTER TABLE types_indexed ALTER COLUMN c4 TYPE inet

ALTER TABLE types_indexed ALTER COLUMN in_expression TYPE varchar(30)

ALTER TABLE types_indexed ALTER COLUMN in_predicate TYPE varchar(30)

ALTER TABLE types_indexed ALTER COLUMN in_predicate TYPE text

ALTER TABLE types_indexed ALTER COLUMN in_include TYPE varchar(30)

ALTER TABLE types_indexed ALTER COLUMN in_statistics TYPE oid

ALTER TABLE types_indexed ALTER COLUMN in_statistics TYPE bigint

ALTER TABLE types_indexed ALTER COLUMN in_unique TYPE text

ALTER TABLE types_indexed ALTER COLUMN in_hash TYPE text

ALTER TABLE customers ALTER COLUMN note TYPE varchar

ALTER TABLE customers ALTER COLUMN note TYPE varchar COLLATE "C"

ALTER TABLE customers ALTER COLUMN nick TYPE varchar(30)

ALTER TABLE customers ALTER COLUMN nick TYPE varchar(30) COLLATE "C"

ALTER TABLE customers ALTER COLUMN created_at TYPE timestamptz(3)

ALTER TABLE clustered ALTER COLUMN a TYPE bigint

ALTER TABLE identified ALTER COLUMN code TYPE varchar

ALTER TABLE identified ALTER COLUMN id TYPE bigint

ALTER TABLE leftover ALTER COLUMN b TYPE oid

ALTER TABLE products ALTER COLUMN attributes TYPE json

ALTER TABLE products ALTER COLUMN tags TYPE varchar[]

ALTER TABLE products ALTER COLUMN search TYPE text

ALTER TABLE excluded ALTER COLUMN room TYPE bigint

ALTER TABLE excluded ALTER COLUMN during TYPE text

--! after: DROP INDEX types_indexed_i4_idx
ALTER TABLE types_indexed ALTER COLUMN i4 TYPE oid

--! after: CREATE INDEX types_upper_idx ON types (upper(vc10))
ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(20)

--! after: CREATE INDEX types_partial_idx ON types (id) WHERE vc10 <> ''
ALTER TABLE types ALTER COLUMN vc10 TYPE varchar(20)

-- CHECK constraints are verified again
ALTER TABLE types_checked ALTER COLUMN vc10 TYPE varchar(20)

ALTER TABLE types_checked ALTER COLUMN vc10 TYPE text

ALTER TABLE types_checked ALTER COLUMN n102 TYPE numeric(12,2)

ALTER TABLE types_checked ALTER COLUMN i4 TYPE bigint

ALTER TABLE types_checked ALTER COLUMN i4 TYPE oid

ALTER TABLE types_checked ALTER COLUMN a TYPE oid

ALTER TABLE types_checked ALTER COLUMN a TYPE bigint

ALTER TABLE types_checked ALTER COLUMN nv TYPE text

ALTER TABLE nulls ALTER COLUMN unvalidated TYPE oid

ALTER TABLE nulls ALTER COLUMN proven TYPE oid

ALTER TABLE nulls ALTER COLUMN no_inherit TYPE oid

--! after: ALTER TABLE types_checked DROP CONSTRAINT types_checked_vc10_check
ALTER TABLE types_checked ALTER COLUMN vc10 TYPE text

--! after: ALTER TABLE types ADD CONSTRAINT later CHECK (vc10 <> '') NOT VALID
ALTER TABLE types ALTER COLUMN vc10 TYPE text

-- foreign keys on both sides
ALTER TABLE types_parent ALTER COLUMN vc10 TYPE varchar(20)

ALTER TABLE types_parent ALTER COLUMN vc10 TYPE text

ALTER TABLE types_parent ALTER COLUMN vc10 TYPE char(10)

ALTER TABLE types_parent ALTER COLUMN i4 TYPE bigint

ALTER TABLE types_parent ALTER COLUMN i4 TYPE oid

ALTER TABLE types_parent ALTER COLUMN i4 TYPE text

ALTER TABLE types_parent ALTER COLUMN n82 TYPE numeric(10,2)

ALTER TABLE types_parent ALTER COLUMN n82 TYPE numeric(10,3)

ALTER TABLE types_child ALTER COLUMN vc10 TYPE varchar(20)

ALTER TABLE types_child ALTER COLUMN vc10 TYPE text

ALTER TABLE types_child ALTER COLUMN vc10 TYPE char(10)

ALTER TABLE types_child ALTER COLUMN i4 TYPE bigint

ALTER TABLE types_child ALTER COLUMN i4 TYPE smallint

ALTER TABLE types_child ALTER COLUMN i4 TYPE oid

ALTER TABLE types_child ALTER COLUMN i4 TYPE loose

ALTER TABLE types_child ALTER COLUMN n82 TYPE numeric

ALTER TABLE types_child ALTER COLUMN n82 TYPE int

ALTER TABLE types_child ALTER COLUMN id TYPE bigint

ALTER TABLE customers ALTER COLUMN referred_by TYPE int

ALTER TABLE customers ALTER COLUMN country TYPE text

ALTER TABLE countries ALTER COLUMN code TYPE text

ALTER TABLE countries ALTER COLUMN name TYPE varchar(100)

ALTER TABLE order_lines ALTER COLUMN line TYPE bigint

ALTER TABLE order_lines ALTER COLUMN order_id TYPE int

ALTER TABLE order_lines ALTER COLUMN product_id TYPE bigint

ALTER TABLE returns ALTER COLUMN reason TYPE varchar

ALTER TABLE products ALTER COLUMN sku TYPE varchar(50)

ALTER TABLE products ALTER COLUMN sku TYPE text

ALTER TABLE products ALTER COLUMN id TYPE bigint

ALTER TABLE shipments ALTER COLUMN product_sku TYPE text

ALTER TABLE shipments ALTER COLUMN order_id TYPE int

ALTER TABLE region_managers ALTER COLUMN region TYPE bigint

ALTER TABLE region_managers ALTER COLUMN code TYPE text

-- what forbids it
ALTER TABLE customers ALTER COLUMN name TYPE varchar(60)

ALTER TABLE customers ALTER COLUMN vip TYPE text

ALTER TABLE orders ALTER COLUMN weight TYPE bigint

ALTER TABLE orders ALTER COLUMN total TYPE numeric(14,2)

ALTER TABLE orders ALTER COLUMN state TYPE varchar(10)

ALTER TABLE orders ALTER COLUMN number TYPE varchar(80)

ALTER TABLE secrets ALTER COLUMN tenant TYPE bigint

ALTER TABLE secrets ALTER COLUMN owner TYPE text

ALTER TABLE secrets ALTER COLUMN body TYPE varchar

ALTER TABLE products ALTER COLUMN price TYPE numeric(10,2)

ALTER TABLE generated ALTER COLUMN a TYPE bigint

ALTER TABLE generated ALTER COLUMN u TYPE varchar

ALTER TABLE plain ALTER COLUMN a TYPE bigint

ALTER TABLE typed_table ALTER COLUMN street TYPE varchar

ALTER TABLE "Sales Dept"."Big Deals" ALTER COLUMN "Amount" TYPE numeric(12,2)

--! after: CREATE VIEW types_view AS SELECT vc10 FROM types
ALTER TABLE types ALTER COLUMN vc10 TYPE text

--! after: CREATE VIEW types_view AS SELECT vc10 FROM types
--! after: DROP VIEW types_view
ALTER TABLE types ALTER COLUMN vc10 TYPE text

--! after: DROP TRIGGER orders_weight_touch ON orders
ALTER TABLE orders ALTER COLUMN weight TYPE bigint

--! after: CREATE TRIGGER types_touch BEFORE UPDATE OF vc10 ON types FOR EACH ROW EXECUTE FUNCTION set_note()
ALTER TABLE types ALTER COLUMN vc10 TYPE text

-- generated columns, defaults, sequences
ALTER TABLE products ALTER COLUMN tax TYPE numeric(10,2)

ALTER TABLE products ALTER COLUMN tax TYPE int

ALTER TABLE generated ALTER COLUMN ab TYPE bigint

ALTER TABLE generated ALTER COLUMN loud TYPE varchar

ALTER TABLE generated ALTER COLUMN id TYPE bigint

ALTER TABLE generated ALTER COLUMN id TYPE numeric

ALTER TABLE generated ALTER COLUMN id TYPE text

ALTER TABLE serials ALTER COLUMN id TYPE bigint

ALTER TABLE serials ALTER COLUMN small TYPE int

ALTER TABLE sequence_users ALTER COLUMN a TYPE bigint

ALTER TABLE sequence_users ALTER COLUMN id TYPE int

ALTER TABLE customers ALTER COLUMN balance TYPE numeric(12,2)

ALTER TABLE customers ALTER COLUMN balance TYPE text

ALTER TABLE nulls ALTER COLUMN already TYPE text

ALTER TABLE nulls ALTER COLUMN already TYPE boolean USING already = 1

ALTER TABLE orders ALTER COLUMN placed_at TYPE date

-- partitions and inheritance
ALTER TABLE measurements ALTER COLUMN note TYPE varchar

ALTER TABLE measurements ALTER COLUMN note TYPE varchar(10)

ALTER TABLE measurements ALTER COLUMN value TYPE real

ALTER TABLE measurements ALTER COLUMN id TYPE int

ALTER TABLE measurements ALTER COLUMN sensor TYPE bigint

ALTER TABLE measurements ALTER COLUMN at TYPE timestamp

ALTER TABLE ONLY measurements ALTER COLUMN note TYPE varchar

ALTER TABLE measurements_2023 ALTER COLUMN note TYPE varchar

ALTER TABLE measurements_2024 ALTER COLUMN note TYPE varchar

ALTER TABLE regions ALTER COLUMN title TYPE varchar(40)

ALTER TABLE regions ALTER COLUMN title TYPE varchar(20)

ALTER TABLE regions ALTER COLUMN id TYPE bigint

ALTER TABLE regions ALTER COLUMN code TYPE text

ALTER TABLE buckets ALTER COLUMN payload TYPE varchar

ALTER TABLE buckets ALTER COLUMN payload TYPE text COLLATE "C"

ALTER TABLE buckets ALTER COLUMN id TYPE bigint

ALTER TABLE events ALTER COLUMN customer_id TYPE int

ALTER TABLE events ALTER COLUMN region_code TYPE text

ALTER TABLE events ALTER COLUMN region_id TYPE bigint

ALTER TABLE events ALTER COLUMN at TYPE timestamp

ALTER TABLE no_partitions ALTER COLUMN a TYPE varchar

ALTER TABLE vehicles ALTER COLUMN plate TYPE varchar

ALTER TABLE vehicles ALTER COLUMN plate TYPE varchar(20)

ALTER TABLE vehicles ALTER COLUMN wheels TYPE bigint

ALTER TABLE vehicles ALTER COLUMN wheels TYPE oid

ALTER TABLE ONLY vehicles ALTER COLUMN wheels TYPE bigint

ALTER TABLE cars ALTER COLUMN plate TYPE varchar

ALTER TABLE cars ALTER COLUMN doors TYPE bigint

ALTER TABLE cars ALTER COLUMN doors TYPE oid

ALTER TABLE sports_cars ALTER COLUMN top_speed TYPE oid

-- wrong types, wrong columns
ALTER TABLE types ALTER COLUMN t TYPE no_such_type

ALTER TABLE types ALTER COLUMN t TYPE "Sales Dept"."Stage"

ALTER TABLE types ALTER COLUMN t TYPE serial

ALTER TABLE types ALTER COLUMN t TYPE anyelement

ALTER TABLE types ALTER COLUMN t TYPE varchar(0)

ALTER TABLE types ALTER COLUMN t TYPE text(10)

ALTER TABLE types ALTER COLUMN nothing TYPE text

ALTER TABLE types ALTER COLUMN ctid TYPE text

ALTER TABLE no_such_table ALTER COLUMN a TYPE text

ALTER TABLE IF EXISTS no_such_table ALTER COLUMN a TYPE text

ALTER TABLE customer_names ALTER COLUMN name TYPE text

ALTER TABLE sales ALTER COLUMN state TYPE text

-- several at once: one rewrite for all
ALTER TABLE types ALTER COLUMN vc10 TYPE text, ALTER COLUMN i4 TYPE bigint

ALTER TABLE types ALTER COLUMN vc10 TYPE text, ALTER COLUMN vcn TYPE text

ALTER TABLE types ALTER COLUMN i2 TYPE int, ALTER COLUMN i4 TYPE bigint, ADD COLUMN later int DEFAULT 1

ALTER TABLE types ALTER COLUMN i4 TYPE bigint, ALTER COLUMN i4 TYPE int

ALTER TABLE types_checked ALTER COLUMN vc10 TYPE text, ALTER COLUMN i4 TYPE bigint

ALTER TABLE types_checked ALTER COLUMN vc10 TYPE text, DROP CONSTRAINT types_checked_vc10_check

ALTER TABLE types_indexed ALTER COLUMN in_expression TYPE text, ALTER COLUMN in_predicate TYPE text

ALTER TABLE types_checked ALTER COLUMN vc10 TYPE text, ALTER COLUMN a SET NOT NULL

-- composite types
ALTER TYPE unused_composite ALTER ATTRIBUTE a TYPE bigint

ALTER TYPE address ALTER ATTRIBUTE zip TYPE varchar(20)

ALTER TYPE address ALTER ATTRIBUTE zip TYPE varchar(20) CASCADE

--! after: CREATE TYPE later AS (a varchar(10), b int)
--! after: CREATE TABLE later_table OF later
ALTER TYPE later ALTER ATTRIBUTE a TYPE varchar(20) CASCADE

--! after: CREATE TYPE later AS (a varchar(10), b int)
--! after: CREATE TABLE later_table OF later
ALTER TYPE later ALTER ATTRIBUTE a TYPE varchar(5) CASCADE

--! after: CREATE TYPE later AS (a varchar(10), b int)
--! after: CREATE TABLE later_table OF later
ALTER TYPE later ALTER ATTRIBUTE a TYPE varchar(20)

-- Indexes of partitions that are parts of one are made anew with it; one of their own stays.
--! after: CREATE INDEX regions_title_idx ON regions (title)
ALTER TABLE regions ALTER COLUMN title TYPE varchar(40)

--! after: CREATE INDEX regions_de_title_idx ON regions_de (title)
ALTER TABLE regions ALTER COLUMN title TYPE varchar(40)

--! after: CREATE TABLE parted (a varchar(10), b int, PRIMARY KEY (a, b)) PARTITION BY RANGE (b)
--! after: CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10)
ALTER TABLE parted ALTER COLUMN a TYPE text

-- USING sees the columns as they were before the statement
ALTER TABLE plain ALTER COLUMN b TYPE text USING b || c, DROP COLUMN c;

ALTER TABLE plain ALTER COLUMN b TYPE text USING b || nothing, DROP COLUMN c;

ALTER TABLE generated DROP COLUMN ab, ALTER COLUMN a TYPE bigint, ALTER COLUMN b TYPE bigint, ADD COLUMN ab bigint GENERATED ALWAYS AS (a + b) STORED;

ALTER TABLE generated DROP COLUMN ab, ALTER COLUMN a TYPE bigint, ADD COLUMN c bigint DEFAULT 1, ADD CHECK (c > a);

ALTER TABLE plain ALTER COLUMN a TYPE text, ALTER COLUMN a SET DEFAULT 'x', ADD CHECK (a <> '');

-- the type of an attribute needs no cast when nothing stores it
ALTER TYPE unused_composite ALTER ATTRIBUTE b TYPE int;

ALTER TYPE unused_composite ALTER ATTRIBUTE b TYPE varchar(10), ADD ATTRIBUTE c int;

ALTER TYPE address ALTER ATTRIBUTE street TYPE int;

-- tables that inherit from tables of a composite type
--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE oo1 OF tt1
--! after: CREATE TABLE cc1 () INHERITS (oo1)
ALTER TYPE tt1 ADD ATTRIBUTE x int CASCADE

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE oo1 OF tt1
--! after: CREATE TABLE cc1 () INHERITS (oo1)
--! after: CREATE TABLE dd1 () INHERITS (cc1)
ALTER TYPE tt1 DROP ATTRIBUTE a CASCADE

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE oo1 OF tt1
--! after: CREATE TABLE cc1 () INHERITS (oo1)
ALTER TYPE tt1 ALTER ATTRIBUTE a TYPE bigint CASCADE

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE oo1 OF tt1
--! after: CREATE TABLE cc1 () INHERITS (oo1)
ALTER TYPE tt1 RENAME ATTRIBUTE a TO z CASCADE

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE oo1 OF tt1
--! after: CREATE TABLE cc1 () INHERITS (oo1)
ALTER TYPE tt1 ADD ATTRIBUTE x int

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE oo1 OF tt1
--! after: CREATE TABLE cc1 (x int)
--! after: ALTER TABLE cc1 ADD a int, ADD b text
--! after: ALTER TABLE cc1 INHERIT oo1
ALTER TYPE tt1 ADD ATTRIBUTE x int CASCADE

-- what names an attribute
--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE uu1 (y tt1 CHECK ((y).a > 0))
ALTER TYPE tt1 DROP ATTRIBUTE a

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE uu1 (y tt1 CHECK ((y).a > 0))
ALTER TYPE tt1 DROP ATTRIBUTE a CASCADE

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE uu1 (y tt1 CHECK ((y).a > 0))
ALTER TYPE tt1 DROP ATTRIBUTE b

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE uu1 (y tt1 CHECK (y IS NOT NULL))
ALTER TYPE tt1 DROP ATTRIBUTE a

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE uu1 (y tt1)
--! after: CREATE INDEX uu1_i ON uu1 (((y).a))
ALTER TYPE tt1 DROP ATTRIBUTE a

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE uu1 (y tt1)
--! after: CREATE VIEW uu1_v AS SELECT (y).a FROM uu1
ALTER TYPE tt1 DROP ATTRIBUTE a

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE uu1 (y tt1)
--! after: CREATE VIEW uu1_v AS SELECT (y).a FROM uu1
ALTER TYPE tt1 DROP ATTRIBUTE a CASCADE

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE uu1 (y tt1 CHECK ((y).a > 0))
ALTER TYPE tt1 ALTER ATTRIBUTE a TYPE bigint

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE FUNCTION tf1(tt1) RETURNS int LANGUAGE sql AS 'SELECT 1'
--! after: CREATE TABLE uu1 (y int CHECK (y > tf1(ROW(1,'x')::tt1)))
ALTER TYPE tt1 DROP ATTRIBUTE a

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE uu1 (y tt1, z int GENERATED ALWAYS AS ((y).a) STORED)
ALTER TYPE tt1 DROP ATTRIBUTE a

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE uu1 (id int, y tt1)
--! after: CREATE STATISTICS s1 ON id, y FROM uu1
DROP STATISTICS s1

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE uu1 (id int, y tt1)
--! after: CREATE STATISTICS s1 ON id, ((y).a) FROM uu1
DROP STATISTICS s1

--! after: CREATE TYPE tt1 AS (a int, b text)
--! after: CREATE TABLE uu1 (id int, y tt1)
--! after: CREATE STATISTICS s1 ON id, ((y).a) FROM uu1
ALTER TYPE tt1 DROP ATTRIBUTE a

ALTER TYPE attributed DROP ATTRIBUTE checked;

ALTER TYPE attributed DROP ATTRIBUTE checked CASCADE;

ALTER TYPE attributed DROP ATTRIBUTE indexed;

ALTER TYPE attributed DROP ATTRIBUTE indexed CASCADE;

ALTER TYPE attributed DROP ATTRIBUTE counted;

ALTER TYPE attributed DROP ATTRIBUTE counted CASCADE;

ALTER TYPE attributed DROP ATTRIBUTE allowed;

ALTER TYPE attributed DROP ATTRIBUTE allowed CASCADE;

ALTER TYPE attributed DROP ATTRIBUTE viewed;

ALTER TYPE attributed DROP ATTRIBUTE viewed CASCADE;

ALTER TYPE attributed DROP ATTRIBUTE computed;

ALTER TYPE attributed DROP ATTRIBUTE computed CASCADE;

ALTER TYPE attributed DROP ATTRIBUTE unused;

ALTER TYPE attributed DROP ATTRIBUTE unused CASCADE;

ALTER TYPE attributed RENAME ATTRIBUTE checked TO other;

ALTER TYPE attributed ADD ATTRIBUTE other int;

--! after: ALTER TABLE attributes DROP CONSTRAINT attributes_y_check
ALTER TYPE attributed DROP ATTRIBUTE checked;

--! after: DROP INDEX attributes_indexed_idx
ALTER TYPE attributed DROP ATTRIBUTE indexed;

--! after: DROP STATISTICS attributes_counted
ALTER TYPE attributed DROP ATTRIBUTE counted;

DROP STATISTICS attributes_counted;

ALTER STATISTICS attributes_counted RENAME TO other;

DROP TYPE attributed;

DROP TYPE attributed CASCADE;

DROP TABLE attributes;

ALTER TYPE inherited_type ADD ATTRIBUTE c int CASCADE;

ALTER TYPE inherited_type ADD ATTRIBUTE x int CASCADE;

ALTER TYPE inherited_type ADD ATTRIBUTE x text CASCADE;

ALTER TYPE inherited_type DROP ATTRIBUTE a CASCADE;

ALTER TYPE inherited_type ALTER ATTRIBUTE a TYPE bigint CASCADE;

ALTER TYPE inherited_type RENAME ATTRIBUTE a TO z CASCADE;
