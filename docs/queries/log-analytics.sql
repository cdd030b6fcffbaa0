-- For Log Analytics, without BigQuery: who cancelled what in the last seven days. Write your project for PROJECT_ID.
-- Names keep their case here, and numbers are numbers.
SELECT
  timestamp,
  JSON_VALUE(json_payload.audit.authenticationInfo.principalEmail) AS principal_email,
  JSON_VALUE(json_payload.audit.trigger.type) AS trigger_type,
  JSON_VALUE(json_payload.audit.resourceName) AS resource_name,
  JSON_VALUE(json_payload.audit.outcome) AS outcome,
  JSON_VALUE(json_payload.audit.reason) AS reason
FROM `PROJECT_ID.global._Default._AllLogs`
WHERE timestamp >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)
  AND JSON_VALUE(json_payload.phase) = 'RESULT'
  AND INT64(json_payload.audit.cancelAttempts) > 0
ORDER BY timestamp DESC
