-- field_file($1 uuid tenant, $2 uuid dataset, $3 text name) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web worker owner
-- A column of texts names the dataset's files from now on, and after each publication that has it.
UPDATE portal.dataset AS d
   SET fields = (SELECT jsonb_agg(CASE WHEN f ->> 'name' = $3
                                       THEN f || jsonb_build_object('type', 'file', 'annotations', coalesce(f -> 'annotations', '{}') || '{"file": true}')
                                       ELSE f END ORDER BY o)
                   FROM jsonb_array_elements(d.fields) WITH ORDINALITY AS l(f, o))
  FROM portal.version AS v, jsonb_array_elements(v.columns) AS c
 WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid AND v.id = d.version_id AND c ->> 'name' = $3 AND c ->> 'type' = 'text'
   AND EXISTS (SELECT FROM jsonb_array_elements(d.fields) AS f WHERE f ->> 'name' = $3)
RETURNING d.id;
