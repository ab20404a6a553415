-- dataset_to_grant($1 uuid tenant, $2 text dataset_id) -> id uuid, is_open boolean, organisation_id uuid, version_id uuid, columns jsonb, fields jsonb, records bigint, revision bigint, row_filter text, text_index boolean, files text, files_of uuid; 0 or 1 row
-- class: tenant   lane: fast   roles: web
-- A frozen version is refused whoever asks: one UPDATE withdraws every copy. The files that cells of a copy name are its origin's.
-- A file: the first 16 digits of its id, the 64 of its hash, then what its thumbnail stands for: width and height in four hex digits
-- each, orientation, six digits a colour, or as many '-' as are missing of three.
SELECT d.id, d.visibility = 'open', d.organisation_id, d.version_id, v.columns, d.fields, d.records, d.revision, d.row_filter,
       v.text_index,
       CASE WHEN NOT d.fields @? '$[*].annotations ? (@.file == true)' THEN NULL
            WHEN d.is_origin THEN
       (SELECT string_agg(left(a.id, 16) || a.hash || coalesce(lpad(to_hex(k.width), 4, '0') || lpad(to_hex(k.height), 4, '0') || k.orientation, '000000000')
                          || rpad(coalesce(k.colours, ''), 18, '-'),
                          '' ORDER BY a.id COLLATE "C")
          FROM portal.attachment AS a
          JOIN portal.content AS k ON k.tenant_id = a.tenant_id AND k.hash = a.hash
         WHERE a.tenant_id = d.tenant_id AND a.dataset_id = d.id AND a.kind = 'file' AND a.mimetype <> 'application/octet-stream')
            ELSE
       (SELECT string_agg(left(f.id, 16) || f.hash || coalesce(lpad(to_hex(f.width), 4, '0') || lpad(to_hex(f.height), 4, '0') || f.orientation, '000000000')
                          || rpad(coalesce(f.colours, ''), 18, '-'),
                          '' ORDER BY f.id COLLATE "C")
          FROM portal.copied_files(d.id, 'file', NULL) AS f
         WHERE f.mimetype <> 'application/octet-stream') END,
       coalesce(d.source_id, d.id)
  FROM portal.dataset AS d
  JOIN portal.version AS v ON v.id = d.version_id
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND d.state = 'published' AND v.state = 'ready';
