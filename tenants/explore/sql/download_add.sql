-- download_add($1 uuid tenant, $2 jsonb rows) -> nothing
-- class: tenant   lane: write   roles: web
-- rows: [{id, exports, files}], of datasets that are still there; in their order, so that two processes never wait crosswise.
INSERT INTO portal.download AS o (tenant_id, dataset_id, month, exports, files)
SELECT d.tenant_id, d.id, date_trunc('month', now() AT TIME ZONE 'Europe/Paris')::date, r.exports, r.files
  FROM jsonb_to_recordset($2::jsonb) AS r (id uuid, exports bigint, files bigint)
  JOIN portal.dataset AS d ON d.tenant_id = $1::uuid AND d.id = r.id
 ORDER BY d.id
    ON CONFLICT (tenant_id, dataset_id, month) DO UPDATE SET exports = o.exports + excluded.exports, files = o.files + excluded.files;
