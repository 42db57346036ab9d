{
  "variables": { "sanitize%": "", "faults%": "", "warnings%": "-Werror" },
  "targets": [
    {
      "target_name": "posix_mqueue",
      "sources": [
        "addon.cc",
        "blocked_waits.cc",
        "blocking_job.cc",
        "descriptor.cc",
        "direction.cc",
        "environment.cc",
        "facts.cc",
        "guard.cc",
        "jobs.cc",
        "lease.cc",
        "lease_calls.cc",
        "lease_file.cc",
        "lease_steps.cc",
        "lease_view.cc",
        "leases.cc",
        "loop_pulse.cc",
        "loop_way.cc",
        "mailbox.cc",
        "message_batch.cc",
        "notice.cc",
        "old_libraries.cc",
        "patience.cc",
        "poller.cc",
        "pool_budget.cc",
        "pool_counter.cc",
        "put_back.cc",
        "queue.cc",
        "queue_calls.cc",
        "receiving.cc",
        "sending.cc",
        "spin_way.cc",
        "syscalls.cc",
        "thread_way.cc",
        "wake_signal.cc"
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
        "<(warnings)",
        "-include <(module_root_dir)/addon/old_libraries.h",
        "-isystem <!(node -p \"require('node:path').dirname(require.resolve('node-addon-api'))\")"
      ],
      "ldflags": [
        "-Wl,-z,nodelete",
        "-Wl,--gc-sections",
        "-Wl,--version-script=<(module_root_dir)/addon/exports.map"
      ],
      "cflags_cc": ["-std=c++17"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
      "conditions": [
        ["faults!=''", { "defines": ["MQUEUE_FAULTS"] }],
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
