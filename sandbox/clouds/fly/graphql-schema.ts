/**
 * The part of Fly's GraphQL schema that flyctl uses. Types and nullability follow superfly/fly-go
 * (schema.graphql, resource_*.go) and superfly/flyctl (gql/genqclient.graphql). Anything else is refused as
 * the real server refuses it: an unknown field or a wrong argument is an error, not an empty answer.
 */
export const schemaSource = /* GraphQL */ `
  schema { query: Queries mutation: Mutations }

  scalar BigInt
  scalar ISO8601DateTime
  scalar JSON

  enum AddOnType {
    arcjet enveloop fly_mysql kubernetes redis sentry supabase tigris
    upstash_kafka upstash_redis upstash_vector wafris
  }
  enum BillingStatus {
    CURRENT DELINQUENT PAST_DUE SOURCE_REQUIRED SUSPENDED TRIAL_ACTIVE TRIAL_ENDED
  }
  enum IPAddressType { private_v6 shared_v4 v4 v6 }
  enum OrganizationType { PERSONAL SHARED }
  enum PlatformVersionEnum { detached machines nomad }
  enum ServiceProtocolType { TCP UDP }
  enum ServiceHandlerType { EDGE_HTTP HTTP PG_TLS PROXY_PROTO TLS }

  type Queries {
    addOn(id: ID, name: String, provider: String): AddOn
    addOnPlans(after: String, before: String, first: Int, last: Int, type: AddOnType): AddOnPlanConnection!
    addOnProvider(name: String!): AddOnProvider!
    addOns(after: String, before: String, first: Int, last: Int, type: AddOnType): AddOnConnection!
    app(id: String, internalId: String, key: String, name: String): App
    appNameAvailable(name: String!): Boolean!
    apps(
      active: Boolean, after: String, before: String, first: Int, ids: [String!], last: Int,
      organizationId: ID, platform: String, role: String, type: String
    ): AppConnection!
    canPerformBluegreenDeployment(name: String!): Boolean!
    latestImageTag(repository: String!, snapshotId: ID): String!
    nearestRegion(wireguardGateway: Boolean): Region!
    organization(id: ID, name: String, slug: String): Organization
    organizations(
      admin: Boolean, after: String, before: String, first: Int, last: Int,
      type: OrganizationType, withBillingIssuesOnly: Boolean
    ): OrganizationConnection!
    platform: FlyPlatform!
    postgresAttachments(
      after: String, appName: String, before: String, first: Int, last: Int, postgresAppName: String!
    ): PostgresClusterAttachmentConnection!
    viewer: Principal!
  }

  type Mutations {
    allocateIpAddress(input: AllocateIPAddressInput!): AllocateIPAddressPayload
    createAddOn(input: CreateAddOnInput!): CreateAddOnPayload
    deleteAddOn(input: DeleteAddOnInput!): DeleteAddOnPayload
    enablePostgresConsul(input: EnablePostgresConsulInput!): EnablePostgresConsulPayload
    issueCertificate(input: IssueCertificateInput!): IssueCertificatePayload
    releaseIpAddress(input: ReleaseIPAddressInput!): ReleaseIPAddressPayload
    resetAddOnPassword(input: ResetAddOnPasswordInput!): ResetAddOnPasswordPayload
    updateAddOn(input: UpdateAddOnInput!): UpdateAddOnPayload
    validateWireGuardPeers(input: ValidateWireGuardPeersInput!): ValidateWireGuardPeersPayload
  }

  interface Principal { email: String! name: String }
  type User implements Principal {
    id: ID!
    email: String!
    name: String
    enablePaidHobby: Boolean!
    agreedToProviderTos(providerName: String!): Boolean!
  }
  type Macaroon implements Principal { email: String! name: String }

  type PageInfo { hasNextPage: Boolean! endCursor: String }

  type Organization {
    id: ID!
    internalNumericId: BigInt!
    slug: String!
    rawSlug: String!
    name: String!
    type: OrganizationType!
    paidPlan: Boolean!
    billable: Boolean!
    billingStatus: BillingStatus!
    viewerRole: String!
    provisionsBetaExtensions: Boolean!
    addOnSsoLink: String
    extensionSsoLink(provider: String!): String
    remoteBuilderImage: String!
    remoteBuilderApp: App
    allowedReplaySourceOrgSlugs: [String!]!
    allowAllCrossNetworkReplays: Boolean!
    addOns(after: String, before: String, first: Int, last: Int, type: AddOnType): AddOnConnection!
  }
  type OrganizationConnection { nodes: [Organization] }

  type App {
    id: ID!
    internalNumericId: Int!
    name: String!
    appUrl: String
    addOns(after: String, before: String, first: Int, last: Int, type: AddOnType): AddOnConnection!
    cnameTarget: String
    config: AppConfig!
    createdAt: ISO8601DateTime!
    currentRelease: Release
    currentReleaseUnprocessed: ReleaseUnprocessed
    deployed: Boolean!
    egressIpAddresses(after: String, before: String, first: Int, last: Int): EgressIPAddressConnection!
    hostIssues(after: String, before: String, first: Int, last: Int): IssueConnection
    hostname: String
    image(ref: String!): Image
    imageDetails: ImageVersion
    ipAddresses(after: String, before: String, first: Int, last: Int): IPAddressConnection!
    machines(active: Boolean, after: String, before: String, first: Int, last: Int, version: Int): MachineConnection!
    network: String
    networkId: Int
    organization: Organization!
    platformVersion: PlatformVersionEnum
    releasesUnprocessed(
      after: String, before: String, first: Int, last: Int, status: String
    ): ReleaseUnprocessedConnection!
    role: AppRole
    secrets: [Secret!]!
    services: [Service!]!
    sharedIpAddress: String
    status: String!
    version: Int!
  }
  type AppConnection { nodes: [App] pageInfo: PageInfo! }
  type AppConfig { definition: JSON! }
  type AppRole { name: String! }
  type Secret { name: String! digest: String! createdAt: ISO8601DateTime! }
  type Service {
    description: String!
    protocol: ServiceProtocolType!
    internalPort: Int!
    ports: [ServicePort!]!
  }
  type ServicePort { port: Int handlers: [ServiceHandlerType!]! }
  type Release {
    id: ID!
    version: Int!
    reason: String!
    description: String!
    status: String!
    inProgress: Boolean!
    evaluationId: String
    createdAt: ISO8601DateTime!
    user: User
  }
  type ReleaseUnprocessed {
    id: ID!
    version: Int!
    reason: String!
    description: String!
    status: String!
    stable: Boolean!
    imageRef: String
    configDefinition: JSON
    createdAt: ISO8601DateTime!
    user: User
  }
  type ReleaseUnprocessedConnection { nodes: [ReleaseUnprocessed] }
  type Image { id: ID! digest: String! ref: String! compressedSizeFull: BigInt! manifest: JSON! }
  type ImageVersion {
    registry: String!
    repository: String!
    tag: String!
    digest: String!
    version: String
  }

  type IPAddress {
    id: ID!
    address: String!
    type: IPAddressType!
    region: String
    createdAt: ISO8601DateTime!
    network: Network
    serviceName: String
  }
  type IPAddressConnection { nodes: [IPAddress] }
  type Network { name: String! organization: Organization! }
  type EgressIPAddress {
    id: ID!
    ip: String!
    version: Int!
    region: String!
    updatedAt: ISO8601DateTime!
  }
  type EgressIPAddressConnection { nodes: [EgressIPAddress] }
  type Issue {
    internalId: String!
    message: String
    createdAt: ISO8601DateTime!
    updatedAt: ISO8601DateTime!
  }
  type IssueConnection { nodes: [Issue] }

  type Machine {
    id: ID!
    name: String!
    app: App!
    config: JSON!
    state: String!
    region: String!
    createdAt: ISO8601DateTime!
    ips(after: String, before: String, first: Int, last: Int): MachineIPConnection!
    host: Host!
    egressIpAddresses(after: String, before: String, first: Int, last: Int): EgressIPAddressConnection!
  }
  type MachineConnection { nodes: [Machine] }
  type MachineIP { family: String! kind: String! ip: String! maskSize: Int! }
  type MachineIPConnection { nodes: [MachineIP] }
  type Host { id: ID! }

  type Region {
    code: String!
    name: String!
    latitude: Float
    longitude: Float
    gatewayAvailable: Boolean!
    requiresPaidPlan: Boolean!
    deprecated: Boolean!
  }
  type FlyPlatform { requestRegion: String regions: [Region!]! }

  type AddOn {
    id: ID!
    name: String
    addOnPlan: AddOnPlan
    addOnProvider: AddOnProvider
    app: App
    environment: JSON
    errorMessage: String
    metadata: JSON
    options: JSON
    organization: Organization!
    password: String
    primaryRegion: String
    privateIp: String
    publicUrl: String
    readRegions: [String!]
    ssoLink: String
    status: String
  }
  type AddOnConnection { nodes: [AddOn] }
  type AddOnPlan {
    id: ID!
    name: String
    displayName: String
    description: String
    maxDataSize: String
    pricePerMonth: Int
  }
  type AddOnPlanConnection { nodes: [AddOnPlan] }
  type AddOnProvider {
    id: ID!
    name: String
    displayName: String
    tosUrl: String
    tosAgreement: String
    asyncProvisioning: Boolean!
    autoProvision: Boolean!
    selectName: Boolean!
    selectRegion: Boolean!
    selectReplicaRegions: Boolean!
    detectPlatform: Boolean!
    resourceName: String!
    nameSuffix: String
    beta: Boolean!
    internal: Boolean!
    provisioningInstructions: String
    excludedRegions: [Region!]
  }

  type PostgresClusterAttachment {
    id: ID!
    databaseName: String!
    databaseUser: String!
    environmentVariableName: String!
  }
  type PostgresClusterAttachmentConnection { nodes: [PostgresClusterAttachment] }

  input AllocateIPAddressInput {
    appId: ID!
    clientMutationId: String
    network: String
    organizationId: ID
    region: String
    serviceName: String
    type: IPAddressType!
  }
  type AllocateIPAddressPayload { app: App! ipAddress: IPAddress }
  input ReleaseIPAddressInput {
    appId: ID
    clientMutationId: String
    ip: String
    ipAddressId: ID
    serviceName: String
  }
  type ReleaseIPAddressPayload { app: App! clientMutationId: String }
  input CreateAddOnInput {
    appId: ID
    clientMutationId: String
    name: String
    options: JSON
    organizationId: ID
    organizationPlanId: String
    planId: ID
    primaryRegion: String
    readRegions: [String!]
    type: AddOnType!
  }
  type CreateAddOnPayload { addOn: AddOn! }
  input UpdateAddOnInput {
    addOnId: ID
    clientMutationId: String
    metadata: JSON
    name: String
    options: JSON
    planId: ID
    prodPack: Boolean
    provider: String
    readRegions: [String!]
  }
  type UpdateAddOnPayload { addOn: AddOn! }
  input DeleteAddOnInput { addOnId: ID clientMutationId: String name: String provider: String }
  type DeleteAddOnPayload { deletedAddOnName: String }
  input ResetAddOnPasswordInput { clientMutationId: String name: String! }
  type ResetAddOnPasswordPayload { addOn: AddOn! }
  input ValidateWireGuardPeersInput { clientMutationId: String peerIps: [String!]! }
  type ValidateWireGuardPeersPayload { invalidPeerIps: [String!]! validPeerIps: [String!]! }
  input EnablePostgresConsulInput { appId: ID clientMutationId: String region: String }
  type EnablePostgresConsulPayload { consulUrl: String! }
  input IssueCertificateInput {
    appNames: [String!]
    clientMutationId: String
    email: String
    organizationId: ID!
    principals: [String!]
    publicKey: String
    username: String
    validHours: Int
  }
  type IssueCertificatePayload { certificate: String! key: String }
`;
