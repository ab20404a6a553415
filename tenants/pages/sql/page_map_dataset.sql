-- page_map_dataset($1 uuid tenant) -> dataset_id text, title text; 0 or 1 row
-- class: tenant   lane: fast   roles: web
-- An open dataset that gives inhabitants by département: what the home page's map is coloured by.
SELECT d.dataset_id, d.metas #>> '{default,title}'
  FROM portal.dataset AS d
 WHERE d.tenant_id = $1::uuid AND d.state = 'published' AND d.visibility = 'open'
   AND d.fields @> '[{"name": "code_departement"}, {"name": "population", "type": "int"}]'
 ORDER BY d.records DESC, d.dataset_id
 LIMIT 1;
