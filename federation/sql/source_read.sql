-- source_read($1 uuid tenant, $2 uuid dataset) -> travels boolean, dataset_id text, identifier text, version_id uuid, metas jsonb, fields jsonb, key_columns text, records bigint, raw_bytes bigint, revision bigint, created_at timestamptz, published_at timestamptz, opened_at timestamptz, data_processed timestamptz, metadata_processed timestamptz, organisation text, siren text, slug text, portal text, host text, uid text, root text, licence text, insee text, tenant_siren text, columns jsonb, files text, credits jsonb, beside jsonb; 0 or 1 row
-- class: tenant   lane: write   roles: worker
-- The latest state, behind source_hold. files: a digest of what its copies show. beside: what stands beside its rows.
SELECT d.is_origin AND d.state = 'published' AND d.visibility = 'open' AND v.state IS NOT DISTINCT FROM 'ready'
       AND NOT EXISTS (SELECT FROM portal.tombstone AS b
                        WHERE b.tenant_id = d.tenant_id AND b.dataset_id = d.id AND b.at >= d.metadata_processed),
       d.dataset_id, d.identifier, d.version_id, d.metas, d.fields, d.key_columns, d.records, d.raw_bytes, d.revision,
       d.created_at, d.published_at, d.opened_at, d.data_processed, d.metadata_processed, o.name, o.siren, t.slug, t.name, h.host, d.id, r.name,
       (SELECT l.id FROM portal.licence AS l
         WHERE d.metas #>> '{default,license}' IN (l.title_fr, l.title_en, l.id) ORDER BY l.id LIMIT 1), t.insee, t.siren, v.columns,
       (SELECT md5(string_agg(jsonb_build_array(a.kind, a.id, a.title, a.hash, k.width)::text, '' ORDER BY a.kind, a.id COLLATE "C"))
          FROM portal.attachment AS a
          JOIN portal.content AS k ON k.tenant_id = a.tenant_id AND k.hash = a.hash
         WHERE a.tenant_id = d.tenant_id AND a.dataset_id = d.id),
       portal.credits(d),
       (SELECT jsonb_agg(jsonb_build_object('kind', a.kind, 'id', a.id, 'title', a.title, 'name', a.file_name, 'type', a.mimetype,
                                            'size', a.size_bytes, 'hash', a.hash) ORDER BY a.kind, a.created_at, a.id COLLATE "C")
          FROM portal.attachment AS a
         WHERE a.tenant_id = d.tenant_id AND a.dataset_id = d.id AND a.kind <> 'file')
  FROM portal.dataset AS d
  JOIN portal.organisation AS o ON o.tenant_id = d.tenant_id AND o.id = d.organisation_id
  JOIN portal.tenant AS t ON t.id = d.tenant_id
  JOIN portal.root AS r ON r.id = t.root_id
  JOIN portal.host AS h ON h.tenant_id = t.id AND h.canonical
  LEFT JOIN portal.version AS v ON v.id = d.version_id
 WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid;
