-- doctor_extensions() -> lacking text; one row; NULL: nothing lacks
-- class: global   lane: write   roles: owner
SELECT string_agg(n.what, ', ') AS lacking
  FROM (SELECT w.what FROM unnest(ARRAY['postgis', 'unaccent', 'pg_trgm', 'fuzzystrmatch']) AS w (what)
         WHERE NOT EXISTS (SELECT 1 FROM pg_extension x WHERE x.extname = w.what)
        UNION ALL
        SELECT w.what FROM unnest(ARRAY['portal', 'data']) AS w (what)
         WHERE NOT EXISTS (SELECT 1 FROM pg_namespace s WHERE s.nspname = w.what)) AS n;
