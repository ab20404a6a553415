-- catalogue_page_highlights($1 uuid tenant, $2 text ids) -> dataset_id text, title text, description text, publisher text, is_origin boolean, frequency text, records bigint, license text, modified timestamptz, is_geo boolean, source text; any rows
-- class: tenant   lane: fast   roles: web
-- Those of the front page in the order that was chosen; one that is not open any more is left out. As catalogue_page_hits.
SELECT s.dataset_id, s.title, s.description, s.publisher, s.is_origin, s.frequency, s.records_count, s.license, s.modified,
       'geo' = ANY (s.features), t.name
  FROM unnest(string_to_array($2, chr(31))) WITH ORDINALITY AS x (dataset_id, n)
  JOIN portal.catalogue_search AS s ON s.tenant_id = $1::uuid AND s.dataset_id = x.dataset_id AND s.is_open
  JOIN portal.dataset AS d ON d.tenant_id = s.tenant_id AND d.id = s.id AND d.visibility = 'open' AND d.state = 'published'
  LEFT JOIN portal.tenant AS t ON t.id = d.source_tenant_id
 ORDER BY x.n
 LIMIT 6;
