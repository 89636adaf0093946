import { mailboxGroup, mailboxSettings } from './mailbox-settings.ts';
import { defaultRules } from '../decide/rules.ts';
import { ruleKinds } from './rule-kinds.ts';
import {
  byteSize,
  networks,
  oneOf,
  secretText,
  text,
  urlOf,
  webUrl,
  wholeNumber,
  yesNo,
} from './setting-kinds.ts';
import type { Kind } from './setting-kinds.ts';
import { setting } from './setting.ts';
import type { Setting } from './setting.ts';

const seconds = wholeNumber({ min: 1, max: 86_400 });
const count = wholeNumber({ min: 1, max: 1_000_000 });
const rate = wholeNumber({ min: 1, max: 1_000 });
const few = wholeNumber({ min: 1, max: 64 });

const collectionName: Kind<string> = {
  // https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions
  schema: text.schema.refine((value) => !/[$\0]/u.test(value) && !value.startsWith('system.')),
  expects: 'the name of a collection, without "$" and not beginning with "system."',
};

const mongodbUri: Kind<string> = {
  schema: text.schema.superRefine((value, context) => {
    const [scheme, rest = ''] = value.split('://', 2);
    const beforeQuery = rest.split('?', 1)[0] ?? '';
    if ((scheme !== 'mongodb' && scheme !== 'mongodb+srv') || /^[/@]|^$/u.test(beforeQuery)) {
      context.addIssue({ code: 'custom', message: ' ' });
    } else if (
      beforeQuery.split('@').length > 2 ||
      beforeQuery.slice(beforeQuery.indexOf('/') + 1).includes('@')
    ) {
      const message = 'in a user name or password "@" is written %40, ":" %3A, "/" %2F and "?" %3F';
      context.addIssue({ code: 'custom', message });
    }
  }),
  expects: 'a URI such as mongodb://127.0.0.1:27017/crm or mongodb+srv://cluster.example.net/crm',
};

const isolated: Kind<string> = {
  // BullMQ separates its keys with ":" and Redis Cluster marks slots with "{…}".
  schema: text.schema.refine((value) => /^[\w.{}-]+$/u.test(value)),
  expects: 'letters, digits, ".", "_" and "-"',
};

const g = {
  database: 'MongoDB',
  redis: 'Redis',
  blobs: 'Blob storage: S3, or a folder if S3_BUCKET is not set',
  poll: 'Polling and ingesting',
  who: 'Staff and clients',
  cases: 'Case tags',
  events: 'Events',
  dashboard: 'Dashboard',
  secrets: 'Stored secrets',
  process: 'Process',
} as const;

