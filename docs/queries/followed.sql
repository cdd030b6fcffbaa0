-- Operations that were followed to their end (untilDone) in the last seven days: how often each was looked at, how long
-- that took, and what came of it. CANCEL_REQUESTED or EXPIRED at the end means that nobody has seen its end.
SELECT
  request_id,
  ANY_VALUE(resource_name) AS resource_name,
  COUNT(*) AS deliveries,
  SUM(cancel_attempts) AS cancels,
  TIMESTAMP_DIFF(MAX(complete_time), MIN(receive_time), SECOND) AS followed_seconds,
  ARRAY_AGG(outcome ORDER BY timestamp DESC LIMIT 1)[OFFSET(0)] AS outcome
FROM datastream_cancel_audit.requests
WHERE timestamp >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)
  AND parent_audit_id IS NULL
GROUP BY request_id
HAVING LOGICAL_OR(until_done)
ORDER BY followed_seconds DESC
