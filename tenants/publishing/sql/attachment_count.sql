-- attachment_count($1 uuid tenant, $2 uuid dataset) -> listed bigint, files bigint; 1 row
-- class: tenant   lane: fast   roles: web worker owner
SELECT count(*) FILTER (WHERE kind <> 'file'), count(*) FILTER (WHERE kind = 'file')
  FROM portal.attachment WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid;
