-- What was turned away in the last seven days, by whom and by which rule.
SELECT
  outcome,
  principal_email,
  trigger_type,
  rule,
  status_message,
  COUNT(*) AS requests,
  MAX(timestamp) AS latest,
  ARRAY_AGG(DISTINCT caller_ip IGNORE NULLS LIMIT 5) AS some_caller_ips,
  ARRAY_AGG(DISTINCT resource_name IGNORE NULLS LIMIT 5) AS some_operations
FROM datastream_cancel_audit.requests
WHERE timestamp >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)
  AND outcome IN ('DENIED', 'UNAUTHENTICATED')
GROUP BY outcome, principal_email, trigger_type, rule, status_message
ORDER BY requests DESC
