/** Tries an OAuth app step by step: its credentials, a token, what the token allows, and a login with it. Stores nothing new. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { OAuthApp } from '../../config/oauth-apps.ts';
import { MailboxError } from '../../mailbox/mailbox.ts';
import { createSteps } from '../steps.ts';
import type { Step } from '../steps.ts';
import { unattendedToken } from './grants.ts';
import { endpointsOf, grantsMail } from './providers.ts';
import { OAuthError } from './request.ts';
import type { SignInDeps } from './sign-in.ts';
import type { TokenUser } from './tokens.ts';

type StepName = 'credentials' | 'token' | 'delegation' | 'login';
export type VerifyStep = Step<StepName>;

export interface VerifyInput {
  readonly app: OAuthApp;
  /** A mailbox that signs in by the app; null if none does. */
  readonly use: TokenUser | null;
  /** By the database's clock. */
  readonly now: Date;
}

/** A token, and what its provider said of it. */
interface Given {
  readonly accessToken: string;
  readonly scope: string | null;
}

export async function verifyApp(
  deps: Pick<SignInDeps, 'tokens' | 'tryLogin'>,
  { app, use, now }: VerifyInput,
): Promise<readonly VerifyStep[]> {
  const steps = createSteps<StepName>((step, error) => fixOf(step, { app, use, error }));
  await steps.take('credentials', async () => ({ value: true, detail: await examineCredential(app, now) }));
  if (use === null) {
    const fix = `give a mailbox oauth: {app: ${app.name}}`;
    for (const step of ['token', 'delegation', 'login'] as const)
      steps.skip(step, 'no mailbox signs in by this app', fix);
    return steps.all;
  }
  let refused: OAuthError | null = null;
  const given = await steps.take('token', async () => {
    try {
      return await askToken(deps, { app, use, now });
    } catch (error) {
      // The provider knows the app; it lets it not into this mailbox.
      if (!(error instanceof OAuthError) || !isAboutMailbox(error)) throw error;
      refused = error;
      return { value: null, detail: 'the provider knows the app' };
    }
  });
  const allowed = delegationIn(given, { app, use });
  if (refused === null && allowed.kind === 'unknown') steps.skip('delegation', allowed.detail);
  else
    await steps.take('delegation', async () => {
      if (refused !== null) throw refused;
      if (allowed.kind === 'missing') throw new Error(allowed.detail);
      return { value: true, detail: allowed.detail };
    });
  await steps.take('login', async () => {
    const failure = await deps.tryLogin(use.mailbox, given?.accessToken ?? '');
    if (failure !== null) throw failure;
    return { value: true, detail: `${use.mailbox} opens` };
  });
  return steps.all;
}

/** @throws with what helps. */
async function examineCredential({ name, credential, secretExpires }: OAuthApp, now: Date): Promise<string> {
  if (secretExpires !== null && secretExpires < now)
    throw new Error(
      `the secret ended on ${day(secretExpires)}. Fix: make a new one with the provider, and correct secretExpires`,
    );
  if (credential.kind === 'none') return 'a public client, without a secret';
  if (credential.kind === 'certificate') return examineCertificate(credential, now);
  if (credential.kind === 'service-account') {
    createPrivateKey(credential.privateKey);
    return `the key of ${credential.email}`;
  }
  if (credential.file === null) return 'a client secret';
  const secret = await readFile(credential.file, 'utf8').catch(() => '');
  if (secret.trim() === '')
    throw new Error(`clientSecretFile of ${name} is empty or cannot be read. Fix: write the secret into it`);
  return 'a client secret, from its file';
}

function examineCertificate(
  { certificate: pem, privateKey }: { readonly certificate: string; readonly privateKey: string },
  now: Date,
): string {
  const certificate = new X509Certificate(pem);
  const ends = new Date(certificate.validTo);
  if (ends < now)
    throw new Error(
      `the certificate ended on ${day(ends)}. Fix: make a new one and add it to the app registration`,
    );
  if (!certificate.checkPrivateKey(createPrivateKey(privateKey)))
    throw new Error('certificateFile does not belong to privateKeyFile. Fix: name the pair');
  return `a certificate, until ${day(ends)}`;
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

async function askToken(
  { tokens }: Pick<SignInDeps, 'tokens'>,
  { app, use, now }: VerifyInput & { readonly use: TokenUser },
): Promise<{ readonly value: Given; readonly detail: string }> {
  if (use.grant === 'client-credentials' || use.grant === 'service-account') {
    const { accessToken, scope } = await unattendedToken({ app, grant: use.grant, now }, use.user);
    return { value: { accessToken, scope }, detail: 'the provider gave a token' };
  }
  const accessToken = await tokens.accessToken(use);
  return { value: { accessToken, scope: null }, detail: `that of the sign-in for ${use.mailbox}` };
}

const isAboutMailbox = ({ failure, code }: OAuthError): boolean =>
  failure.kind === 'needs-permission' || code === 'unauthorized_client';

/** What a token says of itself, if it can be read at all: `scp` and `roles` at Microsoft. */
function delegationIn(
  given: Given | null,
  { app, use }: { readonly app: OAuthApp; readonly use: TokenUser },
): { readonly kind: 'allowed' | 'missing' | 'unknown'; readonly detail: string } {
  const claims = claimsOf(given?.accessToken ?? '');
  const endpoints = endpointsOf(app);
  if (app.provider === 'microsoft' && claims !== null) {
    const wanted = use.grant === 'client-credentials' ? 'IMAP.AccessAsApp' : 'IMAP.AccessAsUser.All';
    const held = [claims['roles'], claims['scp']].flat().join(' ').split(/\s+/u);
    return held.includes(wanted)
      ? { kind: 'allowed', detail: `the token has ${wanted}` }
      : {
          kind: 'missing',
          detail: `the token lacks ${wanted}. Fix: add it to the API permissions of the registration, and grant admin consent`,
        };
  }
  if (use.grant === 'service-account')
    return { kind: 'allowed', detail: `the service account acts for ${use.user}` };
  if (given?.scope == null) return { kind: 'unknown', detail: 'the token does not say what it allows' };
  return grantsMail(given.scope, endpoints)
    ? { kind: 'allowed', detail: `granted: ${given.scope}` }
    : {
        kind: 'missing',
        detail: `access to mail was not granted (${endpoints.mailScope ?? ''}). Fix: add the permission to the registration of the app`,
      };
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function fixOf(
  step: StepName,
  { app, use, error }: Pick<VerifyInput, 'app' | 'use'> & { readonly error: unknown },
): string {
  if (error instanceof OAuthError) return error.failure.fix;
  if (step === 'credentials') return `correct the secret, key or certificate of the app ${app.name}`;
  if (error instanceof MailboxError && error.code === 'authentication-failed')
    return app.provider === 'microsoft'
      ? 'let the account or app open this mailbox: Add-MailboxPermission in Exchange PowerShell, with the object id of the enterprise application (docs/connecting/microsoft.md)'
      : 'let the account or app open this mailbox, and switch IMAP on for it (docs/connecting.md)';
  return step === 'login' && use !== null
    ? `docketmail mailbox test ${use.mailbox} says more`
    : 'see docs/connecting.md';
}
