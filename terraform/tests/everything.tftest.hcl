# All that the module can make, in the project that the tests of deploy/ use too. test/terraform compares its state with
# what the scripts make.

mock_provider "archive" {}

mock_provider "google" {
  source = "./tests/mocks"
}

override_resource {
  target = google_service_account.runtime
  values = {
    email  = "datastream-cancel@acme-data.iam.gserviceaccount.com"
    member = "serviceAccount:datastream-cancel@acme-data.iam.gserviceaccount.com"
  }
}

override_resource {
  target = google_service_account.invoker
  values = {
    email  = "datastream-cancel-invoker@acme-data.iam.gserviceaccount.com"
    member = "serviceAccount:datastream-cancel-invoker@acme-data.iam.gserviceaccount.com"
    name   = "projects/acme-data/serviceAccounts/datastream-cancel-invoker@acme-data.iam.gserviceaccount.com"
  }
}

override_resource {
  target = google_service_account.build
  values = {
    id     = "projects/acme-data/serviceAccounts/datastream-cancel-build@acme-data.iam.gserviceaccount.com"
    email  = "datastream-cancel-build@acme-data.iam.gserviceaccount.com"
    member = "serviceAccount:datastream-cancel-build@acme-data.iam.gserviceaccount.com"
  }
}

override_resource {
  target = google_project_iam_custom_role.canceller
  values = {
    name = "projects/acme-data/roles/datastreamOperationCanceller"
  }
}

override_resource {
  target = google_pubsub_topic.commands
  values = {
    id = "projects/acme-data/topics/datastream-operation-cancel"
  }
}

override_resource {
  target = google_pubsub_topic.dead_letters
  values = {
    id = "projects/acme-data/topics/datastream-operation-cancel-dead-letter"
  }
}

run "everything" {
  variables {
    project_id       = "acme-data"
    default_wait     = "5s"
    request_deadline = "55s"
    public           = true
    caller_auth      = "verify"
    oidc_audience    = "https://datastream-operation-cancel-123456789012.us-central1.run.app"
    allowed_callers  = ["datastream-cancel-invoker@acme-data.iam.gserviceaccount.com"]
    pubsub           = {}
    sweep            = { schedule = "0 3 * * *" }
    webhooks         = { sender = "pagerduty" }
    observe = {
      notification_channels = ["projects/acme-data/notificationChannels/7"]
      view                  = true
    }
  }

  assert {
    condition     = google_cloudfunctions2_function.this.service_config[0].environment_variables["NODE_OPTIONS"] == "--max-http-header-size=262144"
    error_message = "Unwrapped pushes with many attributes would get Node's own 431."
  }

  assert {
    condition     = google_cloudfunctions2_function.this.service_config[0].environment_variables["ALLOWED_CALLERS"] == "datastream-cancel-invoker@acme-data.iam.gserviceaccount.com"
    error_message = "The invoker stands there once, though both name it."
  }

  assert {
    condition     = google_secret_manager_secret_version.webhooks[0].secret_data == null && google_secret_manager_secret_version.webhooks[0].secret_data_wo == null
    error_message = "The webhooks' secret stands in the state."
  }
}
