-- bo_choices($1 text lang) -> kind text, value text, label text, id text; any rows
-- class: global   lane: fast   roles: web
-- Licences and themes, as the description's lists offer them; the usual licence first, else by the alphabet whatever the accents.
SELECT kind, value, label, id
  FROM (SELECT 'licence' AS kind, title_fr AS value, CASE $1 WHEN 'en' THEN title_en ELSE title_fr END AS label, id,
               CASE WHEN id = 'lov2' THEN 0 WHEN homologated THEN 1 ELSE 2 END AS rank FROM portal.licence
        UNION ALL
        SELECT 'theme', title_fr, CASE $1 WHEN 'en' THEN title_en ELSE title_fr END, code, 0 FROM portal.theme) AS c
 ORDER BY kind, rank, data.bare(label);
