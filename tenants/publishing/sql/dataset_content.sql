-- dataset_content($1 uuid tenant, $2 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- Counted anew: every file that stands beside the rows (R59), each time it stands there.
UPDATE portal.dataset
   SET revision = revision + 1, metadata_processed = now(),
       content_bytes = (SELECT coalesce(sum(size_bytes), 0) FROM portal.attachment WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid)
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