export const settings = {
  mongodbUri: setting({
    name: 'MONGODB_URI',
    group: g.database,
    doc: 'MongoDB connection string. May contain credentials; never logged.',
    kind: mongodbUri,
    required: true,
    secret: true,
    example: 'mongodb://127.0.0.1:27017/crm',
  }),
  mongodbDb: setting({
    name: 'MONGODB_DB',
    group: g.database,
    doc: "The CRM's database. Defaults to the one in the path of MONGODB_URI, else crm.",
    kind: {
      schema: text.schema.refine((value) => /^[^/\\. "$*<>:|?\0]{1,63}$/u.test(value)),
      expects: 'the name of a database, without spaces, dots and slashes',
    },
  }),
  clientsCollection: setting({
    name: 'COLLECTION_CLIENTS',
    group: g.database,
    doc: "The CRM's clients collection. docketmail only reads it.",
    kind: collectionName,
    fallback: 'clients',
  }),
  communicationsCollection: setting({
    name: 'COLLECTION_COMMUNICATIONS',
    group: g.database,
    doc: "The CRM's communications collection.",
    kind: collectionName,
    fallback: 'communications',
  }),
  caseUpdatesCollection: setting({
    name: 'COLLECTION_CASE_UPDATES',
    group: g.database,
    doc: "The CRM's case updates collection.",
    kind: collectionName,
    fallback: 'caseUpdates',
  }),
  ownCollectionsPrefix: setting({
    name: 'OWN_COLLECTIONS_PREFIX',
    group: g.database,
    doc: "Prefix for the names of docketmail's own collections (messages, sightings, …), if the database already uses such names.",
    kind: collectionName,
    example: 'docketmail_',
  }),

  redisUrl: setting({
    name: 'REDIS_URL',
    group: g.redis,
    doc: 'Redis connection URL, for the job queue. rediss:// for TLS. May contain a password; never logged.',
    kind: urlOf(['redis', 'rediss']),
    required: true,
    secret: true,
    example: 'redis://127.0.0.1:6379',
  }),
  queuePrefix: setting({
    name: 'QUEUE_PREFIX',
    group: g.redis,
    doc: 'Prefix for all Redis keys, so that several installations can share one Redis.',
    kind: isolated,
    fallback: 'docketmail',
  }),

  s3Bucket: setting({
    name: 'S3_BUCKET',
    group: g.blobs,
    doc: 'Bucket for raw messages and attachments.',
    kind: text,
    example: 'crm-mail',
  }),
  s3Endpoint: setting({
    name: 'S3_ENDPOINT',
    group: g.blobs,
    doc: 'URL of the S3-compatible server. Not needed for AWS.',
    kind: webUrl,
    example: 'https://s3.example.com',
  }),
  s3Region: setting({
    name: 'S3_REGION',
    group: g.blobs,
    doc: 'Region of the bucket. Most servers other than AWS accept any.',
    kind: text,
    fallback: 'us-east-1',
  }),
  s3AccessKeyId: setting({
    name: 'S3_ACCESS_KEY_ID',
    group: g.blobs,
    doc: "Access key. Without it and the secret key, the machine's credentials (IAM role, AWS profile) are used.",
    kind: text,
    secret: true,
  }),
  s3SecretAccessKey: setting({
    name: 'S3_SECRET_ACCESS_KEY',
    group: g.blobs,
    doc: 'Secret key that belongs to S3_ACCESS_KEY_ID.',
    kind: secretText,
    secret: true,
  }),
  s3ForcePathStyle: setting({
    name: 'S3_FORCE_PATH_STYLE',
    group: g.blobs,
    doc: 'Put the bucket in the path instead of the host name. Defaults to true if S3_ENDPOINT is set.',
    kind: yesNo,
  }),
  s3Checksums: setting({
    name: 'S3_CHECKSUMS',
    group: g.blobs,
    doc: 'WHEN_REQUIRED for older servers that store checksum framing as data.',
    kind: oneOf(['WHEN_SUPPORTED', 'WHEN_REQUIRED']),
    fallback: 'WHEN_SUPPORTED',
  }),
  blobDir: setting({
    name: 'BLOB_DIR',
    group: g.blobs,
    doc: 'Folder for raw messages and attachments if S3_BUCKET is not set. All processes must share it.',
    kind: text,
    fallback: './.data/blobs',
  }),

  mailboxesFile: setting({
    name: 'MAILBOXES_FILE',
    group: mailboxGroup,
    doc: 'A YAML or JSON file with a list of mailboxes: name, host, port, security, user, pass or passFile or passEnv, accessToken or accessTokenFile or accessTokenEnv, caFile, folders, role, authority, since, silenceHours, pollIntervalSeconds, oauth (docs/connecting.md). These are added to the mailbox configured here.',
    kind: text,
    example: './mailboxes.yaml',
  }),

  pollIntervalSeconds: setting({
    name: 'POLL_INTERVAL_SECONDS',
    group: g.poll,
    doc: 'Polls each mailbox at least this often. IDLE usually brings mail sooner.',
    kind: seconds,
    fallback: '60',
  }),
  pollBatch: setting({
    name: 'POLL_BATCH',
    group: g.poll,
    doc: 'Messages per poll before yielding to other mailboxes.',
    kind: count,
    fallback: '500',
  }),
  pollBudgetSeconds: setting({
    name: 'POLL_BUDGET_SECONDS',
    group: g.poll,
    doc: 'Time limit per poll before yielding to other mailboxes.',
    kind: seconds,
    fallback: '20',
  }),
  pollConcurrency: setting({
    name: 'POLL_CONCURRENCY',
    group: g.poll,
    doc: 'Mailboxes that one process polls at the same time.',
    kind: few,
    fallback: '4',
  }),
  loginRate: setting({
    name: 'LOGIN_RATE',
    group: g.poll,
    doc: 'IMAP logins per second of one process, at all hosts together.',
    kind: rate,
    fallback: '20',
  }),
  loginRatePerHost: setting({
    name: 'LOGIN_RATE_PER_HOST',
    group: g.poll,
    doc: 'IMAP logins per second of one process at one host. Providers may refuse more for a while.',
    kind: rate,
    fallback: '10',
  }),
  ingestConcurrency: setting({
    name: 'INGEST_CONCURRENCY',
    group: g.poll,
    doc: 'Groups of messages that one process ingests at the same time.',
    kind: few,
    fallback: '4',
  }),
  maxMessageBytes: setting({
    name: 'MAX_MESSAGE_BYTES',
    group: g.poll,
    doc: 'Larger messages are stored raw and filed by their headers, but not parsed.',
    kind: byteSize({ min: 1024, max: 2 * 1024 ** 3 }),
    fallback: '50MB',
  }),
  readTimeLimitSeconds: setting({
    name: 'READ_TIME_LIMIT_SECONDS',
    group: g.poll,
    doc: 'A message that takes longer to read is quarantined with its raw bytes.',
    kind: seconds,
    fallback: '30',
  }),
  reconcileSeconds: setting({
    name: 'RECONCILE_SECONDS',
    group: g.poll,
    doc: 'How often each process compares MongoDB with the queue and restores jobs that Redis lost.',
    kind: seconds,
    fallback: '30',
  }),
  mailboxDownSeconds: setting({
    name: 'MAILBOX_DOWN_SECONDS',
    group: g.poll,
    doc: 'A mailbox that cannot be read for longer makes /health/mailboxes and docketmail mailbox list report the installation as unhealthy.',
    kind: wholeNumber({ min: 1, max: 604_800 }),
    fallback: '900',
  }),
  backpressureHigh: setting({
    name: 'BACKPRESSURE_HIGH',
    group: g.poll,
    doc: 'Polling pauses while more messages than this wait for ingest.',
    kind: count,
    fallback: '5000',
  }),
  backpressureLow: setting({
    name: 'BACKPRESSURE_LOW',
    group: g.poll,
    doc: 'Polling resumes when no more than this are waiting.',
    kind: count,
    fallback: '1000',
  }),
  spoolDir: setting({
    name: 'SPOOL_DIR',
    group: g.poll,
    doc: "Folder for large messages and attachments until their hash is known. Defaults to the system's temporary folder.",
    kind: text,
  }),

  ownAddresses: setting({
    name: 'OWN_ADDRESSES',
    group: g.who,
    doc: "The firm's own addresses. The mailboxes' own addresses are included automatically.",
    kind: ruleKinds.ownAddresses,
    example: 'office@firm.example',
  }),
  staffDomains: setting({
    name: 'STAFF_DOMAINS',
    group: g.who,
    doc: "The firm's own domains. Everyone in them is staff, never a client.",
    kind: ruleKinds.staffDomains,
    example: 'firm.example',
  }),
  storeInternal: setting({
    name: 'STORE_INTERNAL',
    group: g.who,
    doc: 'Also store messages between staff.',
    kind: ruleKinds.storeInternal,
    fallback: String(defaultRules.storeInternal),
  }),
  formSenders: setting({
    name: 'FORM_SENDERS',
    group: g.who,
    doc: 'Addresses or domains of web forms, whose Reply-To is the real sender. Otherwise Reply-To only suggests a client.',
    kind: ruleKinds.formSenders,
    example: 'forms@website.example',
  }),
  ambiguity: setting({
    name: 'AMBIGUITY',
    group: g.who,
    doc: 'What to do if several clients share an address: wait for a person (triage), link all of them, or link the oldest.',
    kind: ruleKinds.ambiguity,
    fallback: defaultRules.ambiguity,
  }),
  domainMatching: setting({
    name: 'DOMAIN_MATCHING',
    group: g.who,
    doc: 'Link an unknown address to the only client of its company domain. Never applies to free-mail providers.',
    kind: ruleKinds.domainMatching,
    fallback: String(defaultRules.domainMatching),
  }),
  subAddressing: setting({
    name: 'SUB_ADDRESSING',
    group: g.who,
    doc: 'Treat john+anything@ as john@ if no client has the tagged form.',
    kind: ruleKinds.subAddressing,
    fallback: String(defaultRules.subAddressing),
  }),
  blocklist: setting({
    name: 'BLOCKLIST',
    group: g.who,
    doc: 'Addresses and domains whose mail is ignored.',
    kind: ruleKinds.blocklist,
    example: 'ads@example.com, example.net',
  }),
  blocklistPolicy: setting({
    name: 'BLOCKLIST_POLICY',
    group: g.who,
    doc: 'What ignoring means: store nothing (drop), or store the message without linking a client (skip-client).',
    kind: ruleKinds.blocklistPolicy,
    fallback: defaultRules.blocklist.policy,
  }),
  authentication: setting({
    name: 'AUTHENTICATION',
    group: g.who,
    doc: 'Sender authentication (SPF, DKIM, DMARC): off; flag (mail of a sender without a pass is flagged and moves no case without review); require (such mail waits in triage). Off lets anyone who can write a From line close a case.',
    kind: ruleKinds.authentication,
    fallback: 'flag',
  }),
  trustedAuthservIds: setting({
    name: 'TRUSTED_AUTHSERV_IDS',
    group: g.who,
    doc: 'Names (authserv-ids) that your own mail server uses in Authentication-Results (RFC 8601). Others are ignored, and so is anything below the Received line of your server. doctor proposes them.',
    kind: ruleKinds.trustedAuthservIds,
    example: 'mx.firm.example',
  }),
  ownRelays: setting({
    name: 'OWN_RELAYS',
    group: g.who,
    doc: 'The servers that deliver mail to you, your own and a hosted gateway in front of them: addresses, networks and host names (with their subdomains). SPF is only checked where mail enters the first of them. doctor proposes them.',
    kind: ruleKinds.ownRelays,
    example: 'mx.firm.example, 192.0.2.25, 10.0.0.0/8',
  }),

  tagsInReplies: setting({
    name: 'TAGS_IN_REPLIES',
    group: g.cases,
    doc: 'A case tag in a reply to an unknown message: review it, or accept it if outgoing mail is not captured.',
    kind: ruleKinds.tagsInReplies,
    fallback: defaultRules.tagsInReplies,
  }),
  caseWords: setting({
    name: 'CASE_WORDS',
    group: g.cases,
    doc: 'Words that make a bracketed token in the subject a case tag.',
    kind: ruleKinds.caseWords,
    fallback: defaultRules.caseWords.join(', '),
  }),
  caseStatuses: setting({
    name: 'CASE_STATUSES',
    group: g.cases,
    doc: `Your CRM's statuses with other words for them. Default: ${defaultRules.caseStatuses.map(({ status }) => status).join(', ')}, with translations. A status with one of these names keeps its translations if you list it.`,
    kind: ruleKinds.caseStatuses,
    example: 'Open=open,offen;Closed=closed,geschlossen;On Hold=on hold,pending',
  }),

  eventsKeepDays: setting({
    name: 'EVENTS_KEEP_DAYS',
    group: g.events,
    doc: 'How long events and their deliveries are kept, for readers of the feed and for replays.',
    kind: wholeNumber({ min: 1, max: 3650 }),
    fallback: '30',
  }),
  webhookAllowPrivate: setting({
    name: 'WEBHOOK_ALLOW_PRIVATE',
    group: g.events,
    doc: 'Let webhooks reach this machine and the local network, also by http. Without it only public addresses by https: whoever adds a webhook could ask your other servers in its name.',
    kind: yesNo,
    fallback: 'false',
  }),

  dashboardHost: setting({
    name: 'DASHBOARD_HOST',
    group: g.dashboard,
    doc: 'Address to listen on. Anything but loopback needs a user, a password or a token.',
    kind: text,
    fallback: '127.0.0.1',
  }),
  dashboardPort: setting({
    name: 'DASHBOARD_PORT',
    group: g.dashboard,
    doc: 'Port to listen on; 0 picks a free one.',
    kind: wholeNumber({ min: 0, max: 65_535 }),
    fallback: '3000',
  }),
  dashboardPassword: setting({
    name: 'DASHBOARD_PASSWORD',
    group: g.dashboard,
    doc: 'Password that all share, as an admin under any name: 12 characters or more if others can reach the dashboard.',
    kind: secretText,
    secret: true,
  }),
  dashboardToken: setting({
    name: 'DASHBOARD_TOKEN',
    group: g.dashboard,
    doc: 'Bearer token that programs share, as an admin; docketmail token gives each its own. As long as a password.',
    kind: secretText,
    secret: true,
  }),
  publicUrl: setting({
    name: 'PUBLIC_URL',
    group: g.dashboard,
    doc: 'URL of the dashboard behind a proxy: logged at start, and the origin of its own pages.',
    kind: webUrl,
    example: 'https://docketmail.firm.example',
  }),
  dashboardProxies: setting({
    name: 'DASHBOARD_PROXIES',
    group: g.dashboard,
    doc: 'Addresses and networks of your proxies before the dashboard. Their X-Forwarded-For tells who guesses passwords, their X-Forwarded-Proto whether a browser came by https; those of others are ignored.',
    kind: networks,
    example: '127.0.0.1, 10.0.0.0/8',
  }),

  dashboardUserHeader: setting({
    name: 'DASHBOARD_USER_HEADER',
    group: g.dashboard,
    doc: 'Header in which your proxy names the person whom it has signed in. It counts from DASHBOARD_PROXIES only, and they must remove it from what they receive.',
    kind: text,
    example: 'X-Forwarded-User',
  }),
  dashboardDefaultRole: setting({
    name: 'DASHBOARD_DEFAULT_ROLE',
    group: g.dashboard,
    doc: 'What people may do who are signed in elsewhere and are no users here (docketmail user list).',
    kind: oneOf(['none', 'reader', 'decider', 'operator', 'admin']),
    fallback: 'none',
  }),

  oidcIssuer: setting({
    name: 'OIDC_ISSUER',
    group: g.dashboard,
    doc: 'OpenID Connect provider with which people sign in to the dashboard. Register <PUBLIC_URL>/sign-in/openid/callback there.',
    kind: webUrl,
    example: 'https://login.firm.example',
  }),
  oidcClientId: setting({
    name: 'OIDC_CLIENT_ID',
    group: g.dashboard,
    doc: 'Client id that the provider gave you.',
    kind: text,
    example: 'docketmail',
  }),
  oidcClientSecret: setting({
    name: 'OIDC_CLIENT_SECRET',
    group: g.dashboard,
    doc: 'Client secret that the provider gave you, if any.',
    kind: secretText,
    secret: true,
  }),
  oidcNameClaim: setting({
    name: 'OIDC_NAME_CLAIM',
    group: g.dashboard,
    doc: "Claim that is a person's name here. email counts only if the provider has verified it; preferred_username only suits a provider where nobody chooses it.",
    kind: oneOf(['email', 'preferred_username']),
    fallback: 'email',
  }),
  oidcRoleClaim: setting({
    name: 'OIDC_ROLE_CLAIM',
    group: g.dashboard,
    doc: 'Claim of the ID token with the roles (reader, decider, operator, admin) of people who are no users here.',
    kind: text,
    example: 'docketmail_role',
  }),

  newClientUrl: setting({
    name: 'NEW_CLIENT_URL',
    group: g.dashboard,
    doc: "Where your CRM makes a new client: triage links to it for a sender that no client has. {name}, {email} and {domain} are replaced by the sender's.",
    kind: urlOf(['http', 'https']),
    example: 'https://crm.firm.example/clients/new?name={name}&email={email}',
  }),

  secretsKeyFile: setting({
    name: 'SECRETS_KEY_FILE',
    group: g.secrets,
    doc: 'File with the keys that seal passwords and tokens stored in the database: 32 bytes in base64 or hex per line (openssl rand -base64 32). The first key seals, all of them open. Read again for each use. Without it, nothing secret is stored.',
    kind: text,
    example: '/run/secrets/docketmail.key',
  }),

  logLevel: setting({
    name: 'LOG_LEVEL',
    group: g.process,
    doc: 'Log level. Addresses appear at debug only; bodies, subjects and credentials never.',
    kind: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    fallback: 'info',
  }),
  logFormat: setting({
    name: 'LOG_FORMAT',
    group: g.process,
    doc: 'pretty (for people), json (for programs), or auto: pretty on a terminal, else json.',
    kind: oneOf(['auto', 'pretty', 'json']),
    fallback: 'auto',
  }),
  livenessFile: setting({
    name: 'LIVENESS_FILE',
    group: g.process,
    doc: 'File that start touches every few seconds while the process can do anything, whatever its roles: for probes without HTTP. The image sets it and checks it.',
    kind: text,
    example: '/tmp/docketmail-alive',
  }),
  shutdownSeconds: setting({
    name: 'SHUTDOWN_SECONDS',
    group: g.process,
    doc: 'Shutdown grace period. Jobs still running after it are aborted and run again later.',
    kind: wholeNumber({ min: 0, max: 3600 }),
    fallback: '25',
  }),
} as const;

/** Every setting in the order of the documentation. */
export const allSettings: readonly Setting[] = Object.values<Setting>(settings).flatMap((row) =>
  row.name === settings.mailboxesFile.name ? [...Object.values<Setting>(mailboxSettings), row] : [row],
);
