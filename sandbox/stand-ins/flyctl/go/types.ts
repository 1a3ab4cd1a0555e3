/**
 * The structs into which flyctl decodes answers, by name. Each line is a field, `jsonName type`. `?` marks
 * omitempty.
 *
 * Source: superfly/fly-go types.go, machine_types.go, volume_types.go (version 0.9.6).
 */
export const structs: Record<string, string> = {
  App: `
    ID string
    InternalNumericID int
    Name string
    State string
    Status string
    Deployed bool
    Hostname string
    AppURL string
    Version int
    NetworkID int
    Network string
    Release *Release
    Organization Organization
    Secrets []Secret
    CurrentRelease *Release
    Releases {Nodes []Release}
    IPAddresses {Nodes []IPAddress}
    EgressIpAddresses {Nodes []*EgressIPAddress}
    SharedIPAddress string
    CNAMETarget string
    IPAddress *IPAddress
    Certificates {Nodes []AppCertificate}
    Certificate AppCertificate
    PostgresAppRole *{Name string}
    Image *Image
    ImageUpgradeAvailable bool
    ImageVersionTrackingEnabled bool
    ImageDetails ImageVersion
    LatestImageDetails ImageVersion
    PlatformVersion string
    Machines {Nodes []GqlMachine}
    CurrentLock *{LockID string, Expiration string}
  `,
  Release: `
    ID string
    Version int
    Stable bool
    InProgress bool
    Reason string
    Description string
    Status string
    DeploymentStrategy string
    Metadata *ReleaseMetadata
    User User
    EvaluationID string
    CreatedAt time
    ImageRef string
  `,
  ReleaseMetadata: `
    post_deployment_info PostDeploymentInfo
  `,
  PostDeploymentInfo: `
    flyctl_version string
    error string
  `,
  User: `
    ID string
    Name string
    Email string
    EnablePaidHobby bool
  `,
  Organization: `
    ID string
    InternalNumericID string
    Name string
    RemoteBuilderImage string
    RemoteBuilderApp *App
    Slug string
    RawSlug string
    Type string
    PaidPlan bool
    Billable bool
    Settings any
    AllowedReplaySourceOrgSlugs []string
    AllowAllCrossNetworkReplays bool
    WireGuardPeer *WireGuardPeer
    WireGuardPeers {Nodes *[]*WireGuardPeer, Edges *[]*{Cursor *string, Node *WireGuardPeer}}
    DelegatedWireGuardTokens {Nodes *[]*DelegatedWireGuardTokenHandle, Edges *[]*{Cursor *string, Node *DelegatedWireGuardTokenHandle}}
    LoggedCertificates *{Nodes []LoggedCertificate}
  `,
  LogMeta: `
    Instance string
    Region string
    Event {Provider string}
    HTTP {Request {ID string, Method string, Version string}, Response {status_code int}}
    Error {Code int, Message string}
    URL {Full string}
  `,
  OrganizationBasic: `
    ID string
    InternalNumericID string
    Name string
    Slug string
    RawSlug string
    PaidPlan bool
  `,
  AppCompact: `
    ID string
    InternalNumericID int
    Name string
    Status string
    Deployed bool
    Hostname string
    CnameTarget string
    Network string
    AppURL string
    Organization *OrganizationBasic
    PlatformVersion string
    PostgresAppRole *{Name string}
  `,
  Secret: `
    Name string
    Digest string
    CreatedAt time
  `,
  IPAddress: `
    ID string
    Address string
    Type string
    Region string
    CreatedAt time
    ServiceName string
    Network *{Name string, Organization *{Slug string}}
  `,
  EgressIPAddress: `
    ID string
    IP string
    Version int
    Region string
    UpdatedAt time
  `,
  AppCertificate: `
    ID string
    AcmeDNSConfigured bool
    AcmeALPNConfigured bool
    Configured bool
    CertificateAuthority string
    CreatedAt time
    DNSProvider string
    DNSValidationInstructions string
    DNSValidationHostname string
    DNSValidationTarget string
    Hostname string
    Source string
    ClientStatus string
    IsApex bool
    IsWildcard bool
    ValidationErrors []AppCertificateValidationError
    Issued {Nodes []{ExpiresAt time, Type string}}
  `,
  AppCertificateValidationError: `
    errorCode string
    message string
    remediation string
    timestamp time
  `,
  Image: `
    ID string
    Digest string
    Ref string
    CompressedSize string
    Manifest *ImageManifest
  `,
  ImageManifest: `
    annotations? map[string]string
  `,
  ImageVersion: `
    Registry string
    Repository string
    Tag string
    Version string
    Digest string
  `,
  Machine: `
    id? string
    name? string
    state? string
    region? string
    image_ref MachineImageRef
    instance_id? string
    version? string
    private_ip? string
    created_at? string
    updated_at? string
    config? *MachineConfig
    events? []*MachineEvent
    checks? []*MachineCheckStatus
    nonce? string
    host_status? HostStatus
    cordoned bool
    containers? []*ContainerStatus
    incomplete_config? *MachineConfig
  `,
  LaunchMachineInput: `
    config? *MachineConfig
    region? string
    name? string
    skip_launch? bool
    skip_service_registration? bool
    skip_secrets bool
    min_secrets_version? *int
    lease_ttl? int
  `,
  MachineImageRef: `
    registry? string
    repository? string
    tag? string
    digest? string
    labels? map[string]string
  `,
  MachineEvent: `
    type? string
    status? string
    request? *MachineRequest
    source? string
    timestamp? int
  `,
  MachineRequest: `
    exit_event? *MachineExitEvent
    MonitorEvent? *MachineMonitorEvent
    restart_count? int
  `,
  MachineMonitorEvent: `
    exit_event? *MachineExitEvent
  `,
  MachineExitEvent: `
    exit_code? int
    guest_exit_code? int
    guest_signal? int
    oom_killed? bool
    requested_stop? bool
    restarting? bool
    signal? int
    exited_at time
  `,
  MachineCheckStatus: `
    name? string
    status? ConsulCheckStatus
    output? string
    updated_at? *time
  `,
  MachineConfig: `
    env? map[string]string
    init MachineInit
    guest? *MachineGuest
    metadata? map[string]string
    mounts? []MachineMount
    services? []MachineService
    metrics? *MachineMetrics
    checks? map[string]MachineCheck
    statics? []*Static
    image? string
    files? []*File
    schedule? string
    auto_destroy? bool
    restart? *MachineRestart
    dns? *DNSConfig
    processes? []MachineProcess
    standbys? []string
    stop_config? *StopConfig
    containers? []*ContainerConfig
    volumes? []*VolumeConfig
    rootfs? *MachineRootfs
    cache_drive? *MachineCacheDrive
    spot? *MachineSpot
    size? string
    disable_machine_autostart? *bool
  `,
  MachineInit: `
    exec? []string
    entrypoint? []string
    cmd? []string
    tty? bool
    swap_size_mb? *int
    kernel_args? []string
  `,
  MachineGuest: `
    cpu_kind? string
    cpus? int
    memory_mb? int
    max_memory_mb? int
    gpus? int
    gpu_kind? string
    host_dedication_id? string
    persist_rootfs? MachinePersistRootfs
    kernel_args? []string
  `,
  MachineMount: `
    encrypted? bool
    path? string
    size_gb? int
    volume? string
    name? string
    extend_threshold_percent? int
    add_size_gb? int
    size_gb_limit? int
  `,
  MachineService: `
    protocol? string
    internal_port? int
    autostop? *MachineAutostop
    autostart? *bool
    min_machines_running? *int
    ports? []MachinePort
    checks? []MachineServiceCheck
    concurrency? *MachineServiceConcurrency
    force_instance_key *string
    force_instance_description? *string
  `,
  MachinePort: `
    port? *int
    start_port? *int
    end_port? *int
    handlers? []string
    force_https? bool
    tls_options? *TLSOptions
    http_options? *HTTPOptions
    proxy_proto_options? *ProxyProtoOptions
  `,
  MachineServiceCheck: `
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
    headers? []MachineHTTPHeader
  `,
  MachineHTTPHeader: `
    name? string
    values? []string
  `,
  MachineServiceConcurrency: `
    type? string
    hard_limit? int
    soft_limit? int
  `,
  TLSOptions: `
    alpn? []string
    versions? []string
    default_self_signed? *bool
  `,
  HTTPOptions: `
    compress? *bool
    response? *HTTPResponseOptions
    h2_backend? *bool
    idle_timeout? *int
    headers_read_timeout? *int
    replay_cache? []ReplayCache
  `,
  ReplayCache: `
    path_prefix string
    ttl_seconds int
    type string
    name string
    allow_bypass? bool
  `,
  HTTPResponseOptions: `
    headers? any
    pristine? *bool
  `,
  ProxyProtoOptions: `
    version? string
  `,
  MachineMetrics: `
    port? int
    path? string
    https? bool
  `,
  MachineCheck: `
    port? *int
    type? *string
    kind? *MachineCheckKind
    interval? *Duration
    timeout? *Duration
    grace_period? *Duration
    method? *string
    path? *string
    protocol? *string
    tls_skip_verify? *bool
    tls_server_name? *string
    headers? []MachineHTTPHeader
  `,
  Static: `
    guest_path string
    url_prefix string
    tigris_bucket string
    index_document string
  `,
  File: `
    guest_path? string
    raw_value? *string
    secret_name? *string
    image_config? *string
    mode? int
  `,
  MachineRestart: `
    policy? MachineRestartPolicy
    max_retries? int
  `,
  DNSConfig: `
    skip_registration? bool
    nameservers? []string
    searches? []string
    options? []dnsOption
    dns_forward_rules? []dnsForwardRule
    hostname? string
    hostname_fqdn? string
  `,
  dnsOption: `
    name? string
    value? string
  `,
  dnsForwardRule: `
    basename? string
    addr? string
  `,
  MachineProcess: `
    exec? []string
    entrypoint? []string
    cmd? []string
    user? string
    env? map[string]string
    secrets? []MachineSecret
    ignore_app_secrets? bool
    env_from? []EnvFrom
  `,
  MachineSecret: `
    env_var string
    name string
  `,
  EnvFrom: `
    env_var string
    field_ref string
  `,
  StopConfig: `
    timeout? *Duration
    signal? *string
  `,
  MachineRootfs: `
    persist? MachinePersistRootfs
    size_gb? int
  `,
  MachineCacheDrive: `
    size_mb? int
  `,
  MachineSpot: `
    max_price_fraction? float
  `,
  ContainerStatus: `
    name string
    state string
  `,
  Volume: `
    id string
    name string
    state string
    size_gb int
    region string
    zone string
    encrypted bool
    attached_machine_id *string
    attached_alloc_id *string
    created_at time
    host_dedication_id string
    snapshot_retention int
    auto_backup_enabled bool
    host_status? string
  `,
  Region: `
    code string
    name string
    latitude float
    longitude float
    gateway_available bool
    requires_paid_plan bool
    deprecated bool
    capacity int
    geo_region GeoRegion
    mpg_available bool
  `,
  CertificateDetailResponse: `
    hostname string
    configured bool
    acme_requested bool
    status string
    dns_provider? string
    rate_limited_until? *time
    certificates []CertificateDetail
    validation CertificateValidation
    dns_requirements DNSRequirements
    dns_records? *DNSRecords
    validation_errors? []ValidationError
  `,
  CertificateSummary: `
    hostname string
    status string
    dns_provider? string
    acme_dns_configured bool
    acme_alpn_configured bool
    acme_http_configured bool
    ownership_txt_configured bool
    configured bool
    acme_requested bool
    has_custom_certificate bool
    has_fly_certificate bool
    created_at time
    updated_at time
  `,
  CertificateDetail: `
    source string
    status string
    created_at? *time
    expires_at? *time
    issuer? string
    issued []IssuedCertInfo
  `,
  IssuedCertInfo: `
    type string
    expires_at time
    certificate_authority? string
  `,
  CertificateValidation: `
    dns_configured bool
    alpn_configured bool
    http_configured bool
    ownership_txt_configured bool
  `,
  DNSRequirements: `
    a []string
    aaaa []string
    cname string
    acme_challenge ACMEChallengeRequirement
    ownership OwnershipRequirement
  `,
  ACMEChallengeRequirement: `
    name string
    target string
  `,
  OwnershipRequirement: `
    name string
    app_value string
    org_value string
  `,
  DNSRecords: `
    a []string
    aaaa []string
    cname []string
    resolved_addresses []string
    soa *string
    acme_challenge_cname *string
    ownership_txt *string
  `,
  ValidationError: `
    code *string
    message string
    remediation? string
    timestamp time
  `,
  MachineExecResponse: `
    exit_code? int
    stdout? string
    stderr? string
  `,
  GqlMachine: `
    ID string
    Name string
    State string
    Region string
    Config MachineConfig
    App *AppCompact
    IPs {Nodes []*{Family string, Kind string, IP string, MaskSize int}}
    EgressIpAddresses {Nodes []*EgressIPAddress}
  `,
  WireGuardPeer: `
    ID string
    Pubkey string
    Region string
    Name string
    Peerip string
    GatewayStatus any
  `,
  VolumeConfig: `
    name string
  `,
};
