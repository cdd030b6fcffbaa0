# Callers and what watches over it all: each group null, and then nothing of it is made, or an object.

variable "pubsub" {
  description = "Pub/Sub as a caller: a topic that is pushed to the service, and a dead-letter topic. `publishers` are IAM members that may publish to it: each of them can cancel operations."
  type = object({
    publishers = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.pubsub == null ? true : alltrue([for member in var.pubsub.publishers : can(regex("^(?:user|group|serviceAccount|principal|principalSet):[^\\s,]+$", member))])
    error_message = "publishers must be IAM members such as serviceAccount:ops@acme-data.iam.gserviceaccount.com; allUsers and allAuthenticatedUsers are none, since whoever publishes can cancel."
  }

  validation {
    condition     = var.pubsub == null || var.caller_auth != "verify" || var.oidc_audience != null
    error_message = "Pub/Sub comes with an identity token: with caller_auth = \"verify\" it needs oidc_audience."
  }
}

variable "sweep" {
  description = "Cloud Scheduler as a caller: a job that posts `command` at `schedule`. Null as command is deploy/sweep.json, a dry run."
  type = object({
    schedule  = string
    time_zone = optional(string, "Etc/UTC")
    command   = optional(any)
  })
  default = null

  validation {
    condition     = var.sweep == null ? true : can(regex("^[0-9A-Za-z*,/-]+(?: [0-9A-Za-z*,/-]+){4}$", var.sweep.schedule))
    error_message = "schedule must be a cron line of five fields, such as \"0 3 * * *\"."
  }

  validation {
    condition     = var.sweep == null ? true : can(regex("^[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*$", var.sweep.time_zone))
    error_message = "time_zone must be one of the tz database, such as Europe/Zurich."
  }

  validation {
    condition     = var.sweep == null || var.caller_auth != "verify" || var.oidc_audience != null
    error_message = "The sweep comes with an identity token: with caller_auth = \"verify\" it needs oidc_audience."
  }

  validation {
    # A misspelt minAge or validateOnly would otherwise be found out by night.
    condition = try(var.sweep.command, null) == null ? true : (
      length(setsubtract(try(keys(var.sweep.command), ["?"]), ["parent", "select", "maxOperations", "name", "names", "reason", "validateOnly", "wait", "untilDone", "requestId"])) == 0
      && length(setsubtract(try(keys(var.sweep.command.select), []), ["verbs", "target", "minAge"])) == 0
    )
    error_message = "command must be an object with the function's own fields: parent, select (verbs, target, minAge), maxOperations, name, names, reason, validateOnly, wait, untilDone, requestId."
  }
}

variable "webhooks" {
  description = "Signed webhooks: where WEBHOOK_SECRETS stand in Secret Manager. Without `secret` the module makes the secret and its first version, whose value stands in no state; with it, it only lets the function read that one. `sender` names who signs with the first version: the record has it as principal."
  type = object({
    secret  = optional(string)
    version = optional(string, "1")
    sender  = optional(string, "webhook")
  })
  default = null

  validation {
    condition     = var.webhooks == null ? true : var.webhooks.secret == null ? true : can(regex("^[A-Za-z0-9_-]{1,255}$", var.webhooks.secret)) && !startswith(var.webhooks.secret, "whsec_")
    error_message = "secret must be the name of a secret of this project, such as datastream-cancel-webhook-secrets, never a secret itself."
  }

  validation {
    condition     = var.webhooks == null ? true : can(regex("^[1-9][0-9]{0,8}$", var.webhooks.version))
    error_message = "version must be a version's number: which one is deployed, and comes back with a roll-back, shall be certain."
  }

  validation {
    condition     = var.webhooks == null ? true : can(regex("^[a-z0-9-]{1,63}$", var.webhooks.sender))
    error_message = "sender must be 1 to 63 of a-z 0-9 -."
  }
}

variable "observe" {
  description = "Audit log in BigQuery, metric, two alerts and a dashboard. `view` makes the view over the audit log: set it once the first entry has arrived, since Cloud Logging makes the table with it."
  type = object({
    notification_channels = optional(list(string), [])
    dataset_location      = optional(string, "US")
    view                  = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.observe == null ? true : alltrue([for channel in var.observe.notification_channels : can(regex("^projects/[^/\\s]+/notificationChannels/[0-9]+$", channel))])
    error_message = "notification_channels must be names such as projects/acme-data/notificationChannels/123."
  }

  validation {
    condition     = var.observe == null ? true : can(regex("^[A-Za-z][A-Za-z0-9-]{1,62}$", var.observe.dataset_location))
    error_message = "dataset_location must be a location of BigQuery, such as US or europe-west3."
  }
}
