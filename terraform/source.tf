# The tree that this module lies in, as far as Google's buildpack needs it: a list of what may go, not of what may not.

locals {
  root = "${path.module}/.."
  source_files = sort(setunion(
    fileset(local.root, "{package.json,package-lock.json,tsconfig.json}"),
    fileset(local.root, "src/**/*.{ts,cjs}"),
    fileset(local.root, "build/**/*.{ts,cjs}"),
    fileset(local.root, "api/*.json"),
  ))
}

data "archive_file" "source" {
  type        = "zip"
  output_path = "${path.root}/.terraform/${var.service}-source.zip"

  dynamic "source" {
    for_each = local.source_files

    content {
      filename = source.value
      content  = file("${local.root}/${source.value}")
    }
  }
}

resource "google_storage_bucket" "source" {
  project                     = var.project_id
  name                        = "${var.project_id}-${local.prefix}-source"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  # It holds nothing that this tree does not.
  force_destroy = true

  depends_on = [google_project_service.this]
}

resource "google_storage_bucket_object" "source" {
  bucket = google_storage_bucket.source.name
  # Another name for another content: the function is then built anew.
  name   = "source-${data.archive_file.source.output_md5}.zip"
  source = data.archive_file.source.output_path
}
