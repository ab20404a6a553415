-- 0037 picture colours: the dominant colours of a kept picture beside its size; what copies may read has them too.
-- Forward only. Runs in one transaction. Locks: portal.content, for the time of a catalogue change; then row by row, its pictures.
ALTER TABLE portal.content
    ADD COLUMN colours text CHECK (colours ~ '^([0-9a-f]{6}){0,3}$'), -- the most frequent first; NULL: not yet looked for
    ADD CONSTRAINT content_colours CHECK (thumbnail IS NOT NULL OR colours IS NULL);

-- Pictures that have a small one are looked at again; it stays, and is shown meanwhile (thumbnail_put.sql).
DO $$
DECLARE
    t uuid;
BEGIN
    FOR t IN SELECT id FROM portal.tenant LOOP
        EXECUTE format('SET LOCAL portal.tenant_id = %L', t);
        UPDATE portal.content SET looked_at = NULL WHERE tenant_id = t AND thumbnail IS NOT NULL;
    END LOOP;
    SET LOCAL portal.tenant_id = '';
END $$;

-- Both functions of 0034 and 0035 again, the first with the colours; the second is bound to it.
DROP FUNCTION portal.files_beside(portal.dataset);
DROP FUNCTION portal.copied_files(uuid, text, text);
-- The files of the data set that a copy of the tenant of the transaction points to: those of its cells ('file'), and those that
-- stand beside its rows ('attachment', 'alternative_export'). `wanted`: one of them, NULL: all.
-- The whole right that it lends: nothing unless that copy is published here, and its origin is published and open there now.
-- It tells no name of the other portal but the places of the bytes, and changes nothing.
CREATE FUNCTION portal.copied_files(copy uuid, of_kind text, wanted text)
RETURNS TABLE (id text, title text, file_name text, mimetype text, size_bytes bigint, hash text, blob text, created_at timestamptz,
               width integer, height integer, orientation smallint, thumbnail text, thumbnail_type text, colours text)
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
               k.orientation, k.thumbnail, k.thumbnail_type, k.colours
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
CREATE FUNCTION portal.files_beside(d portal.dataset)
RETURNS TABLE (kind text, id text, title text, mimetype text, file_name text, size_bytes bigint)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT a.kind, a.id, a.title, a.mimetype, a.file_name, a.size_bytes
      FROM portal.attachment AS a
     WHERE (d).is_origin AND a.tenant_id = (d).tenant_id AND a.dataset_id = (d).id AND a.kind <> 'file'
     UNION ALL
    SELECT k.kind, f.id, f.title, f.mimetype, f.file_name, f.size_bytes
      FROM (VALUES ('attachment'), ('alternative_export')) AS k (kind)
     CROSS JOIN LATERAL portal.copied_files((d).id, k.kind, NULL) AS f
     WHERE NOT (d).is_origin AND (d).origin_files;
END;
REVOKE EXECUTE ON FUNCTION portal.files_beside(portal.dataset) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal.files_beside(portal.dataset) TO terrasse_web;
