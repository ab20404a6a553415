-- migration_list() -> number int, checksum text; all that were applied, in order
-- class: global   lane: write   roles: owner
SELECT number, checksum
  FROM portal.migration
 ORDER BY number;
