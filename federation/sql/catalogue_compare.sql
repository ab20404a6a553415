-- catalogue_compare($1 uuid target, $2 uuid source_tenant, $3 uuid source, $4 uuid version, $5 jsonb metas, $6 jsonb fields, $7 text key_columns, $8 bigint records, $9 text row_filter, $10 timestamptz data_processed, $11 jsonb credits) -> what text; 0 or 1 row
-- class: tenant   lane: write   roles: worker
-- In what a copy differs from its source as it should stand there, its line in the catalogue included; empty: in nothing.
SELECT concat_ws(',',
           CASE WHEN c.state <> 'published' THEN 'state' END,
           CASE WHEN c.version_id IS DISTINCT FROM $4::uuid THEN 'rows' END,
           CASE WHEN c.records <> $8::bigint THEN 'count' END,
           CASE WHEN c.metas <> $5::jsonb THEN 'description' END,
           CASE WHEN c.fields <> $6::jsonb OR c.key_columns <> $7::text[] THEN 'columns' END,
           CASE WHEN c.row_filter IS DISTINCT FROM $9 THEN 'filter' END,
           CASE WHEN c.data_processed IS DISTINCT FROM $10::timestamptz THEN 'date' END,
           CASE WHEN c.joined_credits <> $11::jsonb THEN 'credits' END,
           CASE WHEN NOT EXISTS (SELECT FROM portal.catalogue_search AS k
                                  WHERE k.tenant_id = $1::uuid AND k.id = c.id AND k.is_open = (c.visibility = 'open')
                                    AND k.records_count = $8::bigint
                                    AND k.title = coalesce($5::jsonb #>> '{default,title}', c.dataset_id)) THEN 'catalogue' END)
  FROM portal.dataset AS c
 WHERE c.tenant_id = $1::uuid AND NOT c.is_origin AND c.source_tenant_id = $2::uuid AND c.source_id = $3::uuid;
