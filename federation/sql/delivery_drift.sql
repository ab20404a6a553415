-- delivery_drift($1 uuid target, $2 uuid subscription) -> nothing
-- class: tenant   lane: write   roles: worker
-- Copies that are not what the delivery says was done.
UPDATE portal.delivery AS w
   SET state = 'queued', run_at = now(), attempts = 0, fingerprint = NULL
 WHERE w.subscription_id = $2::uuid AND w.state = 'done'
   AND (w.wanted = 'present') <> EXISTS (
       SELECT FROM portal.dataset AS c
        WHERE c.tenant_id = $1::uuid AND c.source_tenant_id = w.source_tenant_id AND c.source_id = w.dataset_id
          AND c.state = 'published');
