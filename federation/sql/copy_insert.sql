-- copy_insert($1 uuid target, $2 uuid id, $3 text dataset_id, $4 text uid, $5 text identifier, $6 uuid organisation, $7 uuid source_tenant, $8 uuid source, $9 uuid version, $10 text row_filter, $11 jsonb metas, $12 jsonb fields, $13 text key_columns, $14 bigint records, $15 bigint raw_bytes, $16 timestamptz published, $17 timestamptz data_processed, $18 timestamptz metadata_processed, $19 jsonb credits, $20 text files, $21 timestamptz created) -> nothing
-- class: tenant   lane: write   roles: worker
-- The same rows, open as its source is, dated as its source; charged to nobody.
INSERT INTO portal.dataset (tenant_id, id, dataset_id, uid, identifier, organisation_id, visibility, state, is_origin,
    source_tenant_id, source_id, version_id, row_filter, metas, fields, key_columns, records, raw_bytes, published_at, opened_at,
    data_processed, metadata_processed, joined_credits, origin_files, created_at)
VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6::uuid, 'open', 'published', false, $7::uuid, $8::uuid, $9::uuid, $10, $11::jsonb,
    $12::jsonb, $13::text[], $14::bigint, $15::bigint, $16::timestamptz, now(), $17::timestamptz, $18::timestamptz, $19::jsonb, $20::text IS NOT NULL, $21::timestamptz);
