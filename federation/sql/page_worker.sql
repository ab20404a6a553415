-- page_worker() -> silent_s bigint; 1 row
-- class: global   lane: write   roles: web
SELECT extract(epoch FROM now() - max(at))::bigint FROM portal.heartbeat WHERE name = 'worker';
