-- licence_advice_list($1 uuid tenant) -> theme text, title_fr text, title_en text, licence_id text, licence_fr text, licence_en text; any
-- class: global   lane: write   roles: web worker
SELECT t.code, t.title_fr, t.title_en, l.id, l.title_fr, l.title_en
  FROM portal.theme AS t
  JOIN portal.tenant AS p ON p.id = $1::uuid
  LEFT JOIN portal.licence_advice AS a ON a.root_id = p.root_id AND a.theme = t.code
  LEFT JOIN portal.licence AS l ON l.id = a.licence_id
 ORDER BY public.unaccent(t.title_fr);
