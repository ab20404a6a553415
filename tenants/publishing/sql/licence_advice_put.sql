-- licence_advice_put($1 uuid root, $2 text theme, $3 text licence) -> nothing
-- class: global   lane: write   roles: web owner
-- A theme or licence that is not there changes nothing.
INSERT INTO portal.licence_advice (root_id, theme, licence_id)
SELECT $1::uuid, t.code, l.id FROM portal.theme AS t, portal.licence AS l WHERE t.code = $2 AND l.id = $3
ON CONFLICT (root_id, theme) DO UPDATE SET licence_id = excluded.licence_id;
