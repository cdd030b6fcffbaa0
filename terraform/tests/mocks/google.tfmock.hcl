# What Google Cloud would fill in: the rest is of no matter to the tests.

mock_data "google_project" {
  defaults = {
    number = "123456789012"
  }
}

mock_resource "google_cloudfunctions2_function" {
  defaults = {
    service_config = {
      uri = "https://datastream-operation-cancel-123456789012.us-central1.run.app"
    }
  }
}

mock_resource "google_logging_project_sink" {
  defaults = {
    writer_identity = "serviceAccount:service-123456789012@gcp-sa-logging.iam.gserviceaccount.com"
  }
}
