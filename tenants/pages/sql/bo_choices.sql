-- bo_choices($1 text lang) -> kind text, value text, label text; any rows
-- class: global   lane: fast   roles: web
-- Licences and themes, as the description's lists offer them.
SELECT kind, value, label
  FROM (SELECT 'licence' AS kind, title_fr AS value, CASE $1 WHEN 'en' THEN title_en ELSE title_fr END AS label,
               NOT homologated AS last FROM portal.licence
        UNION ALL
        SELECT 'theme', title_fr, CASE $1 WHEN 'en' THEN title_en ELSE title_fr END, false FROM portal.theme) AS c
 ORDER BY kind, last, label;
