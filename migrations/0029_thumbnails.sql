-- 0029 thumbnails: a small picture beside each kept picture, made by the worker; what copies may read has them too.
-- Forward only. Runs in one transaction. Locks: portal.content, for the time of a catalogue change.
ALTER TABLE portal.content
    ADD COLUMN looked_at      timestamptz,       -- when the worker looked whether it is a picture; NULL: not yet
    ADD COLUMN width          integer CHECK (width BETWEEN 1 AND 30000),
    ADD COLUMN height         integer CHECK (height BETWEEN 1 AND 30000),
    ADD COLUMN orientation    smallint CHECK (orientation BETWEEN 1 AND 8), -- EXIF: 1 is upright
    ADD COLUMN thumbnail      text CHECK (thumbnail ~ '^[a-z0-9/-]{1,100}$'), -- derived, so it counts as nobody's content
    ADD COLUMN thumbnail_type text CHECK (thumbnail_type IN ('image/jpeg', 'image/png')),
    ADD CONSTRAINT content_picture CHECK (num_nonnulls(width, height, orientation, thumbnail, thumbnail_type) IN (0, 5));

DROP FUNCTION portal.copied_files(uuid, text);
-- The files of cells of the data set that a copy of the tenant of the transaction points to; `wanted`: one of them, NULL: all.
-- The whole right that it lends: nothing unless that copy is published here, and its origin is published and open there now.
-- It reads kind 'file' only, tells no name of the other portal but the places of the bytes, and changes nothing.
CREATE FUNCTION portal.copied_files(copy uuid, wanted text)
RETURNS TABLE (id text, file_name text, mimetype text, hash text, blob text, created_at timestamptz,
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
        SELECT a.id, a.file_name, a.mimetype, a.hash, k.blob, a.created_at, k.width, k.height, k.orientation, k.thumbnail,
               k.thumbnail_type
          FROM portal.dataset AS o
          JOIN portal.attachment AS a ON a.tenant_id = o.tenant_id AND a.dataset_id = o.id
          JOIN portal.content AS k ON k.tenant_id = a.tenant_id AND k.hash = a.hash
         WHERE o.tenant_id = there AND o.id = origin AND o.is_origin AND o.state = 'published' AND o.visibility = 'open'
           AND a.kind = 'file' AND (wanted IS NULL OR a.id = wanted);
    EXECUTE format('SET LOCAL portal.tenant_id = %L', here);
END $$;
REVOKE EXECUTE ON FUNCTION portal.copied_files(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal.copied_files(uuid, text) TO terrasse_web;
