-- delivery_put($1 uuid tenant, $2 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: worker
-- One row for every link that carries this data set, if it may travel at all: an origin, published, open, its rows ready,
-- and not withdrawn since. National: its own link before its portal's, its portal's before the region's; the region sends
-- what stands on its portal. The link that brought it there once keeps it.
WITH source AS (
    SELECT d.id, d.revision
      FROM portal.dataset AS d
      JOIN portal.version AS v ON v.id = d.version_id AND v.state = 'ready'
     WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid AND d.is_origin AND d.state = 'published' AND d.visibility = 'open'
       AND NOT EXISTS (SELECT FROM portal.tombstone AS b
                        WHERE b.tenant_id = d.tenant_id AND b.dataset_id = d.id AND b.at >= d.metadata_processed)
), national AS (
    SELECT DISTINCT ON (s.peer_id) s.id, s.peer_id
      FROM portal.tenant AS t
      JOIN portal.tenant AS r ON r.root_id = t.root_id AND r.parent_id IS NULL
      JOIN portal.subscription AS s ON s.root_id = t.root_id AND s.kind = 'national' AND s.state = 'active'
       AND (s.dataset_id IS NULL OR s.dataset_id = $2::uuid)
       AND (s.source_tenant_id = t.id OR s.source_tenant_id = r.id AND EXISTS (
               SELECT FROM portal.subscription AS up
                WHERE up.kind = 'upward' AND up.state = 'active' AND up.source_tenant_id = t.id
                  AND up.target_tenant_id = r.id AND (up.dataset_id IS NULL OR up.dataset_id = $2::uuid)))
     WHERE t.id = $1::uuid
     ORDER BY s.peer_id, s.source_tenant_id = t.id DESC, s.dataset_id IS NOT NULL DESC, s.id
), routes AS (
    SELECT s.id, NULL::uuid AS peer_id
      FROM portal.subscription AS s
     WHERE s.kind <> 'national' AND s.state = 'active' AND s.source_tenant_id = $1::uuid
       AND (s.dataset_id IS NULL OR s.dataset_id = $2::uuid)
     UNION ALL
    SELECT coalesce(old.subscription_id, n.id), n.peer_id
      FROM national AS n
      LEFT JOIN portal.delivery AS old ON old.peer_id = n.peer_id AND old.dataset_id = $2::uuid
)
INSERT INTO portal.delivery AS w (subscription_id, dataset_id, source_tenant_id, peer_id, wanted, revision)
SELECT routes.id, source.id, $1::uuid, routes.peer_id, 'present', source.revision
  FROM routes CROSS JOIN source
ON CONFLICT (subscription_id, dataset_id) DO UPDATE
   SET wanted = 'present', revision = excluded.revision,
       state = CASE WHEN w.state IN ('intent', 'sent', 'waiting') THEN w.state ELSE 'queued' END,
       run_at = CASE WHEN w.state IN ('done', 'parked') THEN now() ELSE w.run_at END,
       attempts = CASE WHEN w.state IN ('done', 'parked') THEN 0 ELSE w.attempts END,
       error = CASE WHEN w.state = 'parked' THEN NULL ELSE w.error END
 WHERE w.revision <> excluded.revision OR w.wanted <> 'present';
