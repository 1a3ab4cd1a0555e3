/**
 * flyctl's requests to Fly's GraphQL API, word for word: the error of a hand-written query contains its text.
 *
 * Source: superfly/fly-go resource_*.go, superfly/flyctl gql/generated.go and internal/command.
 */

/** Hand-written queries, by the fly-go method that sends them. */
export const queries = {
  getApp: `
    query ($appName: String!) {
      app(name: $appName) {
        id
        internalNumericId
        name
        hostname
        deployed
        status
        version
        appUrl
        platformVersion
        currentRelease {
          evaluationId
          status
          inProgress
          version
        }
        config {
          definition
        }
        organization {
          id
          slug
          paidPlan
        }
        services {
          description
          protocol
          internalPort
          ports {
            port
            handlers
          }
        }
        ipAddresses {
          nodes {
            id
            address
            type
            createdAt
          }
        }
        sharedIpAddress
        cnameTarget
        imageDetails {
          registry
          repository
          tag
          digest
          version
        }
        machines{
          nodes {
            id
            name
            config
            state
            region
            createdAt
            app {
              name
            }
            ips {
              nodes {
                family
                kind
                ip
                maskSize
              }
            }
            host {
              id
            }
          }
        }
        postgresAppRole: role {
          name
        }
      }
    }
  `,
  getAppNetwork: `
    query ($appName: String!) {
      app(name: $appName) {
        network
      }
    }
  `,
  getMachine: `
    query ($machineId: String!) {
      gqlmachine:machine(machineId: $machineId) {
        id
        name
        app {
          name
          organization {
            id
            slug
          }
        }
      }
    }
  `,
  getAppCompact: `
    query ($appName: String!) {
      appcompact:app(name: $appName) {
        id
        internalNumericId
        name
        hostname
        cnameTarget
        deployed
        network
        status
        appUrl
        platformVersion
        organization {
          id
          internalNumericId
          slug
          paidPlan
        }
        postgresAppRole: role {
          name
        }
      }
    }
  `,
  getAppBasic: `
    query ($appName: String!) {
      appbasic:app(name: $appName) {
        id
        name
        platformVersion
        organization {
          id
          internalNumericId
          slug
          rawSlug
          paidPlan
        }
      }
    }
  `,
  resolveImageForApp: `
    query ($appName: String!, $imageRef: String!) {
      app(name: $appName) {
        id
        image(ref: $imageRef) {
          id
          digest
          ref
          compressedSize: compressedSizeFull
          manifest
        }
      }
    }
  `,
  getLatestImageTag: `
    query($repository: String!, $snapshotId: ID) {
      latestImageTag(repository: $repository, snapshotId: $snapshotId)
    }
  `,
  getIPAddresses: `
    query ($appName: String!) {
      app(name: $appName) {
        ipAddresses {
          nodes {
            id
            address
            type
            region
            createdAt
            network {
              name
              organization {
                slug
              }
            }
            serviceName
          }
        }
        sharedIpAddress
      }
    }
  `,
  allocateIPAddress: `
    mutation($input: AllocateIPAddressInput!) {
      allocateIpAddress(input: $input) {
        ipAddress {
          id
          address
          type
          region
          createdAt
        }
      }
    }
  `,
  allocateSharedIPAddress: `
    mutation($input: AllocateIPAddressInput!) {
      allocateIpAddress(input: $input) {
        app {
          sharedIpAddress
        }
      }
    }
  `,
  releaseIPAddress: `
    mutation($input: ReleaseIPAddressInput!) {
      releaseIpAddress(input: $input) {
        clientMutationId
      }
    }
  `,
  getAppScopedEgressIPAddresses: `
    query ($appName: String!) {
      app(name: $appName) {
        egressIpAddresses {
          nodes {
            id
            ip
            version
            region
            updatedAt
          }
        }
      }
    }
  `,
  getOrganizations: `
    query($admin: Boolean!) {
      organizations(admin: $admin) {
        nodes {
          id
          slug
          rawSlug
          name
          type
          paidPlan
          billable
          viewerRole
          internalNumericId
        }
      }
    }
  `,
  getOrganizationBySlug: `
    query($slug: String!) {
      organization(slug: $slug) {
        id
        internalNumericId
        slug
        rawSlug
        name
        type
        billable
      }
    }
  `,
  platformRegions: `
    query {
      platform {
        requestRegion
        regions {
          name
          code
          latitude
          longitude
          gatewayAvailable
          requiresPaidPlan
          deprecated
        }
      }
    }
  `,
  enablePostgresConsul: `
    mutation($appName: ID!) {
      enablePostgresConsul(input: {appId: $appName}) {
        consulUrl
      }
    }
  `,
  getAppsPage: `
    query($org: ID, $role: String, $after: String) {
      apps(type: "container", first: 200, after: $after, organizationId: $org, role: $role) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          name
          deployed
          hostname
          platformVersion
          organization {
            slug
            name
          }
          currentRelease {
            createdAt
            status
          }
          status
        }
      }
    }
  `,
  getAppReleasesMachines: `
    query($appName: String!, $limit: Int!) {
      app(name: $appName) {
        releases: releasesUnprocessed(first: $limit) {
          nodes {
            id
            version
            description
            reason
            status
            imageRef
            stable
            user {
              id
              email
              name
            }
            createdAt
          }
        }
      }
    }
  `,
  validateWireGuardPeers: `
    mutation($input: ValidateWireGuardPeersInput!) {
      validateWireGuardPeers(input: $input) {
        invalidPeerIps
      }
    }
  `,
  issueSSHCertificate: `
    mutation($input: IssueCertificateInput!) {
      issueCertificate(input: $input) {
        certificate, key
      }
    }
  `,
  getCurrentUser: `
    query {
      viewer {
        ... on User {
          id
          email
          enablePaidHobby
        }
        ... on Macaroon {
          email
        }
      }
    }
  `,
  getAppNameFromVolume: `
    query($id: ID!) {
      volume: volume(id: $id) {
        ... on Volume {
          app {
            name
          }
        }
      }
    }
  `,
  getNearestRegion: `
    query {
      nearestRegion {
        code
        name
        gatewayAvailable
        deprecated
      }
    }
  `,
  listApps: `
    query($org: ID, $after: String) {
      apps(type: "container", first: 200, after: $after, organizationId: $org) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          name
          deployed
          hostname
          platformVersion
          network
          organization {
            slug
            name
          }
          currentRelease {
            createdAt
            status
          }
          status
        }
      }
    }
  `,
} as const;

