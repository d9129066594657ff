-- The import of scripts/bench in DuckDB: the file is read, checked, priced and written, with a tag for
-- every pledge.
--
-- Left out, and to DuckDB's advantage: the tags are HMAC-SHA256 as ours, but each by itself, since SQL
-- without a loop cannot chain one to the one before; no table has a key or an index; rows that are refused
-- get no reason. A tier is closed at the first row that does not fit, where ours lets a smaller one in.
{rules}
CREATE TABLE backer (number BIGINT, email TEXT, name TEXT, country TEXT);
CREATE TABLE pledge (number BIGINT, reference TEXT, backer BIGINT, tier INTEGER, quantity BIGINT,
  destination TEXT, goods BIGINT, shipping BIGINT, tax BIGINT, bonus BIGINT, placed_at BIGINT,
  gateway INTEGER, method TEXT, state INTEGER, content UBIGINT);
CREATE TABLE line (pledge BIGINT, sku TEXT, quantity BIGINT);
CREATE TABLE entry (number BIGINT, kind INTEGER, pledge BIGINT, booked_at BIGINT, day BIGINT, goods BIGINT,
  shipping BIGINT, tax BIGINT, reference TEXT, detail TEXT, tag BLOB);
CREATE TABLE daily (day BIGINT, kind INTEGER, count BIGINT, goods BIGINT, shipping BIGINT, tax BIGINT);
BEGIN;
CREATE TEMP TABLE staging AS
  SELECT row_number() OVER () AS row, lower(email) AS address, * FROM read_csv(
    '{pledges}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', nullstr = '',
    parallel = true);
CREATE TEMP TABLE twice AS
  SELECT pledge_id, min(row) AS row FROM staging GROUP BY pledge_id HAVING count(*) > 1;
CREATE TEMP TABLE added AS
  SELECT row, split_part(part, ':', 1) AS sku, TRY_CAST(split_part(part, ':', 2) AS BIGINT) AS quantity
  FROM (SELECT row, unnest(string_split(add_ons, ';')) AS part FROM staging WHERE add_ons IS NOT NULL);
CREATE TEMP TABLE extra AS
  SELECT a.row, sum(o.price * a.quantity) AS price,
    sum(CASE WHEN o.ships THEN o.price * a.quantity ELSE 0 END) AS taxed,
    sum(CASE WHEN o.ships THEN a.quantity ELSE 0 END) AS units,
    bool_and(o.id IS NOT NULL AND COALESCE(a.quantity, 0) > 0) AS known
  FROM added a LEFT JOIN add_on o ON o.id = a.sku GROUP BY a.row;
