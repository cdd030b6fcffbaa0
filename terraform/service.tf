locals {
  timeout_seconds = 60

  # Pub/Sub and the sweep call as the module's own account, which allowed_callers must not keep out.
  callers = var.allowed_callers == null ? null : distinct(concat(
    var.allowed_callers,
    var.pubsub == null && var.sweep == null ? [] : [local.invoker_account],
  ))

  settings = {
    ALLOWED_PARENTS     = try(join(",", var.allowed_parents), null)
    ALLOWED_VERBS       = try(join(",", var.allowed_verbs), null)
    ALLOWED_CALLERS     = try(join(",", local.callers), null)
    REQUIRE_REASON      = try(tostring(var.require_reason), null)
    CALLER_AUTH         = var.caller_auth
    OIDC_AUDIENCE       = var.oidc_audience
    DATASTREAM_ENDPOINT = var.datastream_endpoint
    DEFAULT_WAIT        = var.default_wait
    REQUEST_DEADLINE    = var.request_deadline
    MAX_EVENT_AGE       = var.max_event_age
    MAX_OPERATIONS      = try(tostring(var.max_operations), null)
  }

  # In an unwrapped push each attribute is a header: 100 of 256 and 1,024 bytes. Node.js answers 431 above 16 KiB.
  node_options = "--max-http-header-size=262144"

  url = google_cloudfunctions2_function.this.service_config[0].uri
  # The function itself asks for this audience where Cloud Run does not check callers.
  audience = var.public && var.oidc_audience != null ? var.oidc_audience : local.url
}

# Not google_cloud_run_v2_service: that one deploys images, and builds none from source.
resource "google_cloudfunctions2_function" "this" {
  project     = var.project_id
  location    = var.region
  name        = var.service
  description = "Cancels Datastream operations and answers with an audit record"

  build_config {
    runtime         = "nodejs24"
    entry_point     = "cancelOperation"
    service_account = google_service_account.build.id

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source.name
      }
    }

    # Google puts security fixes under the function without a deployment, as deploy/deploy.sh has it by --base-image.
    automatic_update_policy {}
  }

  service_config {
    service_account_email            = google_service_account.runtime.email
    available_cpu                    = "1"
    available_memory                 = var.memory
    timeout_seconds                  = local.timeout_seconds
    max_instance_count               = var.max_instances
    max_instance_request_concurrency = 80
    ingress_settings                 = "ALLOW_ALL"
    all_traffic_on_latest_revision   = true

    environment_variables = merge(
      { for name, value in local.settings : name => value if value != null },
      { NODE_OPTIONS = local.node_options },
    )

    dynamic "secret_environment_variables" {
      for_each = var.webhooks == null ? [] : [var.webhooks]

      content {
        project_id = var.project_id
        key        = "WEBHOOK_SECRETS"
        secret     = local.webhook_secret
        version    = secret_environment_variables.value.version
      }
    }
  }

  depends_on = [
    google_project_iam_member.build,
    google_project_iam_member.canceller,
    google_secret_manager_secret_iam_member.runtime,
    google_secret_manager_secret_version.webhooks,
  ]
}