/** Generated operations, by name. */
export const operations = {
  CreateAddOn: `
    mutation CreateAddOn ($input: CreateAddOnInput!) {
      createAddOn(input: $input) {
        addOn {
          name
          publicUrl
          ssoLink
          environment
          primaryRegion
        }
      }
    }
  `,
  GetAddOn: `
    query GetAddOn ($name: String, $provider: String) {
      addOn(name: $name, provider: $provider) {
        ... AddOnData
        publicUrl
        privateIp
        password
        status
        primaryRegion
        readRegions
        options
        metadata
        ssoLink
        organization {
          slug
          paidPlan
        }
        addOnProvider {
          ... ExtensionProviderData
        }
        app {
          ... AppData
        }
        addOnPlan {
          id
          name
          displayName
          description
        }
      }
    }
    fragment AddOnData on AddOn {
      id
      name
      primaryRegion
      status
      errorMessage
      metadata
      options
    }
    fragment ExtensionProviderData on AddOnProvider {
      id
      name
      displayName
      tosUrl
      asyncProvisioning
      autoProvision
      selectName
      selectRegion
      selectReplicaRegions
      detectPlatform
      resourceName
      nameSuffix
      beta
      tosAgreement
      internal
      provisioningInstructions
      excludedRegions {
        code
      }
    }
    fragment AppData on App {
      id
      name
      deployed
      platformVersion
      cnameTarget
      secrets {
        name
      }
      organization {
        ... OrganizationData
      }
    }
    fragment OrganizationData on Organization {
      id
      slug
      rawSlug
      paidPlan
      addOnSsoLink
      provisionsBetaExtensions
      name
      billable
      billingStatus
    }
  `,
  ListAddOns: `
    query ListAddOns ($addOnType: AddOnType) {
      addOns(type: $addOnType) {
        nodes {
          id
          name
          addOnPlan {
            displayName
            description
          }
          privateIp
          primaryRegion
          readRegions
          options
          metadata
          organization {
            id
            slug
          }
        }
      }
    }
  `,
  ListAddOnPlans: `
    query ListAddOnPlans ($addOnType: AddOnType!) {
      addOnPlans(type: $addOnType) {
        nodes {
          id
          description
          displayName
          maxDataSize
          pricePerMonth
        }
      }
    }
  `,
  GetAddOnProvider: `
    query GetAddOnProvider ($name: String!) {
      addOnProvider(name: $name) {
        ... ExtensionProviderData
      }
    }
    fragment ExtensionProviderData on AddOnProvider {
      id
      name
      displayName
      tosUrl
      asyncProvisioning
      autoProvision
      selectName
      selectRegion
      selectReplicaRegions
      detectPlatform
      resourceName
      nameSuffix
      beta
      tosAgreement
      internal
      provisioningInstructions
      excludedRegions {
        code
      }
    }
  `,
  ResetAddOnPassword: `
    mutation ResetAddOnPassword ($name: String!) {
      resetAddOnPassword(input: {name:$name}) {
        addOn {
          publicUrl
        }
      }
    }
  `,
  DeleteAddOn: `
    mutation DeleteAddOn ($name: String, $provider: String) {
      deleteAddOn(input: {name:$name,provider:$provider}) {
        deletedAddOnName
      }
    }
  `,
  ListOrganizationAddOns: `
    query ListOrganizationAddOns ($orgSlug: String!, $addOnType: AddOnType) {
      organization(slug: $orgSlug) {
        addOns(type: $addOnType) {
          nodes {
            id
            name
            addOnPlan {
              displayName
              description
            }
            privateIp
            primaryRegion
            readRegions
            options
            metadata
          }
        }
      }
    }
  `,
  FlyctlConfigCurrentRelease: `
    query FlyctlConfigCurrentRelease ($appName: String!) {
      app(name: $appName) {
        currentReleaseUnprocessed {
          configDefinition
        }
      }
    }
  `,
  LatestImage: `
    query LatestImage ($appName: String!) {
      app(name: $appName) {
        currentReleaseUnprocessed {
          id
          version
          imageRef
        }
      }
    }
  `,
} as const;
