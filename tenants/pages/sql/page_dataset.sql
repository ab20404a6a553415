-- page_dataset($1 uuid tenant, $2 text dataset_id) -> metas jsonb, fields jsonb, records bigint, raw_bytes bigint, is_origin boolean, identifier text, created_at timestamptz, published_at timestamptz, data_processed timestamptz, organisation text, organisation_url text, source_name text, source_host text, visibility text, uid text, extent float8[], left_out bigint, downloads bigint, credits jsonb, files jsonb, licence_text text; 0 or 1 row
-- class: tenant   lane: fast   roles: web
-- credits: what the credit lines of the datasets it was joined with are made of. files: what stands beside its rows.
SELECT d.metas, d.fields, d.records, v.bytes, d.is_origin, d.identifier, d.created_at, d.published_at, d.data_processed, o.name, o.url,
       t.name, h.host, d.visibility, d.uid, v.extent, d.left_out,
       (SELECT coalesce(sum(x.exports + x.files), 0)::bigint FROM portal.download AS x WHERE x.tenant_id = d.tenant_id AND x.dataset_id = d.id),
       portal.credits(d), (SELECT jsonb_agg(to_jsonb(f) ORDER BY f.file_name, f.id) FROM portal.files_beside(d) AS f), portal.licence_text(d)
  FROM portal.dataset AS d
  JOIN portal.organisation AS o ON o.tenant_id = d.tenant_id AND o.id = d.organisation_id
  JOIN portal.version AS v ON v.id = d.version_id
  LEFT JOIN portal.tenant AS t ON t.id = d.source_tenant_id
  LEFT JOIN portal.host AS h ON h.tenant_id = t.id AND h.canonical
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND d.state = 'published';
