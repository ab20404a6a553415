-- 0041 catalogue_dates: the catalogue can be ordered and filtered by the dates that producers give.
-- Forward only. Runs in one transaction. Locks: none on existing tables.

-- dates.h's form (ISO 8601, a day or a time to the second, in UTC where no offset is said); NULL for another text, never an
-- error: descriptions are older than the rule.
CREATE FUNCTION portal.iso_moment(text) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN $1 ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?$'
         AND extract(month FROM make_date(left($1, 4)::int, substr($1, 6, 2)::int, 1) + (substr($1, 9, 2)::int - 1)) = substr($1, 6, 2)::int
    THEN ((make_date(left($1, 4)::int, substr($1, 6, 2)::int, 1) + (substr($1, 9, 2)::int - 1))::timestamp
          + coalesce(substring($1 FROM 'T([0-9:.]+)'), '00:00:00')::interval
          - coalesce(substring($1 FROM '([+-][0-9]{2}:[0-9]{2})$'), '00:00')::interval) AT TIME ZONE 'UTC'
    END;
REVOKE EXECUTE ON FUNCTION portal.iso_moment(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal.iso_moment(text) TO terrasse_web;
