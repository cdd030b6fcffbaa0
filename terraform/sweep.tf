locals {
  default_sweep = templatefile("${local.root}/deploy/sweep.json", local.names)
  sweep_body    = try(var.sweep.command, null) == null ? local.default_sweep : jsonencode(var.sweep.command)
}

resource "google_cloud_scheduler_job" "sweep" {
  count = var.sweep == null ? 0 : 1

  project          = var.project_id
  region           = var.region
  name             = local.names.job
  schedule         = var.sweep.schedule
  time_zone        = var.sweep.time_zone
  attempt_deadline = "${local.timeout_seconds}s"

  http_target {
    uri         = local.url
    http_method = "POST"
    headers     = { "Content-Type" = "application/json" }
    body        = base64encode(local.sweep_body)

    oidc_token {
      service_account_email = google_service_account.invoker.email
      audience              = local.audience
    }
  }

  # What a sweep with untilDone has asked is looked at for 25 minutes: a creation of a private connection takes a quarter
  # of an hour.
  retry_config {
    retry_count          = 5
    min_backoff_duration = "60s"
    max_backoff_duration = "600s"
    max_doublings        = 4
  }

  depends_on = [google_cloud_run_v2_service_iam_member.invoker, google_project_service.this]
}
