-- bo_room($1 uuid tenant) -> rows_per_dataset bigint, update_left bigint, records_left bigint; 1 row
-- class: global   lane: write   roles: web
-- Said before a file is sent. What others reserved is not free; the exact check is made by the publication itself.
WITH me AS (SELECT id, root_id FROM portal.tenant WHERE id = $1::uuid),
today AS (SELECT coalesce(sum(u.bytes), 0) AS all_bytes, coalesce(sum(u.bytes) FILTER (WHERE u.tenant_id = me.id), 0) AS mine
            FROM me LEFT JOIN portal.tenant AS t ON t.root_id = me.root_id
            LEFT JOIN portal.usage_update AS u ON u.tenant_id = t.id AND u.day = (now() AT TIME ZONE 'Europe/Paris')::date),
held AS (SELECT coalesce(sum(s.records), 0) AS all_rows FROM me JOIN portal.tenant AS t ON t.root_id = me.root_id
          LEFT JOIN portal.stock AS s ON s.tenant_id = t.id)
SELECT least(p.records_per_dataset, coalesce(per.ceiling, p.records_per_dataset)),
       greatest(0, least(p.update_bytes_day - today.all_bytes, coalesce(day.ceiling, p.update_bytes_day) - today.mine))::bigint,
       greatest(0, p.records - held.all_rows)::bigint
  FROM me
  JOIN portal.pool AS p ON p.root_id = me.root_id
  CROSS JOIN today CROSS JOIN held
  LEFT JOIN portal.share AS per ON per.tenant_id = me.id AND per.metric = 'records_per_dataset'
  LEFT JOIN portal.share AS day ON day.tenant_id = me.id AND day.metric = 'update_bytes_day';
