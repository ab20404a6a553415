-- doctor_worker() -> seconds bigint; one row: since the worker's last sign of life; NULL: never
-- class: global   lane: write   roles: owner
SELECT extract(epoch FROM clock_timestamp() - max(at))::bigint AS seconds
  FROM portal.heartbeat
 WHERE name = 'worker';
