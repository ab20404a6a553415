-- version_insert($1 uuid id, $2 jsonb columns, $3 bigint rows, $4 bigint bytes) -> nothing
-- class: global   lane: write   roles: worker
-- In the transaction that made and filled its table: ready, or not there at all.
INSERT INTO portal.version (id, columns, rows, bytes, state)
VALUES ($1::uuid, $2::jsonb, $3::bigint, $4::bigint, 'ready');
