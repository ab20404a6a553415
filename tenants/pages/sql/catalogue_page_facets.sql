-- catalogue_page_facets($1 uuid tenant, $2 text words, $3 text publishers, $4 text themes, $5 text licences, $6 text frequencies, $7 text territories, $8 text granularities, $9 text origins) -> facet text, value text, n bigint, records numeric; any rows
-- class: tenant   lane: fast   roles: web
-- Chosen values come joined by U+001F; absent: all. Each facet counts under the others' choices, not its own.
WITH seen AS (
    SELECT s.*,
($3::text IS NULL OR s.publisher = ANY (string_to_array($3, chr(31)))) AS p,
           ($4::text IS NULL OR s.theme && string_to_array($4, chr(31))) AS t,
           ($5::text IS NULL OR s.license = ANY (string_to_array($5, chr(31)))) AS l,
           ($6::text IS NULL OR s.frequency = ANY (string_to_array($6, chr(31)))) AS f,
           ($7::text IS NULL OR s.territory && string_to_array($7, chr(31))) AS c,
           ($8::text IS NULL OR s.granularity = ANY (string_to_array($8, chr(31)))) AS g,
           ($9::text IS NULL OR CASE WHEN s.is_origin THEN 'here' ELSE 'copy' END = ANY (string_to_array($9, chr(31)))) AS o
      FROM portal.catalogue_search AS s
     WHERE s.tenant_id = $1::uuid AND s.is_open
       AND ($2::text IS NULL OR s.words @@ data.typed($2))
)
SELECT 'total', NULL, count(*), coalesce(sum(records_count), 0) FROM seen WHERE p AND t AND l AND f AND c AND g AND o
UNION ALL SELECT 'publisher', publisher, count(*), NULL FROM seen WHERE t AND l AND f AND c AND g AND o GROUP BY 2
UNION ALL SELECT 'theme', x, count(*), NULL FROM seen, unnest(theme) AS x WHERE p AND l AND f AND c AND g AND o GROUP BY 2
UNION ALL SELECT 'license', license, count(*), NULL FROM seen WHERE p AND t AND f AND c AND g AND o GROUP BY 2
UNION ALL SELECT 'frequency', frequency, count(*), NULL FROM seen WHERE p AND t AND l AND c AND g AND o GROUP BY 2
UNION ALL SELECT 'territory', x, count(*), NULL FROM seen, unnest(territory) AS x WHERE p AND t AND l AND f AND g AND o GROUP BY 2
UNION ALL SELECT 'granularity', granularity, count(*), NULL FROM seen WHERE p AND t AND l AND f AND c AND o GROUP BY 2
UNION ALL SELECT 'origin', CASE WHEN is_origin THEN 'here' ELSE 'copy' END, count(*), NULL
            FROM seen WHERE p AND t AND l AND f AND c AND g GROUP BY 2
ORDER BY 1, 3 DESC, 2;
