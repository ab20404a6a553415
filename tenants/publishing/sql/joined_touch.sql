-- joined_touch($1 uuid tenant, $2 uuid dataset, $3 jsonb metas, $4 jsonb credits) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- What was joined with a dataset, or with what was joined with it, says its credit line, on copies and at the national portal too: it is
-- sent again when that line changes, or may not be said any more. metas: the description that is about to be published; absent: its
-- visibility changes. credits: of a copy, what it is about to quote itself; absent: of anything else.
WITH told AS (
    UPDATE portal.dataset AS d
       SET revision = d.revision + 1
      FROM portal.dataset AS j, portal.version_check AS c
     WHERE j.tenant_id = $1::uuid AND j.id = $2::uuid
       AND ($3::jsonb IS NULL OR j.metas #> '{default,title}' IS DISTINCT FROM $3::jsonb #> '{default,title}'
            OR j.metas #> '{default,publisher}' IS DISTINCT FROM $3::jsonb #> '{default,publisher}'
            OR j.metas #> '{default,license}' IS DISTINCT FROM $3::jsonb #> '{default,license}'
            OR j.joined_credits <> $4::jsonb)
       AND c.tenant_id = j.tenant_id AND c.joined <> '[]'
       AND (c.joined @> jsonb_build_array(jsonb_build_object('dataset', j.dataset_id))
            OR c.joined @> jsonb_build_array(jsonb_build_object('with', jsonb_build_array(jsonb_build_object('dataset', j.dataset_id)))))
       AND d.tenant_id = j.tenant_id AND d.version_id = c.version_id AND d.id <> j.id AND d.is_origin AND d.state = 'published'
    RETURNING d.tenant_id, d.id, d.revision, d.visibility
)
INSERT INTO portal.outbox (id, tenant_id, dataset_id, kind, revision)
SELECT gen_random_uuid(), tenant_id, id, 'described', revision FROM told WHERE visibility = 'open';
