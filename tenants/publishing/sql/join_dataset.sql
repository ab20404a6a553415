-- join_dataset($1 uuid tenant, $2 text dataset_id, $3 uuid organisation) -> version uuid, columns jsonb, fields jsonb, named jsonb; 0 or 1 row
-- class: tenant   lane: fast   roles: worker owner
-- What a join may look up: published rows of this portal, open or of the sender's own organisation (absent: the whole
-- portal is theirs), and all of them: a copy that shows some rows only is left out. named: what is kept of it with the rows that are
-- taken now (0040_owed.sql).
SELECT v.id, v.columns, d.fields,
       jsonb_build_object('dataset', d.dataset_id, 'licence', (SELECT l.id FROM portal.licence AS l WHERE l.title_fr = d.metas #>> '{default,license}'),
                          'modified', to_char(d.data_processed AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'open', d.visibility = 'open',
                          'with', coalesce((SELECT portal.joins_all(c.joined) FROM portal.version_check AS c
                                             WHERE c.tenant_id = d.tenant_id AND c.version_id = d.version_id), portal.joins_owed(d.joined_credits)))
  FROM portal.dataset AS d
  JOIN portal.version AS v ON v.id = d.version_id AND v.state = 'ready'
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND d.state = 'published' AND d.row_filter IS NULL
   AND (d.visibility = 'open' OR $3::uuid IS NULL OR d.organisation_id = $3::uuid);
