-- 0016 review clock: the question that stops the region's 48 hours, and which reminder was given.
-- Forward only. Runs in one transaction. Locks: portal.review, for a moment.

ALTER TABLE portal.review ADD COLUMN reminded smallint NOT NULL DEFAULT 0 CHECK (reminded IN (0, 24, 40, 47));

-- While one waits for its answer the clock stands; the answer moves the deadline by as long.
CREATE TABLE portal.review_question (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    review_id   uuid NOT NULL,
    question    text NOT NULL CHECK (length(question) BETWEEN 1 AND 4000),
    asked_by    uuid,
    asked_at    timestamptz NOT NULL,
    answer      text CHECK (length(answer) BETWEEN 1 AND 4000),   -- NULL beside ended_at: the region went on without it
    answered_by uuid,
    ended_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, review_id) REFERENCES portal.review ON DELETE CASCADE,
    CHECK (answer IS NULL OR ended_at IS NOT NULL),
    CHECK (ended_at >= asked_at)
);
CREATE UNIQUE INDEX review_question_one_open ON portal.review_question (tenant_id, review_id) WHERE ended_at IS NULL;
ALTER TABLE portal.review_question ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal.review_question FORCE ROW LEVEL SECURITY;
CREATE POLICY review_question_tenant ON portal.review_question
    USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON portal.review_question TO terrasse_web;
GRANT SELECT ON portal.review_question TO terrasse_worker;
GRANT UPDATE (reminded) ON portal.review TO terrasse_worker;
