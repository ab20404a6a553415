-- 0034 credits: what joined rows owe to where they come from is said wherever a dataset is shown, on copies too; so are attached files.
-- Forward only. Locks: portal.dataset, for an instant (constant defaults); portal.version_check, while a small index is built.
ALTER TABLE portal.dataset
    ADD COLUMN joined_credits jsonb NOT NULL DEFAULT '[]',    -- copies: portal.credits of the origin, as delivered
    ADD COLUMN origin_files   boolean NOT NULL DEFAULT true;  -- copies: it had files then: only there are they asked for in lists
CREATE INDEX version_check_joined ON portal.version_check (tenant_id) WHERE joined <> '[]';

-- Beside its own line a re-user quotes one for each dataset that a dataset's rows were joined with: what those lines are made of
-- (credit.h), [{"dataset", "host", "publisher", "title", "modified", "licence", "licence_url"}]. Of what everybody reads on the
-- portal where the rows were made alone: a closed dataset leaves no trace. Date and licence are those of the moment when the rows
-- were taken; where they were not kept, the present ones. A copy's came with it. As the caller: row-level security holds.
CREATE FUNCTION portal.credits(portal.dataset) RETURNS jsonb
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT CASE WHEN NOT ($1).is_origin THEN ($1).joined_credits ELSE coalesce((
        SELECT jsonb_agg(to_jsonb(x) ORDER BY x.dataset, x.licence)
          FROM (SELECT j.dataset_id AS dataset, h.host, j.metas #>> '{default,publisher}' AS publisher, j.metas #>> '{default,title}' AS title,
                       coalesce(max(l ->> 'modified'), to_char(j.data_processed AT TIME ZONE 'UTC', 'YYYY-MM-DD')) AS modified,
                       coalesce(r.title_fr, j.metas #>> '{default,license}') AS licence,
                       coalesce(r.url, j.metas #>> '{default,license_url}') AS licence_url
                  FROM portal.version_check AS c
                 CROSS JOIN jsonb_array_elements(c.joined) AS l
                  JOIN portal.dataset AS j ON j.tenant_id = c.tenant_id AND j.dataset_id = l ->> 'dataset' AND j.id <> ($1).id
                   AND j.state = 'published' AND j.visibility = 'open' AND j.row_filter IS NULL
                  JOIN portal.host AS h ON h.tenant_id = j.tenant_id AND h.canonical
                  LEFT JOIN portal.licence AS r ON r.id = l ->> 'licence'
                 WHERE c.tenant_id = ($1).tenant_id AND c.version_id = ($1).version_id AND c.joined <> '[]'
                 GROUP BY j.tenant_id, j.id, h.host, r.id
                 ORDER BY j.dataset_id, r.id
                 LIMIT 20) AS x), '[]') END;
END;
REVOKE EXECUTE ON FUNCTION portal.credits(portal.dataset) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal.credits(portal.dataset) TO terrasse_web, terrasse_worker;

DROP FUNCTION portal.copied_files(uuid, text);
-- The files of the data set that a copy of the tenant of the transaction points to: those of its cells ('file'), and those that
-- stand beside its rows ('attachment', 'alternative_export'). `wanted`: one of them, NULL: all.
-- The whole right that it lends: nothing unless that copy is published here, and its origin is published and open there now.
-- It tells no name of the other portal but the places of the bytes, and changes nothing.
CREATE FUNCTION portal.copied_files(copy uuid, of_kind text, wanted text)
RETURNS TABLE (id text, title text, file_name text, mimetype text, size_bytes bigint, hash text, blob text, created_at timestamptz,
               width integer, height integer, orientation smallint, thumbnail text, thumbnail_type text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    here   uuid := nullif(current_setting('portal.tenant_id', true), '')::uuid;
    there  uuid;
    origin uuid;
BEGIN
    SELECT c.source_tenant_id, c.source_id INTO there, origin
      FROM portal.dataset AS c
     WHERE c.tenant_id = here AND c.id = copy AND NOT c.is_origin AND c.state = 'published';
    IF there IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('SET LOCAL portal.tenant_id = %L', there);
    RETURN QUERY
        SELECT a.id, a.title, a.file_name, a.mimetype, a.size_bytes, a.hash, k.blob, a.created_at, k.width, k.height,
               k.orientation, k.thumbnail, k.thumbnail_type
          FROM portal.dataset AS o
          JOIN portal.attachment AS a ON a.tenant_id = o.tenant_id AND a.dataset_id = o.id
          JOIN portal.content AS k ON k.tenant_id = a.tenant_id AND k.hash = a.hash
         WHERE o.tenant_id = there AND o.id = origin AND o.is_origin AND o.state = 'published' AND o.visibility = 'open'
           AND a.kind = of_kind AND (wanted IS NULL OR a.id = wanted);
    EXECUTE format('SET LOCAL portal.tenant_id = %L', here);
END $$;
REVOKE EXECUTE ON FUNCTION portal.copied_files(uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal.copied_files(uuid, text, text) TO terrasse_web;

-- What stands beside a dataset's rows, as lists show it: its own, or of a copy what its origin has.
CREATE FUNCTION portal.files_beside(portal.dataset)
RETURNS TABLE (kind text, id text, title text, mimetype text, file_name text, size_bytes bigint)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT a.kind, a.id, a.title, a.mimetype, a.file_name, a.size_bytes
      FROM portal.attachment AS a
     WHERE ($1).is_origin AND a.tenant_id = ($1).tenant_id AND a.dataset_id = ($1).id AND a.kind <> 'file'
     UNION ALL
    SELECT k.kind, f.id, f.title, f.mimetype, f.file_name, f.size_bytes
      FROM (VALUES ('attachment'), ('alternative_export')) AS k (kind)
     CROSS JOIN LATERAL portal.copied_files(($1).id, k.kind, NULL) AS f
     WHERE NOT ($1).is_origin AND ($1).origin_files;
END;
REVOKE EXECUTE ON FUNCTION portal.files_beside(portal.dataset) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal.files_beside(portal.dataset) TO terrasse_web;

-- Versions read before 0028 kept no joins. What was done to the file of the newest version of a dataset, and to that of its draft,
-- still stands with them: which datasets they were joined with is known of these two, and under which licence is not (null).
DO $$
DECLARE
    t uuid;
BEGIN
    FOR t IN SELECT id FROM portal.tenant LOOP
        EXECUTE format('SET LOCAL portal.tenant_id = %L', t);
        UPDATE portal.version_check AS c
           SET joined = s.joined
          FROM (SELECT v.id, jsonb_agg(DISTINCT jsonb_build_object('dataset', step ->> 'dataset', 'licence', NULL)) AS joined
                  FROM (SELECT d.version_id, d.steps FROM portal.dataset AS d
                         WHERE d.tenant_id = t AND d.is_origin
                           AND NOT EXISTS (SELECT FROM portal.dataset_version AS o JOIN portal.version AS ov ON ov.id = o.version_id
                                            WHERE o.tenant_id = t AND o.dataset_id = d.id
                                              AND ov.created_at > (SELECT x.created_at FROM portal.version AS x WHERE x.id = d.version_id))
                         UNION ALL
                        SELECT dr.version_id, dr.steps
                          FROM portal.draft AS dr
                          JOIN portal.upload AS u ON u.tenant_id = dr.tenant_id AND u.id = dr.upload_id AND u.version_id = dr.version_id
                         WHERE dr.tenant_id = t AND dr.steps IS NOT NULL) AS of (version_id, steps)
                  JOIN portal.version AS v ON v.id = of.version_id
                   AND v.created_at < (SELECT m.applied_at FROM portal.migration AS m WHERE m.number = 28)
                 CROSS JOIN jsonb_array_elements(of.steps) AS step
                 WHERE step ->> 'do' = 'join'
                 GROUP BY v.id) AS s
         WHERE c.tenant_id = t AND c.version_id = s.id AND c.joined = '[]';
    END LOOP;
    SET LOCAL portal.tenant_id = '';
END $$;
