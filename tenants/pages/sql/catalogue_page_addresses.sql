-- catalogue_page_addresses($1 uuid tenant) -> dataset_id text, modified timestamptz; any rows
-- class: tenant   lane: fast   roles: web
SELECT s.dataset_id, s.modified FROM portal.catalogue_search AS s
 WHERE s.tenant_id = $1::uuid AND s.is_open ORDER BY s.dataset_id LIMIT 49000;
