-- outbox_dispatched($1 uuid id) -> nothing
-- class: global   lane: write   roles: worker
UPDATE portal.outbox SET dispatched_at = now() WHERE id = $1::uuid;
