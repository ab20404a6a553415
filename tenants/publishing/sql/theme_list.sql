-- theme_list() -> code text, title_fr text, title_en text; any rows
-- class: global   lane: fast   roles: web worker owner
SELECT code, title_fr, title_en FROM portal.theme ORDER BY title_fr;
