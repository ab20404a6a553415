-- peer_ill($1 uuid peer, $2 int wait_ms, $3 text error, $4 boolean stop) -> nothing
-- class: global   lane: write   roles: worker
-- The breaker opens at the fifth failure, or at once where the peer names a time; a refused key stops all calls.
UPDATE portal.peer
   SET failures = failures + 1, busy_until = NULL, error = $3,
       open_after = CASE WHEN $2::integer > 0 THEN now() + $2::integer * interval '1 millisecond'
                         WHEN failures >= 4 THEN now() + least(3600, 2 ^ least(failures, 11)) * interval '1 second'
                         ELSE open_after END,
       state = CASE WHEN $4::boolean THEN 'stopped' ELSE state END
 WHERE id = $1::uuid;
