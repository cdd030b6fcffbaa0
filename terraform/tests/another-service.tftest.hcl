# A second, private service in the same project, whose operations are in another one. test/terraform compares its state
# with what the scripts make.

mock_provider "archive" {}

mock_provider "google" {
  source = "./tests/mocks"
}

override_resource {
  target = google_service_account.runtime
  values = {
    email  = "streams-cancel@acme-data.iam.gserviceaccount.com"
    member = "serviceAccount:streams-cancel@acme-data.iam.gserviceaccount.com"
  }
}

override_resource {
  target = google_service_account.invoker
  values = {
    email  = "streams-cancel-invoker@acme-data.iam.gserviceaccount.com"
    member = "serviceAccount:streams-cancel-invoker@acme-data.iam.gserviceaccount.com"
    name   = "projects/acme-data/serviceAccounts/streams-cancel-invoker@acme-data.iam.gserviceaccount.com"
  }
}

override_resource {
  target = google_service_account.build
  values = {
    id     = "projects/acme-data/serviceAccounts/streams-cancel-build@acme-data.iam.gserviceaccount.com"
    email  = "streams-cancel-build@acme-data.iam.gserviceaccount.com"
    member = "serviceAccount:streams-cancel-build@acme-data.iam.gserviceaccount.com"
  }
}

override_resource {
  target = google_project_iam_custom_role.canceller
  values = {
    name = "projects/acme-streams/roles/datastreamOperationCanceller_streams_cancel"
  }
}

override_resource {
  target = google_pubsub_topic.commands
  values = {
    id = "projects/acme-data/topics/streams-cancel"
  }
}

override_resource {
  target = google_pubsub_topic.dead_letters
  values = {
    id = "projects/acme-data/topics/streams-cancel-dead-letter"
  }
}

override_resource {
  target = google_cloudfunctions2_function.this
  values = {
    service_config = {
      uri = "https://streams-cancel-123456789012.us-central1.run.app"
    }
  }
}

run "another_service" {
  variables {
    project_id          = "acme-data"
    service             = "streams-cancel"
    region              = "europe-west3"
    datastream_project  = "acme-streams"
    datastream_location = "-"
    allowed_parents     = ["projects/acme-streams/locations/*"]
    max_operations      = 5
    memory              = "1Gi"
    max_instances       = 2
    pubsub              = {}
    sweep               = { schedule = "30 2 * * 1-5", time_zone = "Europe/Zurich" }
    observe = {
      notification_channels = ["projects/acme-data/notificationChannels/7"]
      dataset_location      = "EU"
      view                  = true
    }
  }

  assert {
    condition     = output.webhook_secret == null && output.topic == "projects/acme-data/topics/streams-cancel"
    error_message = "The outputs tell of what is not there, or not of what is."
  }
}
