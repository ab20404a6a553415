-- task_hold($1 uuid id, $2 uuid token) -> id uuid; 0 or 1 row
-- class: global   lane: write   roles: worker
-- The fence: no row, and somebody else has the task. The lock lasts as long as this transaction.
SELECT id FROM portal.task WHERE id = $1::uuid AND lease_token = $2::uuid FOR UPDATE;
