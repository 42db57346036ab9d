{
  "variables": { "sanitize%": "" },
  "targets": [
    {
      "target_name": "posix_mqueue",
      "sources": [
        "addon/addon.cc",
        "addon/blocking_job.cc",
        "addon/descriptor.cc",
        "addon/environment.cc",
        "addon/jobs.cc",
        "addon/mailbox.cc",
        "addon/message_batch.cc",
        "addon/patience.cc",
        "addon/poller.cc",
        "addon/pool_budget.cc",
        "addon/queue.cc",
        "addon/queue_waits.cc",
        "addon/spinner.cc",
        "addon/syscalls.cc",
        "addon/wake_signal.cc"
      ],
      "defines": [
        "NAPI_VERSION=8",
        "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS",
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"
      ],
      "cflags": [
        "-fvisibility=hidden",
        "-Wall",
        "-Wextra",
        "-Wpedantic",
        "-Wshadow",
        "-Wconversion",
        "-Werror",
        "-isystem <!(node -p \"require('node:path').dirname(require.resolve('node-addon-api'))\")"
      ],
      "cflags_cc": ["-std=c++17"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
      "conditions": [
        [
          "sanitize!=''",
          {
            "cflags": ["-fsanitize=<(sanitize)", "-fno-omit-frame-pointer", "-g"],
            "ldflags": ["-fsanitize=<(sanitize)"]
          }
        ]
      ]
    }
  ]
}
