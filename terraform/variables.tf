# Where the service is and how large. Names and defaults are those of deploy/config.sh.

variable "project_id" {
  description = "Project that the service runs in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "Must be the id of a project, 6 to 30 of a-z 0-9 -, not its number and not one that belongs to a domain: accounts have other names there."
  }
}

variable "region" {
  description = "Region that the service and its job run in."
  type        = string
  default     = "us-central1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]{1,2}$", var.region))
    error_message = "Must be a region of Google Cloud, such as us-central1."
  }
}

variable "datastream_project" {
  description = "Project whose operations are cancelled. Null for the same one."
  type        = string
  default     = null

  validation {
    condition     = var.datastream_project == null ? true : can(regex("^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.datastream_project))
    error_message = "Must be the id of a project."
  }

  validation {
    # By default the function allows its own project alone.
    condition     = var.datastream_project == null || var.datastream_project == var.project_id || var.allowed_parents != null
    error_message = "Operations of another project need allowed_parents: by default the function allows its own project alone."
  }
}

variable "datastream_location" {
  description = "Location that the default sweep looks at; \"-\" for all. Null for the region of the service."
  type        = string
  default     = null

  validation {
    condition     = var.datastream_location == null ? true : can(regex("^(?:[a-z][a-z0-9-]{0,62}|-)$", var.datastream_location))
    error_message = "Must be a location of Datastream, such as us-central1, or - for all of them."
  }
}

variable "service" {
  description = "Name of the service. Accounts, topics, job, data set and the rest are named after it."
  type        = string
  default     = "datastream-operation-cancel"
  nullable    = false

  validation {
    condition     = var.service == "datastream-operation-cancel" || can(regex("^[a-z][a-z0-9-]{4,20}[a-z0-9]$", var.service))
    error_message = "Must be datastream-operation-cancel, or 6 to 22 of a-z 0-9 -, first a letter, last no hyphen: accounts are named after it."
  }

  validation {
    condition     = !can(regex("^datastream-cancel(?:-deploy|-test)?$|-(?:build|invoker|dead-letter)$", var.service))
    error_message = "Must not be datastream-cancel or end in -build, -invoker or -dead-letter, nor be the name of an account that deploys: another service has these names."
  }
}

variable "max_instances" {
  description = "Most instances at a time."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 9999 && floor(var.max_instances) == var.max_instances
    error_message = "Must be a whole number from 1 to 9999."
  }
}

variable "memory" {
  description = "Memory of an instance."
  type        = string
  default     = "512Mi"
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]{0,4}[MG]i$", var.memory))
    error_message = "Must be memory such as 512Mi or 1Gi."
  }
}

variable "public" {
  description = "Whether everybody reaches the service, so that the function itself verifies callers."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.public || var.caller_auth == "verify"
    error_message = "A public service needs caller_auth = \"verify\"."
  }

  validation {
    condition     = !(var.public && var.oidc_audience != null) || var.allowed_callers != null
    error_message = "A public service with oidc_audience needs allowed_callers: without it every Google account may call."
  }
}
