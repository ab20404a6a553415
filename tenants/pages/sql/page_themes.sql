-- page_themes() -> title_fr text, title_en text; any rows
-- class: global   lane: fast   roles: web
SELECT title_fr, title_en FROM portal.theme ORDER BY code;
