-- mail_for_work($1 uuid tenant, $2 uuid id) -> recipient text, template text, path text, args jsonb, name text, host text, root_host text, lang text, is_old boolean; 0 or 1 row
-- class: tenant   lane: write   roles: worker
-- Old: three days of attempts are enough; who reads it then is misled.
SELECT m.recipient, m.template, m.path, m.args, t.name, h.host, rh.host, t.lang, m.created_at < now() - interval '3 days'
  FROM portal.mail AS m
  JOIN portal.tenant AS t ON t.id = m.tenant_id
  JOIN portal.tenant AS r ON r.root_id = t.root_id AND r.parent_id IS NULL
  JOIN portal.host AS h ON h.tenant_id = t.id AND h.canonical
  JOIN portal.host AS rh ON rh.tenant_id = r.id AND rh.canonical
 WHERE m.tenant_id = $1::uuid AND m.id = $2::uuid AND m.state = 'waiting';
