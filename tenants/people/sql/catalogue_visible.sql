-- catalogue_visible($1 uuid tenant, $2 boolean all, $3 uuid organisation) -> _id bigint, c1 text and so on: the columns of grant_catalogue; any rows
-- class: tenant   lane: write   roles: web
-- What a catalogue's questions stand on (FROM of what the query compiler writes). all: closed data sets too,
-- of one organisation when it is given. _id: the newest first, a hash of the name between equals.
SELECT (4102444800000 - floor(extract(epoch FROM c.modified) * 1000))::bigint * 1000000
           + abs(hashtext(c.dataset_id) % 1000000) AS _id,
       c.dataset_id AS c1, c.title AS c2, c.description AS c3, c.publisher AS c4,
       nullif(array_to_string(c.theme, E'\x1f'), '') AS c5, nullif(array_to_string(c.keyword, E'\x1f'), '') AS c6,
       c.license AS c7, c.language AS c8, nullif(array_to_string(c.features, E'\x1f'), '') AS c9,
       c.records_count AS c10, c.modified AS c11, c.frequency AS c12,
       nullif(array_to_string(c.territory, E'\x1f'), '') AS c13, c.granularity AS c14, c.published AS c15,
       NOT c.is_origin AS c16, c.records_count > 0 AS c17, CASE WHEN c.is_open THEN 'domain' ELSE 'restricted' END AS c18,
       c.words
  FROM portal.catalogue_search AS c
 WHERE c.tenant_id = $1::uuid
   AND (c.is_open OR ($2::boolean AND ($3::uuid IS NULL OR EXISTS (
           SELECT FROM portal.dataset AS d
            WHERE d.tenant_id = c.tenant_id AND d.id = c.id AND d.organisation_id = $3::uuid))));
