# Each example plans, and makes what it says.

mock_provider "google" {
  source = "./tests/mocks"
}

# An example does not name the provider that the module uses, so it cannot be mocked.
override_data {
  target = module.cancel.data.archive_file.source
  values = {
    output_md5 = "0"
  }
}

variables {
  project_id = "acme-data"
}

run "private_pubsub" {
  command = plan

  module {
    source = "./examples/private-pubsub"
  }

  variables {
    publishers = ["serviceAccount:ops@acme-data.iam.gserviceaccount.com"]
  }

}

run "nightly_sweep" {
  command = plan

  module {
    source = "./examples/nightly-sweep"
  }
}

run "public_webhooks" {
  command = plan

  module {
    source = "./examples/public-webhooks"
  }
}

run "other_project" {
  command = plan

  module {
    source = "./examples/other-project"
  }

  variables {
    datastream_project = "acme-streams"
  }
}
