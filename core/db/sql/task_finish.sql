-- task_finish($1 uuid id, $2 uuid token) -> id uuid; 0 or 1 row
-- class: global   lane: write   roles: worker
DELETE FROM portal.task WHERE id = $1::uuid AND lease_token = $2::uuid RETURNING id;
