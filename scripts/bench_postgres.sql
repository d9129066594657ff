-- The import of scripts/bench in PostgreSQL, as psql runs it: COPY into a staging table, then set by set
-- checked, priced and written, with one HMAC-SHA256 for every pledge, each over the one before.
--
-- What only passes through is unlogged; the book's tables are logged and have their keys. Left out: rows
-- that are refused get no reason. A tier is closed at the first row that does not fit, where ours lets a
-- smaller one in.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SET work_mem = '256MB';
SET TimeZone = 'UTC';
CREATE EXTENSION pgcrypto;
{rules}
ANALYZE rule, tier, add_on, destination;
CREATE TABLE backer (number BIGINT PRIMARY KEY, email TEXT UNIQUE, name TEXT, country TEXT);
CREATE TABLE pledge (number BIGINT PRIMARY KEY, reference TEXT NOT NULL UNIQUE, backer BIGINT NOT NULL,
  tier INTEGER, quantity BIGINT NOT NULL CHECK (quantity > 0), destination TEXT, goods BIGINT NOT NULL,
  shipping BIGINT NOT NULL, tax BIGINT NOT NULL, bonus BIGINT NOT NULL CHECK (bonus >= 0),
  placed_at BIGINT NOT NULL, gateway INTEGER NOT NULL, method TEXT, state INTEGER NOT NULL,
  content BIGINT NOT NULL);
CREATE TABLE line (pledge BIGINT, sku TEXT, quantity BIGINT NOT NULL, PRIMARY KEY (pledge, sku));
CREATE TABLE entry (number BIGINT PRIMARY KEY, kind INTEGER NOT NULL, pledge BIGINT,
  booked_at BIGINT NOT NULL, day INTEGER NOT NULL, goods BIGINT NOT NULL, shipping BIGINT NOT NULL,
  tax BIGINT NOT NULL, reference TEXT, detail TEXT, tag BYTEA NOT NULL CHECK (length(tag) = 32));
CREATE TABLE daily (day INTEGER, kind INTEGER, count BIGINT, goods BIGINT, shipping BIGINT, tax BIGINT,
  PRIMARY KEY (day, kind));
CREATE FUNCTION url64(bytes BYTEA) RETURNS TEXT LANGUAGE sql IMMUTABLE
  RETURN translate(encode(bytes, 'base64'), E'+/=\n', '-_');
-- A tag over the text of an entry and, within it, the tag before.
CREATE FUNCTION sign(last BYTEA, before TEXT, after TEXT) RETURNS BYTEA LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN
    RETURN hmac(convert_to('{header}.' || translate(encode(convert_to(before
      || translate(encode(last, 'base64'), E'+/=\n', '-_') || after, 'UTF8'), 'base64'), E'+/=\n', '-_'),
      'UTF8'), '\x{key}', 'sha256');
  END $$;
CREATE AGGREGATE chain (TEXT, TEXT) (
  SFUNC = sign, STYPE = BYTEA,
  INITCOND = '\x0000000000000000000000000000000000000000000000000000000000000000');
CREATE UNLOGGED TABLE staging (row BIGINT GENERATED ALWAYS AS IDENTITY (CACHE 1000), pledge_id TEXT,
  backer_name TEXT, email TEXT, country TEXT, tier TEXT, quantity TEXT, add_ons TEXT, choices TEXT,
  promotion TEXT, bonus TEXT, amount TEXT, currency TEXT, pledged_at TEXT, payment_method TEXT,
  payment_reference TEXT, status TEXT);
BEGIN;
\copy staging (pledge_id, backer_name, email, country, tier, quantity, add_ons, choices, promotion, bonus, amount, currency, pledged_at, payment_method, payment_reference, status) FROM '{pledges}' WITH (FORMAT csv, HEADER)
ANALYZE staging;
CREATE UNLOGGED TABLE twice AS
  SELECT pledge_id, min(row) AS row FROM staging GROUP BY pledge_id HAVING count(*) > 1;
