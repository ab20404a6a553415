-- migration_add($1 int number, $2 text name, $3 text checksum) -> nothing
-- class: global   lane: write   roles: owner
INSERT INTO portal.migration (number, name, checksum)
VALUES ($1, $2, $3);
