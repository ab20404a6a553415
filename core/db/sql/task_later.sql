-- task_later($1 uuid id, $2 uuid token, $3 integer seconds, $4 text error) -> nothing
-- class: global   lane: write   roles: worker
UPDATE portal.task
   SET run_at = clock_timestamp() + make_interval(secs => $3::integer), lease_until = NULL, lease_token = NULL, error = $4
 WHERE id = $1::uuid AND lease_token = $2::uuid;
