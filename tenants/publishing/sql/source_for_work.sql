-- source_for_work($1 uuid tenant, $2 uuid dataset) -> url text, secret text, every_min int, active boolean, etag text, last_modified text, hash text, failures int, dataset_id text, upload_failed boolean, other_draft boolean; 0 or 1 row
-- class: tenant   lane: write   roles: worker
-- other_draft: a person prepares something for this dataset. upload_failed: the last file could not be read.
SELECT s.url, s.secret::text, s.every_min, s.active AND d.state <> 'withdrawn' AND d.is_origin, s.etag, s.last_modified, s.hash, s.failures, d.dataset_id,
       coalesce(u.state = 'failed', false), dr.dataset_id IS NOT NULL AND (dr.upload_id IS NULL OR dr.upload_id IS DISTINCT FROM s.upload_id)
  FROM portal.source AS s
  JOIN portal.dataset AS d ON d.tenant_id = s.tenant_id AND d.id = s.dataset_id
  LEFT JOIN portal.upload AS u ON u.tenant_id = s.tenant_id AND u.id = s.upload_id
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
 WHERE s.tenant_id = $1::uuid AND s.dataset_id = $2::uuid;
