# What is set reaches the function as it reads it, and what is not asked for is not made.

mock_provider "archive" {}

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  project_id = "acme-data"
}

run "nothing_asked_for" {
  command = plan

  assert {
    condition = google_cloudfunctions2_function.this.service_config[0].environment_variables == tomap({
      CALLER_AUTH  = "iam"
      NODE_OPTIONS = "--max-http-header-size=262144"
    })
    error_message = "Settings stand there that nobody has set."
  }

  assert {
    condition = length(concat(
      google_pubsub_topic.commands, google_pubsub_topic.dead_letters, google_pubsub_subscription.push,
      google_pubsub_subscription.dead_letters, google_pubsub_subscription_iam_member.push,
      google_service_account_iam_member.pubsub_agent, google_cloud_scheduler_job.sweep,
      google_secret_manager_secret.webhooks, google_secret_manager_secret_version.webhooks,
      google_secret_manager_secret_iam_member.runtime, google_bigquery_dataset.audit,
      google_logging_project_sink.audit, google_logging_metric.results, google_monitoring_alert_policy.errors,
      google_monitoring_alert_policy.dead_letters, google_monitoring_dashboard.this,
      google_cloud_run_v2_service_iam_member.public,
    )) == 0
    error_message = "Something is made that nobody asked for."
  }
}

run "every_setting" {
  command = plan

  variables {
    allowed_parents     = ["projects/acme-data/locations/*", "projects/example.com:my-project/locations/us-central1", "projects/123456789012/locations/*", "projects/*/locations/*"]
    allowed_verbs       = ["create", "update"]
    allowed_callers     = ["ops@example.com"]
    require_reason      = true
    caller_auth         = "verify"
    oidc_audience       = "https://cancel.example.com"
    datastream_endpoint = "https://datastream.example.com"
    default_wait        = "0.5s"
    request_deadline    = "59.9s"
    max_event_age       = "7200s"
    max_operations      = 1000
    sweep               = { schedule = "0 3,15 * * 1-5" }
  }

  assert {
    condition = google_cloudfunctions2_function.this.service_config[0].environment_variables == tomap({
      ALLOWED_PARENTS     = "projects/acme-data/locations/*,projects/example.com:my-project/locations/us-central1,projects/123456789012/locations/*,projects/*/locations/*"
      ALLOWED_VERBS       = "create,update"
      ALLOWED_CALLERS     = "ops@example.com,datastream-cancel-invoker@acme-data.iam.gserviceaccount.com"
      REQUIRE_REASON      = "true"
      CALLER_AUTH         = "verify"
      OIDC_AUDIENCE       = "https://cancel.example.com"
      DATASTREAM_ENDPOINT = "https://datastream.example.com"
      DEFAULT_WAIT        = "0.5s"
      REQUEST_DEADLINE    = "59.9s"
      MAX_EVENT_AGE       = "7200s"
      MAX_OPERATIONS      = "1000"
      NODE_OPTIONS        = "--max-http-header-size=262144"
    })
    error_message = "A setting does not arrive as the function reads it."
  }
}

run "two_services_share_no_name" {
  command = plan

  variables {
    service = "streams-cancel"
    pubsub  = {}
    sweep   = { schedule = "0 3 * * *" }
    observe = {}
  }

  assert {
    condition = alltrue([for name in [
      google_service_account.runtime.account_id, google_service_account.invoker.account_id,
      google_service_account.build.account_id, google_pubsub_topic.commands[0].name,
      google_pubsub_topic.dead_letters[0].name, google_pubsub_subscription.push[0].name,
      google_pubsub_subscription.dead_letters[0].name, google_cloud_scheduler_job.sweep[0].name,
      google_logging_project_sink.audit[0].name, google_logging_metric.results[0].name,
    ] : startswith(name, "streams-cancel")])
    error_message = "A name does not begin with the service's own."
  }

  assert {
    condition     = google_project_iam_custom_role.canceller.role_id == "datastreamOperationCanceller_streams_cancel" && google_bigquery_dataset.audit[0].dataset_id == "streams_cancel_audit"
    error_message = "Role and data set must be the service's own."
  }
}

run "operations_of_another_project" {
  command = plan

  variables {
    datastream_project = "acme-streams"
    allowed_parents    = ["projects/acme-streams/locations/*"]
  }

  assert {
    condition = alltrue([for project in [
      google_project_iam_custom_role.canceller.project, google_project_iam_member.canceller.project,
      google_project_service.datastream[0].project,
    ] : project == "acme-streams"])
    error_message = "Role, grant and API belong to the project of the operations."
  }
}

run "sweep_of_ones_own" {
  command = plan

  variables {
    sweep = {
      schedule = "0 3 * * *"
      command  = { parent = "projects/acme-data/locations/-", select = { minAge = "7200s" }, maxOperations = 5, validateOnly = true }
    }
  }

  assert {
    condition = jsondecode(base64decode(google_cloud_scheduler_job.sweep[0].http_target[0].body)) == {
      parent = "projects/acme-data/locations/-", select = { minAge = "7200s" }, maxOperations = 5, validateOnly = true
    }
    error_message = "The job posts another command than it was given."
  }
}

run "a_secret_that_is_there" {
  command = plan

  variables {
    public      = true
    caller_auth = "verify"
    webhooks    = { secret = "our-webhooks", version = "3" }
  }

  assert {
    condition     = length(google_secret_manager_secret.webhooks) == 0 && google_secret_manager_secret_iam_member.runtime[0].secret_id == "our-webhooks"
    error_message = "The function may read that secret, and none is made."
  }

  assert {
    condition     = one(google_cloudfunctions2_function.this.service_config[0].secret_environment_variables).version == "3"
    error_message = "The version that was named is not the one that is deployed."
  }
}
