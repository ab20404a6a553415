-- check_open($1 uuid tenant, $2 uuid dataset, $3 uuid version) -> checked boolean, uncovered jsonb, schema_name text; 1 row
-- class: tenant   lane: write   roles: web worker owner
-- What was found in the version and no override of its dataset covers: [{"kind", "column", "count"}].
SELECT EXISTS (SELECT FROM portal.version_check AS c WHERE c.tenant_id = $1::uuid AND c.version_id = $3::uuid),
       (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('kind', f -> 'kind', 'column', f -> 'column')), '[]')
          FROM portal.version_check AS c, jsonb_array_elements(c.personal) AS f
         WHERE c.tenant_id = $1::uuid AND c.version_id = $3::uuid
           AND NOT EXISTS (SELECT FROM portal.check_override AS o, jsonb_array_elements(o.covers) AS x
                            WHERE o.tenant_id = $1::uuid AND o.dataset_id = $2::uuid AND o.revoked_at IS NULL
                              AND x -> 'kind' = f -> 'kind' AND x -> 'column' = f -> 'column')),
       (SELECT coalesce(d.conforms_to, c.schema_name) FROM portal.dataset AS d
          LEFT JOIN portal.version_check AS c ON c.tenant_id = d.tenant_id AND c.version_id = $3::uuid
         WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid);
