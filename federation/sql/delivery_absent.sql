-- delivery_absent($1 uuid tenant, $2 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: worker
-- Whatever was delivered of a data set that may no longer travel is to be taken back, over links at rest as well.
UPDATE portal.delivery AS w
   SET wanted = 'absent', revision = d.revision, run_at = now(), attempts = 0, error = NULL,
       state = CASE WHEN w.state IN ('intent', 'sent') THEN w.state ELSE 'queued' END
  FROM portal.dataset AS d
  LEFT JOIN portal.version AS v ON v.id = d.version_id
 WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid AND w.source_tenant_id = d.tenant_id AND w.dataset_id = d.id
   AND w.wanted <> 'absent'
   AND (NOT d.is_origin OR d.state <> 'published' OR d.visibility <> 'open' OR v.state IS DISTINCT FROM 'ready'
        OR EXISTS (SELECT FROM portal.tombstone AS b
                    WHERE b.tenant_id = d.tenant_id AND b.dataset_id = d.id AND b.at >= d.metadata_processed));
