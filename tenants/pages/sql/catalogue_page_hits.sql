-- catalogue_page_hits($1 uuid tenant, $2 text words, $3 text publishers, $4 text themes, $5 text licences, $6 text frequencies, $7 text territories, $8 text granularities, $9 text origins, $10 text sort, $11 bigint most, $12 bigint skip) -> dataset_id text, title text, description text, publisher text, is_origin boolean, frequency text, records bigint, license text, modified timestamptz, is_geo boolean, source text; any rows
-- class: tenant   lane: fast   roles: web
-- The hits are read again under the policy of portal.dataset.
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
SELECT s.dataset_id, s.title, s.description, s.publisher, s.is_origin, s.frequency, s.records_count, s.license, s.modified,
       'geo' = ANY (s.features), t.name
  FROM seen AS s
  JOIN portal.dataset AS d ON d.tenant_id = s.tenant_id AND d.id = s.id AND d.visibility = 'open' AND d.state = 'published'
  LEFT JOIN portal.tenant AS t ON t.id = d.source_tenant_id
 WHERE s.p AND s.t AND s.l AND s.f AND s.c AND s.g AND s.o
 ORDER BY CASE WHEN $10 = 'relevance' AND $2::text IS NOT NULL
               THEN ts_rank(s.words, data.typed($2)) END DESC NULLS LAST,
          CASE WHEN $10 = 'records' THEN s.records_count END DESC NULLS LAST,
          CASE WHEN $10 = 'title' THEN lower(public.unaccent(s.title)) END,
          CASE WHEN $10 = 'recent' OR $10 = 'relevance' THEN s.modified END DESC NULLS LAST,
          s.dataset_id
 LIMIT $11::bigint OFFSET $12::bigint;
