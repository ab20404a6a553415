-- subscription_counts($1 uuid subscription) -> wanted bigint, done bigint, waiting bigint, parked bigint; 1 row
-- class: global   lane: write   roles: worker owner
SELECT count(*) FILTER (WHERE wanted = 'present'), count(*) FILTER (WHERE wanted = 'present' AND state = 'done'),
       count(*) FILTER (WHERE state IN ('queued', 'intent', 'sent', 'waiting')), count(*) FILTER (WHERE state = 'parked')
  FROM portal.delivery WHERE subscription_id = $1::uuid;
