-- catalogue_page_nearest($1 uuid tenant, $2 text word) -> word text; 0 or 1 row
-- class: tenant   lane: fast   roles: web
-- Of the words of titles, keywords and producers, the one spelt most like what was typed.
SELECT w.word
  FROM (SELECT DISTINCT lower(x) AS word
          FROM portal.catalogue_search AS s,
               regexp_split_to_table(s.title || ' ' || s.publisher || ' ' || array_to_string(s.keyword, ' '), '[^[:alnum:]]+') AS x
         WHERE s.tenant_id = $1::uuid AND s.is_open AND length(x) >= 4) AS w
 WHERE public.similarity(public.unaccent(w.word), public.unaccent(lower($2))) > 0.3
 ORDER BY public.similarity(public.unaccent(w.word), public.unaccent(lower($2))) DESC, w.word
 LIMIT 1;
