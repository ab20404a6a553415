-- push_rows($1 uuid tenant, $2 uuid batch, $3 jsonb columns, $4 jsonb key, $5 boolean only_key) -> record bigint, line text, unknown text, no_key text, is_empty boolean; any
-- class: tenant   lane: write   roles: worker
-- Each record as a line of CSV in the order of the columns: numbers keep their digits, objects stay JSON, a point is
-- "lat,lon". only_key: what else stands in a removal is not read. unknown: a member that is no column; no_key: a key column without a value. A scalar is the one key's value.
SELECT r.n, l.line, (SELECT k FROM jsonb_object_keys(r.o) AS k WHERE NOT $3::jsonb ? k LIMIT 1),
       (SELECT k FROM jsonb_array_elements_text($4::jsonb) AS k WHERE coalesce(btrim(r.o ->> k), '') = '' LIMIT 1), l.is_empty
  FROM portal.push_batch AS b
 CROSS JOIN LATERAL (SELECT e.n, CASE WHEN jsonb_typeof(e.o) = 'object' THEN e.o ELSE jsonb_build_object(coalesce($4::jsonb ->> 0, ''), e.o) END AS o
                       FROM jsonb_array_elements(b.body) WITH ORDINALITY AS e (o, n)) AS r
 CROSS JOIN LATERAL (SELECT string_agg(coalesce('"' || replace(c.cell, '"', '""') || '"', ''), ',' ORDER BY c.k) AS line,
                            coalesce(bool_and(coalesce(btrim(c.cell), '') = ''), true) AS is_empty
                       FROM (SELECT f.k, CASE WHEN $5::boolean AND NOT $4::jsonb ? f.name THEN NULL
                                              WHEN jsonb_typeof(r.o -> f.name) = 'object' AND (r.o -> f.name) ?& ARRAY['lat', 'lon']
                                              THEN (r.o -> f.name ->> 'lat') || ',' || (r.o -> f.name ->> 'lon')
                                              ELSE r.o ->> f.name END AS cell
                               FROM jsonb_array_elements_text($3::jsonb) WITH ORDINALITY AS f (name, k)) AS c) AS l
 WHERE b.tenant_id = $1::uuid AND b.id = $2::uuid
 ORDER BY r.n;
