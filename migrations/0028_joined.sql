-- 0028 joined: which datasets a version's rows were joined with, under which licence, and what may not be opened for it.
-- Forward only. Locks: portal.licence and portal.version_check, for an instant (constant defaults).
ALTER TABLE portal.licence ADD COLUMN share_alike boolean NOT NULL DEFAULT false; -- what is made from it carries it too (R33)
UPDATE portal.licence SET share_alike = true WHERE id = 'odc-odbl';

-- [{"dataset", "licence"}] as it stood when the rows were read: the id in the registry, or null. Those of rows that stand in front too.
ALTER TABLE portal.version_check ADD COLUMN joined jsonb NOT NULL DEFAULT '[]';

-- What stands in the way of opening a version described with that licence (its French title): [{"kind", "column"}] of what was
-- found in its rows, and of each joined dataset whose licence asks for itself, where no override of the dataset covers it.
-- A function, because the gate and the page must never differ. As the caller: row-level security holds.
CREATE FUNCTION portal.uncovered(tenant uuid, dataset uuid, version uuid, licence text) RETURNS jsonb
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('kind', f.kind, 'column', f.place)), '[]')
      FROM portal.version_check AS c
     CROSS JOIN LATERAL (
        SELECT p ->> 'kind' AS kind, p ->> 'column' AS place FROM jsonb_array_elements(c.personal) AS p
         UNION ALL
        SELECT 'share_alike', j ->> 'dataset' FROM jsonb_array_elements(c.joined) AS j
          JOIN portal.licence AS l ON l.id = j ->> 'licence' AND l.share_alike AND l.title_fr IS DISTINCT FROM $4) AS f
     WHERE c.tenant_id = $1 AND c.version_id = $3
       AND NOT EXISTS (SELECT FROM portal.check_override AS o, jsonb_array_elements(o.covers) AS x
                        WHERE o.tenant_id = $1 AND o.dataset_id = $2 AND o.revoked_at IS NULL
                          AND x ->> 'kind' = f.kind AND x ->> 'column' = f.place);
END;
REVOKE EXECUTE ON FUNCTION portal.uncovered(uuid, uuid, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal.uncovered(uuid, uuid, uuid, text) TO terrasse_web, terrasse_worker;

INSERT INTO portal.legal_reason (id, schema_name, said) VALUES
    ('01900000-0000-7000-8000-000000000009', NULL, 'Le producteur détient les droits du jeu joint, ou son auteur a permis par écrit une autre licence.'),
    ('01900000-0000-7000-8000-00000000000a', NULL, 'Ce qui est repris du jeu joint n’en est pas une part substantielle (CPI, art. L342-3).');