CREATE UNLOGGED TABLE added AS
  SELECT row, split_part(part, ':', 1) AS sku,
    CASE WHEN part ~ ':[0-9]{1,9}$' THEN split_part(part, ':', 2)::BIGINT END AS quantity
  FROM (SELECT row, unnest(string_to_array(add_ons, ';')) AS part FROM staging WHERE add_ons IS NOT NULL) s;
CREATE UNLOGGED TABLE extra AS
  SELECT a.row, sum(o.price * a.quantity)::BIGINT AS price,
    sum(CASE WHEN o.ships THEN o.price * a.quantity ELSE 0 END)::BIGINT AS taxed,
    sum(CASE WHEN o.ships THEN a.quantity ELSE 0 END)::BIGINT AS units,
    bool_and(o.id IS NOT NULL AND COALESCE(a.quantity, 0) > 0) AS known
  FROM added a LEFT JOIN add_on o ON o.id = a.sku GROUP BY a.row;
ANALYZE added;
ANALYZE extra;
-- OFFSET 0 keeps a step from being melted into the next, which would compute each column again and again.
CREATE UNLOGGED TABLE placed AS
  WITH read AS (
    SELECT s.row, s.pledge_id, lower(s.email) AS address, s.country, s.add_ons, s.tier AS tier_id,
      t.number AS tier, t.places, t.price AS each, t.ships,
      CASE WHEN s.quantity IS NULL THEN 1 WHEN s.quantity ~ '^[0-9]{1,9}$' THEN s.quantity::BIGINT END
        AS quantity,
      CASE WHEN s.pledged_at ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$'
        THEN s.pledged_at::TIMESTAMPTZ END AS moment,
      CASE WHEN s.bonus IS NULL THEN 0 WHEN s.bonus ~ '^[0-9]+(\.[0-9][0-9]?)?$'
        THEN (s.bonus::NUMERIC * 100)::BIGINT END AS bonus,
      CASE WHEN s.amount ~ '^[0-9]+(\.[0-9][0-9]?)?$' THEN (s.amount::NUMERIC * 100)::BIGINT END
        AS amount,
      s.amount IS NOT NULL AS is_told, s.payment_method, s.payment_reference,
      COALESCE(e.price, 0) AS of_add_ons, COALESCE(e.taxed, 0) AS taxed_add_ons,
      COALESCE(e.units, 0) AS add_on_units, d.first, d.more, d.rate, r.opens, r.closes, r.zone,
      s.pledge_id ~ '^[A-Za-z0-9._-]+$' AND length(s.pledge_id) <= 64 AND strpos(s.email, '@') > 0
        AND COALESCE(s.currency, r.currency) = r.currency AND COALESCE(s.status, 'pledged') = 'pledged'
        AND s.payment_method IN ('rehearsal', 'recorded') AND COALESCE(e.known, true)
        AND (s.tier IS NULL OR t.id IS NOT NULL) AND s.choices IS NULL AND s.promotion IS NULL
        AND (w.row IS NULL OR w.row = s.row) AS is_sound,
      hash_record_extended(s, 0) AS content
    FROM staging s CROSS JOIN rule r LEFT JOIN tier t ON t.id = s.tier LEFT JOIN extra e ON e.row = s.row
      LEFT JOIN twice w ON w.pledge_id = s.pledge_id LEFT JOIN destination d ON d.country = s.country OFFSET 0
  ), sound AS (
    SELECT r.*, COALESCE(each, 0) * quantity AS of_tier, COALESCE(r.first, o.first) AS first_unit,
      COALESCE(r.more, o.more) AS each_more, COALESCE(r.rate, o.rate) AS tax_rate
    FROM read r JOIN destination o ON o.country = '*'
    WHERE is_sound AND quantity > 0 AND bonus >= 0 AND moment >= opens AND moment < closes OFFSET 0
  ), priced AS (
    SELECT *, of_tier + of_add_ons AS price,
      (CASE WHEN ships THEN of_tier ELSE 0 END) + taxed_add_ons AS taxed,
      (CASE WHEN ships THEN quantity ELSE 0 END) + add_on_units AS units
    FROM sound OFFSET 0
  ), shipped AS (
    SELECT *, CASE WHEN units > 0 THEN first_unit + each_more * (units - 1) ELSE 0 END AS gross FROM priced
    WHERE units = 0 OR country IS NOT NULL OFFSET 0
  ), taxes AS (
    SELECT *, (2 * (taxed + gross) * tax_rate + 1000000 + tax_rate) / (2 * (1000000 + tax_rate)) AS tax
    FROM shipped OFFSET 0
  ), split AS (
    SELECT *, CASE WHEN taxed + gross = 0 THEN 0 ELSE tax * taxed / (taxed + gross)
      + CASE WHEN tax * taxed % (taxed + gross) > 0 AND 2 * (tax * taxed % (taxed + gross)) >= taxed + gross
        THEN 1 ELSE 0 END END AS of_goods
    FROM taxes WHERE NOT is_told OR price + gross + bonus = amount OFFSET 0
  ), counted AS (
    SELECT *, sum(quantity) OVER (PARTITION BY tier ORDER BY row) AS running FROM split
  )
  SELECT row_number() OVER (ORDER BY row) AS number, row, pledge_id, address, country, add_ons, tier_id, tier,
    quantity, price - of_goods AS goods, gross - (tax - of_goods) AS shipping, tax, bonus,
    extract(epoch FROM moment)::BIGINT AS placed_at,
    (moment AT TIME ZONE zone)::DATE - DATE '1970-01-01' AS day,
    payment_method, payment_reference, content
  FROM counted WHERE places IS NULL OR running <= places;
