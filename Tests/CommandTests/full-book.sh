# Makes a book here with a row in every table, in two campaigns: one that is made, one that is a rehearsal.
cat >lamps.json <<'JSON'
{ "id": "lamps", "title": "Lamps", "currency": "EUR", "time_zone": "Europe/Berlin",
  "opens_at": "2026-03-02T00:00:00+01:00", "closes_at": "2026-03-31T20:00:00+02:00",
  "funding": { "goal": "300.00" }, "prepayment": { "retry_days": 7 },
  "late_pledges_until": "2026-04-30T20:00:00+02:00",
  "items": [
    { "sku": "LAMP", "title": "Lamp", "unit_cost": "30.00",
      "variants": [{ "sku": "RED", "title": "Red lamp" }, { "sku": "BLUE", "title": "Blue lamp" }] },
    { "sku": "BULB", "title": "Bulb", "unit_cost": "2.00", "in_stock": 9 }],
  "tiers": [
    { "id": "one", "title": "One lamp", "price": "100.00", "contains": { "LAMP": 1 } },
    { "id": "set", "title": "Set", "price": "120.00", "limit": 2, "contains": { "LAMP": 1, "BULB": 1 } }],
  "add_ons": [{ "id": "bulb", "title": "Spare bulb", "price": "6.00", "contains": { "BULB": 1 } }],
  "promotions": [{ "code": "FRIENDS10", "percent_off": "10" }],
  "shipping": [{ "to": ["*"], "first": "6.00", "each_more": "0.00" }],
  "tax": { "prices_include_tax": true, "rates": { "*": "20" } },
  "production": [
    { "id": "run-1", "supplier": "Lamp works", "sku": "LAMP", "minimum_units": 1, "lead_time_days": 60,
      "deposit_percent": "30" }] }
JSON
cat >pledges.csv <<'CSV'
pledge_id,backer_name,email,country,tier,quantity,add_ons,promotion,choices,pledged_at,status
P-1,Ana,ana@post.example,DE,one,1,bulb:2,,RED:1,2026-03-02T10:00:00+01:00,collected
P-2,Bo,bo@post.example,DE,set,1,,FRIENDS10,BLUE:1,2026-03-04T10:00:00+01:00,collected
P-3,Cy,cy@post.example,ES,one,1,,,,2026-03-05T10:00:00+01:00,collected
P-4,Di,di@post.example,DE,one,2,,,RED:1;BLUE:1,2026-03-03T10:00:00+01:00,collected
P-5,Ed,ed@post.example,DE,one,1,,,RED:1,2026-03-06T10:00:00+01:00,errored
P-6,Fay,fay@post.example,DE,set,3,,,RED:3,2026-03-06T11:00:00+01:00,collected
CSV
cat >parcels.csv <<'CSV'
pledge_id,shipped_on,sku,quantity,carrier,tracking
P-1,2026-06-06,RED,1,DHL,T-1
P-1,2026-06-06,BULB,2,DHL,T-1
CSV
cat >lamp.json <<'JSON'
{ "id": "lamp", "title": "Lamp", "currency": "EUR", "time_zone": "Europe/Berlin",
  "opens_at": "2026-03-02T09:00:00+01:00", "closes_at": "2026-03-31T20:00:00+02:00",
  "funding": { "goal": "200.00", "goal_basis": "pledged" },
  "prepayment": { "plan": "deposit", "deposit_percent": "30" },
  "items": [{ "sku": "LAMP", "unit_cost": "40.00", "in_stock": 5 }],
  "tiers": [{ "id": "one", "title": "One lamp", "price": "108.00", "contains": { "LAMP": 1 } }],
  "shipping": [{ "to": ["*"], "first": "12.00" }],
  "tax": { "prices_include_tax": true, "point": "delivery", "rates": { "*": "20" } } }
JSON
cat >rehearsal.csv <<'CSV'
pledge_id,backer_name,email,country,tier,quantity,pledged_at,payment_method,payment_reference
P-1,Ana,ana@post.example,DE,one,1,2026-03-04T09:30:00Z,rehearsal,pm_1
P-2,Ben,ben@post.example,DE,one,1,2026-03-04T09:30:00Z,rehearsal,pm_2
P-3,Cem,cem@post.example,DE,one,1,2026-03-04T09:30:00Z,rehearsal,pm_3
CSV
pledgebook init
pledgebook campaign launch lamps.json --yes --at 2026-03-02T09:00:00+01:00
# P-6 is refused: of the set there are two.
pledgebook pledge import pledges.csv --rejects rejects.csv --yes --at 2026-04-01T12:00:00+02:00 || test $? = 3
pledgebook pledge note P-1 "called twice" --at 2026-04-01T13:00:00+02:00
pledgebook campaign close --yes --at 2026-04-02T12:00:00+02:00
pledgebook run launch run-1 --yes --at 2026-04-03T09:00:00+02:00
pledgebook cash record supplier 54.00 --run run-1 --reference TRF-1 --at 2026-04-04T09:00:00+02:00
pledgebook cash record payout 100.00 --on 2026-04-04 --reference po-1 --at 2026-04-04T12:00:00+02:00
pledgebook run receive run-1 RED=1 BLUE=1 --reference DN-1 --on 2026-06-01 --at 2026-06-02T09:00:00+02:00
pledgebook pledge ship parcels.csv --at 2026-06-06T18:00:00+02:00
pledgebook payment dispute P-2 opened --fee 15.00 --reference dp_81 --yes --at 2026-06-07T09:00:00+02:00
pledgebook payment refund P-4 --amount 6.00 --yes --at 2026-06-07T09:00:00+02:00
sed 's/"Lamps"/"More lamps"/' lamps.json >more.json
pledgebook campaign amend more.json --yes --at 2026-06-08T10:00:00+02:00
pledgebook key rotate --yes --at 2026-06-08T11:00:00+02:00
pledgebook campaign launch lamp.json --seed 3 --yes --at 2026-06-08T12:00:00+02:00
pledgebook pledge import rehearsal.csv -c lamp --yes --at 2026-06-08T13:00:00+02:00
pledgebook campaign close lamp --yes --at 2026-06-08T14:00:00+02:00
pledgebook payment balance -c lamp --yes --at 2026-06-09T14:00:00+02:00
