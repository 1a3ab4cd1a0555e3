/**
 * The sections of fly.toml by name. Each line is a field, `key type`. `?` marks omitempty.
 *
 * Source: superfly/flyctl internal/appconfig/config.go, service.go, toplevelcheck.go.
 */
export const configStructs: Record<string, string> = {
  Config: `
    app? string
    primary_region? string
    kill_signal? *string
    kill_timeout? *Duration
    swap_size_mb? *int
    console_command? string
    experimental? *Experimental
    build? *Build
    deploy? *Deploy
    env? map[string]string
    processes? map[string]string
    mounts? []Mount
    http_service? *HTTPService
    services? []Service
    checks? map[string]*ToplevelCheck
    files? []ConfigFile
    host_dedication_id? string
    machine_config? string
    container? string
    machine_checks? []*ServiceMachineCheck
    restart? []Restart
    vm? []*Compute
    statics? []ConfigStatic
    metrics? []*Metrics
  `,
  Metrics: `
    port? int
    path? string
    https? bool
    processes? []string
  `,
  Deploy: `
    strategy? string
    max_unavailable? *float
    wait_timeout? *Duration
    release_command? string
    release_command_timeout? *Duration
    release_command_vm? *Compute
    seed_command? string
  `,
  ConfigFile: `
    guest_path? string
    local_path? string
    secret_name? string
    raw_value? string
    processes? []string
  `,
  ConfigStatic: `
    guest_path? string
    url_prefix? string
    tigris_bucket string
    index_document? string
  `,
  Mount: `
    source? string
    destination? string
    initial_size? string
    snapshot_retention? *int
    scheduled_snapshots? *bool
    auto_extend_size_threshold? int
    auto_extend_size_increment? string
    auto_extend_size_limit? string
    processes? []string
  `,
  BuildCompose: `
    file? string
  `,
  Build: `
    builder? string
    args? map[string]string
    buildpacks? []string
    image? string
    settings? any
    builtin? string
    dockerfile? string
    ignorefile? string
    build-target? string
    compose? *BuildCompose
    compression? string
    compression_level? *int
  `,
  Experimental: `
    cmd? []string
    entrypoint? []string
    exec? []string
    auto_rollback? bool
    enable_consul? bool
    enable_etcd? bool
    lazy_load_images? bool
    attached Attached
    machine_config? string
  `,
  Attached: `
    secrets AttachedSecrets
  `,
  AttachedSecrets: `
    export? map[string]string
  `,
  Compute: `
    size? string
    memory? string
    cpu_kind? string
    cpus? int
    memory_mb? int
    max_memory_mb? int
    gpus? int
    gpu_kind? string
    host_dedication_id? string
    persist_rootfs? string
    kernel_args? []string
    processes? []string
  `,
  Restart: `
    policy? RestartPolicy
    retries? int
    processes? []string
  `,
  Service: `
    protocol? string
    internal_port? int
    auto_stop_machines? *MachineAutostop
    auto_start_machines? *bool
    min_machines_running? *int
    ports? []MachinePort
    concurrency? *MachineServiceConcurrency
    tcp_checks? []*ServiceTCPCheck
    http_checks? []*ServiceHTTPCheck
    machine_checks? []*ServiceMachineCheck
    processes? []string
  `,
  ServiceTCPCheck: `
    interval? *Duration
    timeout? *Duration
    grace_period? *Duration
  `,
  ServiceHTTPCheck: `
    interval? *Duration
    timeout? *Duration
    grace_period? *Duration
    method? *string
    path? *string
    protocol? *string
    tls_skip_verify? *bool
    tls_server_name? *string
    headers? map[string]string
  `,
  ServiceMachineCheck: `
    command? []string
    image? string
    entrypoint? []string
    kill_signal? *string
    kill_timeout? *Duration
  `,
  HTTPService: `
    internal_port? int
    force_https? bool
    auto_stop_machines? *MachineAutostop
    auto_start_machines? *bool
    min_machines_running? *int
    processes? []string
    concurrency? *MachineServiceConcurrency
    tls_options? *TLSOptions
    http_options? *HTTPOptions
    checks? []*ServiceHTTPCheck
    machine_checks? []*ServiceMachineCheck
  `,
  ToplevelCheck: `
    port? *int
    type? *string
    interval? *Duration
    timeout? *Duration
    grace_period? *Duration
    method? *string
    path? *string
    protocol? *string
    tls_skip_verify? *bool
    tls_server_name? *string
    headers? map[string]string
    processes? []string
  `,
};
