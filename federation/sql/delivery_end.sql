-- delivery_end($1 uuid subscription) -> nothing
-- class: global   lane: write   roles: worker
-- A link that ends takes its copies with it.
UPDATE portal.delivery
   SET wanted = 'absent', run_at = now(), attempts = 0, error = NULL,
       state = CASE WHEN state IN ('intent', 'sent') THEN state ELSE 'queued' END
 WHERE subscription_id = $1::uuid AND wanted <> 'absent';
