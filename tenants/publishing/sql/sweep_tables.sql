-- sweep_tables() -> id text; at most 20 rows
-- class: global   lane: write   roles: worker
-- Tables of rows that no version knows. A table that is being loaded is not seen: its transaction is open.
SELECT DISTINCT substr(c.relname, 3)::uuid::text
  FROM pg_catalog.pg_class AS c
 WHERE c.relnamespace = 'data'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^[vw]_[0-9a-f]{32}$'
   AND NOT EXISTS (SELECT FROM portal.version AS v WHERE v.id = substr(c.relname, 3)::uuid)
 LIMIT 20;