CREATE TEMP TABLE placed AS
  WITH read AS (
    SELECT s.row, s.pledge_id, s.address, s.country, s.add_ons, s.tier AS tier_id, t.number AS tier,
      t.places, TRY_CAST(COALESCE(s.quantity, '1') AS BIGINT) AS quantity,
      TRY_CAST(s.pledged_at AS TIMESTAMPTZ) AS moment, s.payment_method, s.payment_reference,
      COALESCE(t.price, 0) * TRY_CAST(COALESCE(s.quantity, '1') AS BIGINT) AS of_tier, t.ships,
      COALESCE(e.price, 0)::BIGINT AS of_add_ons, COALESCE(e.taxed, 0)::BIGINT AS taxed_add_ons,
      COALESCE(e.units, 0)::BIGINT AS add_on_units,
      (TRY_CAST(COALESCE(s.bonus, '0') AS DECIMAL(18, 2)) * 100)::BIGINT AS bonus,
      (TRY_CAST(s.amount AS DECIMAL(18, 2)) * 100)::BIGINT AS amount, s.amount IS NOT NULL AS is_told,
      d.first, d.more, d.rate, r.opens, r.closes, r.zone,
      regexp_full_match(s.pledge_id, '[A-Za-z0-9._-]{1,64}') AND contains(s.address, '@')
        AND COALESCE(s.currency, r.currency) = r.currency AND COALESCE(s.status, 'pledged') = 'pledged'
        AND s.payment_method IN ('rehearsal', 'recorded') AND COALESCE(e.known, true)
        AND (s.tier IS NULL OR t.id IS NOT NULL) AND s.choices IS NULL AND s.promotion IS NULL
        AND (w.row IS NULL OR w.row = s.row) AS is_sound,
      hash(s.pledge_id, s.backer_name, s.email, s.country, s.tier, s.quantity, s.add_ons, s.bonus, s.amount,
        s.pledged_at, s.payment_method, s.payment_reference) AS content
    FROM staging s CROSS JOIN rule r LEFT JOIN tier t ON t.id = s.tier LEFT JOIN extra e ON e.row = s.row
      LEFT JOIN twice w ON w.pledge_id = s.pledge_id
      LEFT JOIN destination d ON d.country = CASE
        WHEN s.country IN (SELECT country FROM destination) THEN s.country ELSE '*' END
  ), priced AS (
    SELECT *, of_tier + of_add_ons AS price,
      (CASE WHEN ships THEN of_tier ELSE 0 END) + taxed_add_ons AS taxed,
      (CASE WHEN ships THEN quantity ELSE 0 END) + add_on_units AS units
    FROM read WHERE is_sound AND quantity > 0 AND bonus >= 0 AND moment >= opens AND moment < closes
  ), shipped AS (
    SELECT *, CASE WHEN units > 0 THEN first + more * (units - 1) ELSE 0 END AS gross FROM priced
    WHERE units = 0 OR country IS NOT NULL
  ), taxes AS (
    SELECT *, (2 * (taxed + gross) * rate + 1000000 + rate) // (2 * (1000000 + rate)) AS tax FROM shipped
  ), split AS (
    SELECT *, CASE WHEN taxed + gross = 0 THEN 0 ELSE tax * taxed // (taxed + gross)
      + CASE WHEN tax * taxed % (taxed + gross) > 0 AND 2 * (tax * taxed % (taxed + gross)) >= taxed + gross
        THEN 1 ELSE 0 END END AS of_goods
    FROM taxes WHERE NOT is_told OR price + gross + bonus = amount
  ), counted AS (
    SELECT *, sum(quantity) OVER (PARTITION BY tier ORDER BY row) AS running FROM split
  )
  SELECT row_number() OVER (ORDER BY row) AS number, row, pledge_id, address, country, add_ons, tier_id, tier,
    quantity, price - of_goods AS goods, gross - (tax - of_goods) AS shipping, tax, bonus,
    epoch(moment)::BIGINT AS placed_at, timezone(zone, moment)::DATE - DATE '1970-01-01' AS day,
    payment_method, payment_reference, content
  FROM counted WHERE places IS NULL OR running <= places;
CREATE TEMP TABLE known AS
  SELECT row_number() OVER (ORDER BY first) AS number, address, first
  FROM (SELECT address, min(row) AS first FROM placed GROUP BY address);
INSERT INTO backer SELECT k.number, k.address, s.backer_name, s.country
  FROM known k JOIN staging s ON s.row = k.first;
INSERT INTO pledge SELECT p.number, p.pledge_id, k.number, p.tier, p.quantity, p.country, p.goods, p.shipping,
    p.tax, p.bonus, p.placed_at, CASE p.payment_method WHEN 'rehearsal' THEN 2 ELSE 1 END,
    p.payment_reference, 0, p.content
  FROM placed p JOIN known k ON k.address = p.address;
INSERT INTO line SELECT p.number, a.sku, a.quantity FROM added a JOIN placed p ON p.row = a.row;
INSERT INTO entry
  WITH told AS (
    SELECT *, concat('tier=', tier_id, ';qty=', quantity,
        CASE WHEN add_ons IS NULL THEN '' ELSE ';add=' || replace(add_ons, ';', ',') END, ';bonus=', bonus,
        ';to=', country, ';at=', placed_at) AS detail FROM placed
  ), written AS (
    SELECT *, concat('{header}', '.', replace(replace(replace(base64(encode(concat(
        '{"iss":"', r.id, '","seq":', number, ',"evt":"placed","sub":"', pledge_id, '","pay":"","amt":"',
        goods + bonus + shipping + tax, '","cur":"', r.currency, '","scale":2,"goods":"', goods + bonus,
        '","ship":"', shipping, '","tax":"', tax, '","fee":"0","other":"0","iat":{now},"day":"',
        DATE '1970-01-01' + day::INTEGER, '","ref":"', payment_reference, '","det":"', detail, '"}'))),
        '=', ''), '+', '-'), '/', '_')) AS text
    FROM told CROSS JOIN rule r
  )
  SELECT number, 1, number, {now}, day, goods + bonus, shipping, tax, payment_reference, detail,
    unhex(sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || encode(text))))) AS tag
  FROM written;
INSERT INTO daily SELECT day, 1, count(*), sum(goods + bonus), sum(shipping), sum(tax) FROM placed
  GROUP BY day;
UPDATE tier SET taken = COALESCE((SELECT sum(quantity) FROM placed WHERE placed.tier = tier.number), 0);
COMMIT;
CHECKPOINT;
SELECT count(*), sum(goods + shipping + tax + bonus) FROM pledge;
