-- thing_add() -> nothing
-- class: global   lane: write   roles: owner
INSERT INTO portal.thing DEFAULT VALUES
