-- thing_by_slug($1 text slug, $2 numeric(10,2) price) -> slug text, n bigint; 0 or 1 row
-- class: tenant   lane: fast   roles: web worker
-- Why: "quotes", $9 and ; of a comment are nobody's.
SELECT slug, n   -- a comment; with $9
  FROM portal.thing /* another /* nested */ $8 */

 WHERE slug = $1 AND price > $2 AND x = 'a;''$7' AND y = $q$it's $6 -- kept$q$
   AND "odd;name" = E'\';' AND insert_count > 1;
