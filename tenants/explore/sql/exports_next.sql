-- exports_next($1 uuid id, $2 uuid token, $3 integer turn, $4 integer done, $5 integer seconds) -> nothing
-- class: global   lane: write   roles: worker
-- Let go of, to be claimed again in so many seconds; at once and from the beginning where it was asked anew meanwhile.
UPDATE portal.task
   SET lease_until = NULL, lease_token = NULL, attempts = CASE WHEN attempts = $3::integer THEN $4::integer ELSE attempts END,
       run_at = CASE WHEN attempts = $3::integer THEN clock_timestamp() + make_interval(secs => $5::integer) ELSE run_at END
 WHERE id = $1::uuid AND lease_token = $2::uuid;
