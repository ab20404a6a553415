-- source_key() -> public text; 0 or 1 row
-- class: global   lane: write   roles: web worker owner
SELECT public::text FROM portal.source_key;
