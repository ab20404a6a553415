-- catalogue_page_nearest($1 uuid tenant, $2 text typed) -> words text; 0 or 1 row
-- class: tenant   lane: fast   roles: web
-- What was typed, each word that finds nothing replaced by the one spelt most like it; no row when none is. Only words of
-- open datasets, as they are written there.
SELECT string_agg(coalesce(better.word, asked.word), ' ' ORDER BY asked.n)
  FROM (SELECT w.word, w.n, data.bare(w.word) AS bare
          FROM regexp_split_to_table(lower(left($2, 200)), '[^[:alnum:]]+') WITH ORDINALITY AS w (word, n)
         WHERE w.word <> '' AND w.n <= 8) AS asked
  LEFT JOIN LATERAL (
      SELECT coalesce((SELECT lower(x.word)
                         FROM regexp_split_to_table(s.text, '[^[:alnum:]]+') AS x (word)
                        WHERE data.bare(x.word) = w.word LIMIT 1), w.word) AS word
        FROM portal.catalogue_word AS w
       CROSS JOIN LATERAL (
           SELECT concat_ws(' ', s.title, s.publisher, array_to_string(s.keyword || s.theme, ' '), s.description) AS text
             FROM portal.catalogue_search AS s
            WHERE s.tenant_id = $1::uuid AND s.is_open AND s.words @@ data.word(w.word, false) LIMIT 1) AS s
       WHERE w.tenant_id = $1::uuid AND length(asked.bare) >= 4 AND data.is_near(w.word, asked.bare, 2)
         AND NOT EXISTS (SELECT FROM portal.catalogue_search AS s
                          WHERE s.tenant_id = $1::uuid AND s.is_open
                            AND s.words @@ (data.asked(asked.word) || data.word(asked.word, true)))
       ORDER BY public.levenshtein(w.word, asked.bare), w.word LIMIT 1) AS better ON true
HAVING bool_or(better.word IS NOT NULL);