ANALYZE placed;
CREATE UNLOGGED TABLE known AS
  SELECT row_number() OVER (ORDER BY first) AS number, address, first
  FROM (SELECT address, min(row) AS first FROM placed GROUP BY address) a;
ANALYZE known;
INSERT INTO backer SELECT k.number, k.address, s.backer_name, s.country
  FROM known k JOIN staging s ON s.row = k.first ORDER BY k.number;
INSERT INTO pledge SELECT p.number, p.pledge_id, k.number, p.tier, p.quantity, p.country, p.goods, p.shipping,
    p.tax, p.bonus, p.placed_at, CASE p.payment_method WHEN 'rehearsal' THEN 2 ELSE 1 END,
    p.payment_reference, 0, p.content
  FROM placed p JOIN known k ON k.address = p.address ORDER BY p.number;
INSERT INTO line SELECT p.number, a.sku, a.quantity FROM added a JOIN placed p ON p.row = a.row
  ORDER BY p.number;
INSERT INTO entry
  WITH told AS (
    SELECT *, concat('tier=', tier_id, ';qty=', quantity,
        CASE WHEN add_ons IS NULL THEN '' ELSE ';add=' || replace(add_ons, ';', ',') END, ';bonus=', bonus,
        ';to=', country, ';at=', placed_at) AS detail FROM placed
  )
  SELECT number, 1, number, {now}, day, goods + bonus, shipping, tax, payment_reference, detail,
    chain(concat('{"iss":"', r.id, '","seq":', number, ',"prev":"'),
      concat('","evt":"placed","sub":"', pledge_id, '","pay":"","amt":"', goods + bonus + shipping + tax,
        '","cur":"', r.currency, '","scale":2,"goods":"', goods + bonus, '","ship":"', shipping, '","tax":"',
        tax, '","fee":"0","other":"0","iat":{now},"day":"', DATE '1970-01-01' + day, '","ref":"',
        payment_reference, '","det":"', detail, '"}')) OVER (ORDER BY number)
  FROM told CROSS JOIN rule r;
INSERT INTO daily SELECT day, 1, count(*), sum(goods + bonus), sum(shipping), sum(tax) FROM placed
  GROUP BY day;
UPDATE tier SET taken = COALESCE((SELECT sum(quantity) FROM placed WHERE placed.tier = tier.number), 0);
DROP TABLE staging, twice, added, extra, placed, known;
COMMIT;
\pset tuples_only on
\pset format unaligned
\pset fieldsep ' '
SELECT count(*), sum(goods + shipping + tax + bonus) FROM pledge;
