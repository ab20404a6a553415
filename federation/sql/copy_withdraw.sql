-- copy_withdraw($1 uuid target, $2 uuid id) -> nothing
-- class: tenant   lane: write   roles: worker
-- Without its version: nothing is left to read, and the rows may be dropped. Why it was hidden before stays.
UPDATE portal.dataset
   SET state = 'withdrawn', version_id = NULL, metas = '{}', fields = '[]', records = 0, raw_bytes = 0, row_filter = NULL, joined_credits = '[]',
       revision = revision + 1, withdrawn_at = coalesce(withdrawn_at, now()),
       withdrawn_reason = CASE WHEN state = 'withdrawn' THEN withdrawn_reason ELSE 'source' END
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
