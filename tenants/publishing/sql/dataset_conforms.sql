-- dataset_conforms($1 uuid tenant, $2 text dataset_id, $3 text name, $4 uuid organisation) -> id uuid, state text; 0 or 1 row
-- class: tenant   lane: write   roles: web worker owner
-- name absent: it follows none. No row: no such dataset, or no such schema in this region.
UPDATE portal.dataset AS d
   SET conforms_to = $3, revision = d.revision + 1,
       conforms_told = (SELECT s.version FROM portal.schema AS s JOIN portal.tenant AS t ON t.id = $1::uuid
                         WHERE s.name = $3 AND (s.root_id IS NULL OR s.root_id = t.root_id)
                         ORDER BY string_to_array(s.version, '.')::int[] DESC LIMIT 1)
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND d.is_origin AND ($4::uuid IS NULL OR d.organisation_id = $4::uuid)
   AND ($3::text IS NULL OR EXISTS (SELECT FROM portal.schema AS s JOIN portal.tenant AS t ON t.id = $1::uuid
                                     WHERE s.name = $3 AND (s.root_id IS NULL OR s.root_id = t.root_id)))
RETURNING d.id, d.state;
