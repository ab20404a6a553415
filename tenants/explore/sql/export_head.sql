-- export_head($1 uuid tenant, $2 text dataset_id) -> license_url text, processed bigint, described bigint, publisher text, title text, license text, modified text, credits jsonb; 0 or 1 row
-- class: tenant   lane: fast   roles: web
-- processed: seconds since 1970, of the last change of the rows; described: of rows or description.
SELECT metas #>> '{default,license_url}', floor(extract(epoch FROM data_processed))::bigint,
       floor(extract(epoch FROM greatest(data_processed, metadata_processed)))::bigint,
       metas #>> '{default,publisher}', metas #>> '{default,title}', metas #>> '{default,license}',
       to_char(data_processed AT TIME ZONE 'UTC', 'YYYY-MM-DD'), portal.credits(d)
  FROM portal.dataset AS d WHERE tenant_id = $1::uuid AND dataset_id = $2;
