{
  "variables": {
    # `-Droamkit_werror=1` turns warnings into errors: for the project's own checks, not for its users' compilers.
    "roamkit_werror%": 0,
    # `-Droamkit_sanitize=address,undefined` or `thread`.
    "roamkit_sanitize%": ""
  },
  "targets": [
    {
      "target_name": "roamkit",
      "conditions": [
        [
          "OS=='linux'",
          {
            "sources": [
              "native/addon.cc",
              "native/arguments.cc",
              "native/marshal.cc",
              "native/monitor_binding.cc",
              "native/names.cc",
              "native/flows/flow_index.cc",
              "native/flows/flow_table.cc",
              "native/flows/verdict.cc",
              "native/mirror/addresses.cc",
              "native/mirror/fib.cc",
              "native/mirror/ip.cc",
              "native/mirror/links.cc",
              "native/mirror/lookup.cc",
              "native/mirror/mirror.cc",
              "native/mirror/neighbours.cc",
              "native/mirror/next_hop_objects.cc",
              "native/mirror/path_table.cc",
              "native/mirror/prefix_trie.cc",
              "native/mirror/rules.cc",
              "native/mirror/source_selection.cc",
              "native/mirror/table_lookup.cc",
              "native/monitor/apply.cc",
              "native/monitor/batch.cc",
              "native/monitor/kernel_observer.cc",
              "native/monitor/monitor.cc",
              "native/monitor/network_namespace.cc",
              "native/monitor/portals.cc",
              "native/monitor/publish.cc",
              "native/monitor/questions.cc",
              "native/monitor/resync.cc",
              "native/netlink/attributes.cc",
              "native/netlink/decode.cc",
              "native/netlink/portal_option.cc",
              "native/netlink/read_ahead.cc",
              "native/netlink/request.cc",
              "native/netlink/sock_diag.cc",
              "native/netlink/socket.cc",
              "native/netlink/socket_diagnosis.cc",
              "native/netlink/socket_dump.cc",
              "native/older_libstdcxx.cc",
              "native/processes/descriptors.cc",
              "native/processes/inventory.cc",
              "native/processes/reset_socket.cc",
              "native/processes_binding.cc",
              "native/socket_options.cc"
            ],
            "include_dirs": ["native"],
            "defines": ["NAPI_VERSION=8", "NAPI_DISABLE_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
            "cflags_cc!": ["-std=gnu++17", "-std=gnu++14", "-fno-rtti"],
            "cflags_cc": [
              "-std=c++20",
              # As a system header: its warnings are not ours.
              "-isystem",
              "<!(node -p \"require('node:path').resolve(require('node-addon-api').include_dir)\")",
              "-fvisibility=hidden",
              "-Wall",
              "-Wextra",
              "-Wpedantic",
              "-Wshadow",
              "-Wconversion",
              "-Wno-unused-parameter",
              "-Wno-missing-field-initializers"
            ],
            "conditions": [
              # The trie counts bits at every step. addon.cc refuses processors without it (x86-64 from before 2008).
              ["target_arch=='x64'", { "cflags_cc": ["-mpopcnt"] }],
              ["roamkit_werror==1", { "cflags_cc": ["-Werror"] }],
              [
                "roamkit_sanitize!=''",
                {
                  "cflags_cc": ["-fsanitize=<(roamkit_sanitize)", "-fno-omit-frame-pointer", "-g"],
                  "ldflags": ["-fsanitize=<(roamkit_sanitize)"]
                }
              ]
            ]
          },
          { "type": "none" }
        ]
      ]
    }
  ]
}
