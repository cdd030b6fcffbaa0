# A wrong value is refused when planning, where the function would refuse to start or the service would be open. Several
# wrong ones stand in one run where none of them keeps another from being judged.

mock_provider "archive" {}

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  project_id = "acme-data"
}

run "wrong_forms" {
  command = plan

  variables {
    project_id          = "123456789012"
    region              = "europe"
    datastream_location = "US"
    service             = "datastream-operation-cancel-for-us"
    max_instances       = 0
    memory              = "512M"
    allowed_parents     = ["projects/acme-data/locations/us-*"]
    allowed_verbs       = ["create,update"]
    allowed_callers     = ["serviceAccount:ops@acme-data.iam.gserviceaccount.com"]
    oidc_audience       = "https://a.example https://b.example"
    datastream_endpoint = "https://datastream.googleapis.com/v1"
    default_wait        = "5"
    request_deadline    = "60s"
    max_event_age       = "0s"
    max_operations      = 1001
    webhooks            = { secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3" }
    observe             = { notification_channels = ["ops@example.com"] }
  }

  expect_failures = [
    var.project_id, var.region, var.datastream_location, var.service, var.max_instances, var.memory,
    var.allowed_parents, var.allowed_verbs, var.allowed_callers, var.oidc_audience, var.datastream_endpoint,
    var.default_wait, var.request_deadline, var.max_event_age, var.max_operations, var.webhooks, var.observe,
  ]
}

run "other_wrong_forms" {
  command = plan

  variables {
    service             = "streams-invoker"
    max_instances       = 1.5
    allowed_parents     = []
    allowed_verbs       = []
    allowed_callers     = ["*@acme-data.iam.gserviceaccount.com"]
    datastream_endpoint = "http://datastream.googleapis.com"
    default_wait        = "-1s"
    request_deadline    = "0s"
    max_event_age       = "315576000001s"
    max_operations      = 0.5
    webhooks            = { version = "latest" }
    observe             = { dataset_location = "" }
  }

  expect_failures = [
    var.service, var.max_instances, var.allowed_parents, var.allowed_verbs, var.allowed_callers,
    var.datastream_endpoint, var.default_wait, var.request_deadline, var.max_event_age, var.max_operations,
    var.webhooks, var.observe,
  ]
}

run "more_wrong_forms" {
  command = plan

  variables {
    allowed_parents = ["projects/acme-data/locations/*", "projects/acme-data/locations/us-central1/operations/a"]
    allowed_callers = ["[\"ops@example.com\"]"]
    default_wait    = "1m"
    max_operations  = 0
    webhooks        = { sender = "Pager Duty" }
  }

  expect_failures = [
    var.allowed_parents, var.allowed_callers, var.default_wait, var.max_operations, var.webhooks,
  ]
}

run "wrong_caller_auth" {
  command = plan

  variables {
    caller_auth = "IAM"
  }

  expect_failures = [var.caller_auth]
}

run "wrong_callers" {
  command = plan

  variables {
    pubsub = { publishers = ["allUsers"] }
    sweep  = { schedule = "every night" }
  }

  expect_failures = [var.pubsub, var.sweep]
}

run "wrong_time_zone" {
  command = plan

  variables {
    sweep = { schedule = "0 3 * * *", time_zone = "CET; rm" }
  }

  expect_failures = [var.sweep]
}

run "misspelt_field_of_a_sweep" {
  command = plan

  variables {
    sweep = {
      schedule = "0 3 * * *"
      command  = { parent = "projects/acme-data/locations/-", select = { verbs = ["create"], minage = "7200s" } }
    }
  }

  expect_failures = [var.sweep]
}

run "sweep_that_is_no_object" {
  command = plan

  variables {
    sweep = { schedule = "0 3 * * *", command = "projects/acme-data/locations/us-central1/operations/a" }
  }

  expect_failures = [var.sweep]
}

run "public_without_verify" {
  command = plan

  variables {
    public = true
  }

  expect_failures = [var.public]
}

run "public_for_every_google_account" {
  command = plan

  variables {
    public        = true
    caller_auth   = "verify"
    oidc_audience = "https://cancel.example.com"
  }

  expect_failures = [var.public]
}

run "verify_without_a_proof" {
  command = plan

  variables {
    caller_auth = "verify"
  }

  expect_failures = [var.caller_auth]
}

run "tokens_that_nobody_takes" {
  command = plan

  variables {
    caller_auth = "verify"
    webhooks    = {}
    pubsub      = {}
    sweep       = { schedule = "0 3 * * *" }
  }

  expect_failures = [var.pubsub, var.sweep]
}

run "another_project_that_is_not_allowed" {
  command = plan

  variables {
    datastream_project = "acme-streams"
  }

  expect_failures = [var.datastream_project]
}
