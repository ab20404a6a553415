-- joined_list($1 uuid tenant, $2 text dataset_id, $3 uuid organisation, $4 uuid review) -> dataset text, licence_fr text, licence_en text, share_alike boolean, agrees boolean, publisher text, title text, modified text, licence text; any rows
-- class: tenant   lane: write   roles: web
-- What the rows of the next version, else of the published one, were joined with. Licence and date are those they were taken
-- with; agrees: the dataset carries it too. What the credit line is made of (from publisher on) follows the rule of join_dataset.sql: of a
-- dataset that whoever asks may not look up, nothing. dataset_id absent: the dataset that the review is about.
SELECT j ->> 'dataset', l.title_fr, l.title_en, coalesce(l.share_alike, false),
       l.title_fr IS NOT DISTINCT FROM coalesce(dr.metas, d.metas) #>> '{default,license}',
       o.metas #>> '{default,publisher}', o.metas #>> '{default,title}',
       coalesce(j ->> 'modified', to_char(o.data_processed AT TIME ZONE 'UTC', 'YYYY-MM-DD')), coalesce(l.title_fr, o.metas #>> '{default,license}')
  FROM portal.dataset AS d
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
  JOIN portal.version_check AS c ON c.tenant_id = d.tenant_id AND c.version_id = coalesce(dr.version_id, d.version_id)
 CROSS JOIN jsonb_array_elements(c.joined) AS j
  LEFT JOIN portal.licence AS l ON l.id = j ->> 'licence'
  LEFT JOIN portal.dataset AS o ON o.tenant_id = d.tenant_id AND o.dataset_id = j ->> 'dataset' AND o.state = 'published'
        AND o.row_filter IS NULL AND (o.visibility = 'open' OR $3::uuid IS NULL OR o.organisation_id = $3::uuid)
 WHERE d.tenant_id = $1::uuid
   AND d.id = (SELECT n.id FROM portal.dataset AS n WHERE n.tenant_id = $1::uuid AND n.dataset_id = $2
                UNION ALL SELECT r.dataset_id FROM portal.review AS r WHERE r.tenant_id = $1::uuid AND r.id = $4::uuid)
   AND ($3::uuid IS NULL OR d.organisation_id = $3::uuid)
 ORDER BY 1, 2;
