-- copies_hide($1 uuid dataset) -> one empty value; 1 row
-- class: global   lane: write   roles: web worker owner
-- It works on the tenant that the transaction is in. In the transaction that closes or withdraws it: where its copies stand, they are not shown any more.
SELECT portal.hide_copies($1::uuid);
