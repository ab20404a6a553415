-- peer_put($1 uuid id, $2 uuid root, $3 text name, $4 text url, $5 boolean is_standin, $6 bytea sealed_key, $7 text organisation) -> id uuid; 1 row
-- class: global   lane: write   roles: web owner
-- The key is written and never read back here: web processes have no right to.
INSERT INTO portal.peer AS p (id, root_id, name, url, is_standin, sealed_key, organisation)
VALUES ($1::uuid, $2::uuid, coalesce($3, 'data.gouv.fr'), $4, $5::boolean, $6::bytea, $7)
ON CONFLICT (root_id, url) DO UPDATE
   SET name = coalesce($3, p.name), is_standin = $5::boolean, sealed_key = $6::bytea,
       organisation = coalesce($7, p.organisation), state = 'active', failures = 0, open_after = NULL, error = NULL
RETURNING p.id;
