-- 0020 keys: what takes the place of an API key, and what the worker reads of keys to tell of their end.
-- Forward only. Runs in one transaction. Locks: portal.api_key, for a moment.
-- Keys made before go on without an end, until they are renewed.
ALTER TABLE portal.api_key ADD COLUMN renewed_by uuid;  -- the key that takes its place; it lives on for a week beside it
GRANT SELECT (tenant_id, id, account_id, label, created_at, expires_at, revoked_at, renewed_by) ON portal.api_key TO terrasse_worker;
