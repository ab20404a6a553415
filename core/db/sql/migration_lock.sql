-- migration_lock() -> one row without meaning; waits for any other migrate; held to the end of the transaction
-- class: global   lane: write   roles: owner
SELECT pg_advisory_xact_lock(7239001);
