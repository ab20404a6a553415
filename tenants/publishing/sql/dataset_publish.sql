-- dataset_publish($1 uuid tenant, $2 uuid id, $3 uuid version, $4 jsonb metas, $5 jsonb fields, $6 bigint records, $7 bigint bytes, $8 boolean data_changed) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- Creation, change and publication dates are three facts (R39); what was left out is set here.
UPDATE portal.dataset
   SET version_id = $3::uuid, metas = $4::jsonb, fields = $5::jsonb, records = $6::bigint, raw_bytes = $7::bigint,
       state = 'published', revision = revision + 1, withdrawn_at = NULL, withdrawn_reason = NULL,
       published_at = coalesce(published_at, now()),
       data_processed = CASE WHEN $8::boolean OR data_processed IS NULL THEN now() ELSE data_processed END,
       metadata_processed = now()
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
