-- tenant_insert($1 uuid id, $2 uuid root, $3 uuid parent, $4 text slug, $5 text name, $6 text lang, $7 text siren, $8 text insee, $9 int population) -> slot int; 1 row
-- class: global   lane: write   roles: web owner
-- The smallest free line of the usage file; two at once meet in its unique key and the loser tries again.
INSERT INTO portal.tenant (id, root_id, parent_id, slug, name, lang, siren, insee, population, slot)
SELECT $1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, $9::integer, free.slot
  FROM (SELECT s AS slot FROM generate_series(0, 4095) AS s
         WHERE NOT EXISTS (SELECT FROM portal.tenant AS t WHERE t.slot = s)
         ORDER BY s LIMIT 1) AS free
RETURNING slot;
