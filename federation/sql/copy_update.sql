-- copy_update($1 uuid target, $2 uuid id, $3 uuid organisation, $4 uuid version, $5 text row_filter, $6 jsonb metas, $7 jsonb fields, $8 text key_columns, $9 bigint records, $10 bigint raw_bytes, $11 timestamptz data_processed, $12 timestamptz metadata_processed, $13 jsonb credits, $14 text files) -> nothing
-- class: tenant   lane: write   roles: worker
-- Its portal may have closed its copy: that stays. One that was taken back is open again, as its source is.
UPDATE portal.dataset
   SET organisation_id = $3::uuid, version_id = $4::uuid, row_filter = $5, metas = $6::jsonb, fields = $7::jsonb,
       key_columns = $8::text[], records = $9::bigint, raw_bytes = $10::bigint, data_processed = $11::timestamptz,
       metadata_processed = $12::timestamptz, joined_credits = $13::jsonb, origin_files = $14::text IS NOT NULL,
       revision = revision + 1,
       visibility = CASE WHEN state = 'withdrawn' THEN 'open' ELSE visibility END,
       state = 'published', withdrawn_at = NULL, withdrawn_reason = NULL
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
