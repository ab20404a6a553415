-- dataset_objects($1 uuid tenant, $2 text ids, $3 boolean all, $4 uuid organisation) -> dataset_id text, uid text, is_open boolean, fields jsonb, metas jsonb, records bigint, is_origin boolean, created text, issued text, modified text, processed text, source_host text, source_name text, parent_host text, extent float8[], attachments jsonb, left_out bigint, downloads bigint, credits jsonb, licence_text text; any rows
-- class: tenant   lane: write   roles: web
-- The data sets named by $2, a text[], in its order. Read anew under the policy: what the catalogue's flat rows say is
-- checked here. A frozen version hides its data set. credits: as portal.credits, which is called for the few that need it.
SELECT d.dataset_id, d.uid, d.visibility = 'open', d.fields, d.metas, d.records, d.is_origin,
       to_char(d.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
       to_char(d.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
       to_char(d.data_processed AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
       to_char(d.metadata_processed AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
       h.host, s.name, ph.host, v.extent,
       (SELECT jsonb_agg(to_jsonb(f) ORDER BY f.file_name, f.id) FROM portal.files_beside(d) AS f),
       d.left_out,
       (SELECT coalesce(sum(o.exports + o.files), 0)::bigint
          FROM portal.download AS o
         WHERE o.tenant_id = $1::uuid AND o.dataset_id = d.id),
       CASE WHEN NOT d.is_origin THEN d.joined_credits WHEN c.joined <> '[]' THEN portal.credits(d) ELSE '[]' END, portal.licence_text(d)
  FROM unnest($2::text[]) WITH ORDINALITY AS w (id, at)
  JOIN portal.dataset AS d ON d.tenant_id = $1::uuid AND d.dataset_id = w.id
  JOIN portal.version AS v ON v.id = d.version_id AND v.state = 'ready'
  LEFT JOIN portal.version_check AS c ON c.tenant_id = d.tenant_id AND c.version_id = d.version_id
  LEFT JOIN portal.tenant AS s ON s.id = d.source_tenant_id
  LEFT JOIN portal.host AS h ON h.tenant_id = d.source_tenant_id AND h.canonical
  LEFT JOIN portal.tenant AS me ON me.id = d.tenant_id
  LEFT JOIN portal.host AS ph ON ph.tenant_id = me.parent_id AND ph.canonical
 WHERE d.state = 'published'
   AND (d.visibility = 'open' OR ($3::boolean AND ($4::uuid IS NULL OR d.organisation_id = $4::uuid)))
 ORDER BY w.at;
