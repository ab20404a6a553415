-- catalogue_put($1 uuid tenant, $2 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- The flat row of a published dataset, made anew from what it is; its words, in their order so that two publications never wait for each other.
WITH put AS (
INSERT INTO portal.catalogue_search (tenant_id, id, dataset_id, is_open, is_origin, title, description, publisher, theme,
    keyword, license, language, frequency, territory, granularity, features, records_count, modified, published, words)
SELECT d.tenant_id, d.id, d.dataset_id, d.visibility = 'open', d.is_origin, m.title, m.description, m.publisher, m.theme,
       m.keyword, m.license, m.language, m.frequency, m.territory, m.granularity, m.features, d.records,
       coalesce(d.data_processed, now()), coalesce(d.published_at, now()),
       setweight(data.words(m.title), 'A') ||
       setweight(data.words(m.publisher, array_to_string(m.keyword || m.theme, ' ')), 'B') ||
       setweight(data.words(coalesce(m.description, '')), 'C') ||
       setweight(data.words(m.labels), 'D')
  FROM portal.dataset AS d
  CROSS JOIN LATERAL (
      SELECT coalesce(d.metas #>> '{default,title}', d.dataset_id) AS title,
             d.metas #>> '{default,description}' AS description,
             coalesce(d.metas #>> '{default,publisher}', '') AS publisher,
             ARRAY(SELECT jsonb_array_elements_text(coalesce(d.metas #> '{default,theme}', '[]'))) AS theme,
             ARRAY(SELECT jsonb_array_elements_text(coalesce(d.metas #> '{default,keyword}', '[]'))) AS keyword,
             d.metas #>> '{default,license}' AS license,
             coalesce(d.metas #>> '{default,language}', 'fr') AS language,
             d.metas #>> '{dcat,accrualperiodicity}' AS frequency,
             array_remove(ARRAY[d.metas #>> '{dcat,spatial}'], NULL) AS territory,
             d.metas #>> '{dcat,granularity}' AS granularity,
             ARRAY(SELECT f.feature FROM (VALUES
                 (1, 'analyze', ARRAY['int', 'double', 'decimal']), (2, 'timeserie', ARRAY['date', 'datetime']),
                 (3, 'geo', ARRAY['geo_point_2d', 'geo_shape'])) AS f (rank, feature, types)
              WHERE EXISTS (SELECT FROM jsonb_array_elements(d.fields) AS x WHERE x ->> 'type' = ANY (f.types))
              ORDER BY f.rank) AS features,
             coalesce((SELECT string_agg(x ->> 'label', ' ') FROM jsonb_array_elements(d.fields) AS x), '') AS labels
  ) AS m
 WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid AND d.state = 'published'
ON CONFLICT (tenant_id, id) DO UPDATE SET
    is_open = excluded.is_open, is_origin = excluded.is_origin, title = excluded.title, description = excluded.description,
    publisher = excluded.publisher, theme = excluded.theme, keyword = excluded.keyword, license = excluded.license,
    language = excluded.language, frequency = excluded.frequency, territory = excluded.territory,
    granularity = excluded.granularity, features = excluded.features, records_count = excluded.records_count,
    modified = excluded.modified, published = excluded.published, words = excluded.words
RETURNING *
)
INSERT INTO portal.catalogue_word (tenant_id, word)
SELECT put.tenant_id, w.lexeme FROM put, unnest(to_tsvector('data.plain', data.spaced(concat_ws(' ', put.title, put.publisher,
       array_to_string(put.keyword || put.theme, ' '), put.description)))) AS w
 WHERE length(w.lexeme) BETWEEN 3 AND 60 AND w.lexeme !~ '[0-9]' ORDER BY w.lexeme
ON CONFLICT DO NOTHING;
