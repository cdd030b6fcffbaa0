# The service in one project, the operations in another: the role is made and granted there.

variable "project_id" {
  description = "Project that the service runs in."
  type        = string
}

provider "google" {
  project = var.project_id
}

variable "datastream_project" {
  description = "Project whose operations are cancelled."
  type        = string
}

module "cancel" {
  source = "../.."

  project_id         = var.project_id
  datastream_project = var.datastream_project
  allowed_parents    = ["projects/${var.datastream_project}/locations/*"]

  pubsub = {}
}

output "topic" {
  value = module.cancel.topic
}
