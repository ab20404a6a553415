-- licence_list() -> id text, title_fr text, url text, title_en text, homologated boolean; any rows
-- class: global   lane: fast   roles: web worker owner
SELECT id, title_fr, url, title_en, homologated FROM portal.licence ORDER BY homologated DESC, title_fr;
