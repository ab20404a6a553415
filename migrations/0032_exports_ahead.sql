-- 0032 exports ahead: a publication asks the worker anew for the files of whole datasets.
-- Forward only. Runs in one transaction. Locks: portal.task, for a moment.
GRANT UPDATE (attempts) ON portal.task TO terrasse_web;  -- asked again: from the first file on
