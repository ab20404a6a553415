-- check_open($1 uuid tenant, $2 uuid dataset, $3 uuid version, $4 boolean next) -> checked boolean, uncovered jsonb, schema_name text; 1 row
-- class: tenant   lane: write   roles: web worker owner
-- What was found in the version and no override of its dataset covers: [{"kind", "column"}]. next: under the licence that the
-- draft says; otherwise under the published one.
SELECT EXISTS (SELECT FROM portal.version_check AS c WHERE c.tenant_id = $1::uuid AND c.version_id = $3::uuid),
       portal.uncovered($1::uuid, $2::uuid, $3::uuid,
                        (SELECT CASE WHEN $4::boolean THEN coalesce(dr.metas, d.metas) ELSE d.metas END #>> '{default,license}'
                           FROM portal.dataset AS d
                           LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
                          WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid)),
       (SELECT coalesce(d.conforms_to, c.schema_name) FROM portal.dataset AS d
          LEFT JOIN portal.version_check AS c ON c.tenant_id = d.tenant_id AND c.version_id = $3::uuid
         WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid);
