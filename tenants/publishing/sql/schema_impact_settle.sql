-- schema_impact_settle($1 uuid tenant, $2 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- The dataset's rows were read against the newer version, or it follows that schema no more, or is withdrawn.
UPDATE portal.schema_impact AS i
   SET settled_at = now(), settled_errors = CASE WHEN l.left_it THEN NULL ELSE l.errors END
  FROM (SELECT c.schema_errors AS errors, c.schema_name, c.schema_version,
               d.state = 'withdrawn' OR (d.conforms_to IS NOT NULL AND d.conforms_to <> x.schema_name)
                 OR (d.conforms_to IS NULL AND (x.declared OR c.schema_name IS DISTINCT FROM x.schema_name)) AS left_it, x.schema_name AS of
          FROM portal.dataset AS d
          JOIN portal.schema_impact AS x ON x.tenant_id = d.tenant_id AND x.dataset_id = d.id
          LEFT JOIN portal.version_check AS c ON c.tenant_id = d.tenant_id AND c.version_id = d.version_id
         WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid) AS l
 WHERE i.tenant_id = $1::uuid AND i.dataset_id = $2::uuid AND i.schema_name = l.of AND i.settled_at IS NULL
   AND (l.left_it OR (l.schema_name = i.schema_name AND string_to_array(l.schema_version, '.')::int[] >= string_to_array(i.version, '.')::int[]));
