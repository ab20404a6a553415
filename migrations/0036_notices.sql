-- 0036 notices: what joined rows owe stays said where what they come from is closed since, and is said of what that was joined with.
-- Forward only. Runs in one transaction. Locks: portal.version_check, row by row.

-- version_check.joined: [{"dataset", "licence", "modified", "open", "with"}]. open: everybody could read it when the rows were taken, so
-- that its line was published with them. with: what its own rows were joined with then, and those in their turn, each in the same form.

-- One of each dataset and licence, of the newest rows, however often they were taken.
CREATE FUNCTION portal.joins_merged(list jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE BEGIN ATOMIC
    SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.dataset, x.licence), '[]')
      FROM (SELECT l ->> 'dataset' AS dataset, l ->> 'licence' AS licence, max(l ->> 'modified') AS modified,
                   coalesce(bool_or((l ->> 'open')::boolean), false) AS open
              FROM jsonb_array_elements(list) AS l
             GROUP BY 1, 2) AS x;
END;
REVOKE EXECUTE ON FUNCTION portal.joins_merged(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal.joins_merged(jsonb) TO terrasse_web, terrasse_worker;

-- Beside its own line a re-user quotes one for each dataset that a dataset's rows were joined with, directly or through another:
-- what those lines are made of (credit.h), [{"dataset", "host", "publisher", "title", "modified", "licence", "licence_url"}], of what
-- everybody reads on the portal where the rows were made. Of what was open when its rows were taken and is not any more, the
-- licence alone: {"licence", "licence_url"}; of what was closed then, nothing. Date and licence are those of the moment when the
-- rows were taken; where they were not kept, the present ones. Joined with a copy: what that copy says now of its own joins too. A
-- copy's came with it. As the caller: row-level security holds.
CREATE OR REPLACE FUNCTION portal.credits(portal.dataset) RETURNS jsonb
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT CASE WHEN NOT ($1).is_origin THEN ($1).joined_credits ELSE (
        WITH direct AS (
            SELECT l FROM portal.version_check AS c CROSS JOIN jsonb_array_elements(c.joined) AS l
             WHERE c.tenant_id = ($1).tenant_id AND c.version_id = ($1).version_id AND c.joined <> '[]'
        ), taken AS (
            SELECT x.dataset, x.licence, x.modified, x.open AS was_open
              FROM jsonb_to_recordset(portal.joins_merged((
                    SELECT jsonb_agg(l) FROM (SELECT l FROM direct UNION ALL
                           SELECT w FROM direct CROSS JOIN jsonb_array_elements(coalesce(l -> 'with', '[]')) AS w) AS every (l))))
                AS x (dataset text, licence text, modified text, open boolean)
        ), found AS (
            SELECT t.dataset, t.modified, t.was_open, r.id AS licence, r.title_fr, r.url, j.id, j.is_origin, j.metas, j.data_processed,
                   j.joined_credits, h.host
              FROM taken AS t
              LEFT JOIN portal.licence AS r ON r.id = t.licence
              LEFT JOIN (portal.dataset AS j JOIN portal.host AS h ON h.tenant_id = j.tenant_id AND h.canonical)
                ON j.tenant_id = ($1).tenant_id AND j.dataset_id = t.dataset
               AND j.state = 'published' AND j.visibility = 'open' AND j.row_filter IS NULL
        ), said AS (
            SELECT jsonb_build_object('dataset', dataset, 'host', host, 'publisher', metas #>> '{default,publisher}',
                       'title', metas #>> '{default,title}',
                       'modified', coalesce(modified, to_char(data_processed AT TIME ZONE 'UTC', 'YYYY-MM-DD')),
                       'licence', coalesce(title_fr, metas #>> '{default,license}'),
                       'licence_url', coalesce(url, metas #>> '{default,license_url}')) AS credit
              FROM found WHERE id <> ($1).id
             UNION
            SELECT c FROM found CROSS JOIN jsonb_array_elements(joined_credits) AS c WHERE NOT is_origin
             UNION
            SELECT jsonb_build_object('licence', title_fr, 'licence_url', url) FROM found
             WHERE id IS NULL AND was_open AND licence IS NOT NULL
        )
        SELECT coalesce(jsonb_agg(x.credit ORDER BY x.credit ->> 'dataset', x.credit ->> 'licence'), '[]')
          FROM (SELECT credit FROM said ORDER BY credit ->> 'dataset', credit ->> 'licence' LIMIT 20) AS x) END;
END;

-- What is open now is quoted now: its notice stays too, when it is closed.
DO $$
DECLARE
    t uuid;
BEGIN
    FOR t IN SELECT id FROM portal.tenant LOOP
        EXECUTE format('SET LOCAL portal.tenant_id = %L', t);
        UPDATE portal.version_check AS c
           SET joined = (SELECT jsonb_agg(CASE WHEN j.id IS NULL THEN l ELSE l || '{"open": true}' END ORDER BY n)
                           FROM jsonb_array_elements(c.joined) WITH ORDINALITY AS e (l, n)
                           LEFT JOIN portal.dataset AS j ON j.tenant_id = t AND j.dataset_id = l ->> 'dataset'
                            AND j.state = 'published' AND j.visibility = 'open' AND j.row_filter IS NULL)
         WHERE c.tenant_id = t AND c.joined <> '[]';
    END LOOP;
    SET LOCAL portal.tenant_id = '';
END $$;
