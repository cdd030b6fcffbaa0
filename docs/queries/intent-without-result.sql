-- Cancels that were announced and of which no end is on record: the function died in between, and only Datastream can say
-- what became of the operation. A request has its RESULT within a minute, so the last ten minutes are left out.
WITH entries AS (
  SELECT timestamp, jsonPayload.phase AS phase, TO_JSON_STRING(jsonPayload.audit) AS audit
  FROM datastream_cancel_audit.run_googleapis_com_stdout
  WHERE timestamp >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 30 DAY)
)
SELECT
  timestamp,
  JSON_VALUE(audit, '$.auditid') AS audit_id,
  JSON_VALUE(audit, '$.requestid') AS request_id,
  JSON_VALUE(audit, '$.resourcename') AS resource_name,
  JSON_VALUE(audit, '$.authenticationinfo.principalemail') AS principal_email,
  JSON_VALUE(audit, '$.reason') AS reason,
  JSON_VALUE(audit, '$.runtime.revision') AS revision
FROM entries
WHERE phase = 'INTENT'
  AND timestamp < TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 10 MINUTE)
  AND JSON_VALUE(audit, '$.auditid') NOT IN (
    SELECT JSON_VALUE(audit, '$.auditid') FROM entries WHERE phase = 'RESULT' AND JSON_VALUE(audit, '$.auditid') IS NOT NULL
  )
ORDER BY timestamp DESC
