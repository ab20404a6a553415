-- 0035 files named: portal.files_beside of 0034 again, with a name for its parameter: nameless, a dump of it could not be read back.
-- Forward only. Runs in one transaction. Locks: none on existing tables.
DROP FUNCTION portal.files_beside(portal.dataset);
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
