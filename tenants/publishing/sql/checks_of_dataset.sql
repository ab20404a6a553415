-- checks_of_dataset($1 uuid tenant, $2 text dataset_id, $3 uuid organisation) -> id uuid, conforms_to text, checked boolean, schema jsonb, personal jsonb, uncovered jsonb, lacks jsonb, metas jsonb, rows bigint, version text, draft boolean, newest text, title text, published text, processed text, visibility text, advice jsonb, licence jsonb, described boolean; 0 or 1 row
-- class: tenant   lane: write   roles: web
-- Of the version that would be published next, else of the published one. lacks: attestations nobody gave for it.
SELECT d.id, d.conforms_to, c.version_id IS NOT NULL, c.report, c.personal,
       portal.uncovered(d.tenant_id, d.id, v.id, coalesce(dr.metas, d.metas) #>> '{default,license}'),
       (SELECT coalesce(jsonb_agg(k.kind), '[]') FROM (VALUES ('personal'), ('rights')) AS k (kind)
         WHERE NOT EXISTS (SELECT FROM portal.attestation AS a
                            WHERE a.tenant_id = d.tenant_id AND a.dataset_id = d.id AND a.kind = k.kind
                              AND (a.version_id = v.id OR (a.standing AND a.shape <> '' AND a.shape = c.shape)))),
       coalesce(dr.metas, d.metas), v.rows, c.schema_version, dr.version_id IS NOT NULL,
       (SELECT s.version FROM portal.schema AS s JOIN portal.tenant AS t ON t.id = d.tenant_id
         WHERE s.name = coalesce(d.conforms_to, c.schema_name) AND (s.root_id IS NULL OR s.root_id = t.root_id)
         ORDER BY string_to_array(s.version, '.')::int[] DESC LIMIT 1),
       coalesce(dr.metas, d.metas) #>> '{default,title}', to_char(d.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
       to_char(d.data_processed AT TIME ZONE 'UTC', 'YYYY-MM-DD'), d.visibility,
       (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('id', l.id, 'fr', l.title_fr, 'en', l.title_en)), '[]')
          FROM portal.licence_advice AS a
          JOIN portal.tenant AS t ON t.id = d.tenant_id AND t.root_id = a.root_id
          JOIN portal.theme AS th ON th.code = a.theme
          JOIN portal.licence AS l ON l.id = a.licence_id
         WHERE coalesce(dr.metas, d.metas) #> '{default,theme}' ? th.title_fr),
       (SELECT to_jsonb(l) FROM portal.licence AS l WHERE l.title_fr = coalesce(dr.metas, d.metas) #>> '{default,license}'),
       EXISTS (SELECT FROM jsonb_array_elements(CASE WHEN jsonb_array_length(coalesce(dr.fields, '[]')) > 0 THEN dr.fields ELSE d.fields END) AS f
                WHERE coalesce(f ->> 'description', '') <> '')
  FROM portal.dataset AS d
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
  LEFT JOIN portal.version AS v ON v.id = coalesce(dr.version_id, d.version_id)
  LEFT JOIN portal.version_check AS c ON c.tenant_id = d.tenant_id AND c.version_id = v.id
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND ($3::uuid IS NULL OR d.organisation_id = $3::uuid);
