import { getDomain } from 'tldts';

/**
 * Every name below these is a separate customer, which the public suffix list does not say: tenants of a mail service, and help
 * desks and sending services that give each customer a subdomain. A longer suffix comes before one that it ends with.
 */
export const tenantSuffixes: readonly string[] = [
  'mail.onmicrosoft.com',
  'onmicrosoft.com',
  'onmicrosoft.us',
  'onmicrosoft.de',
  'partner.onmschina.cn',
  'onmschina.cn',
  'gappssmtp.com',
  'mailgun.org',
  'sendgrid.net',
  'amazonses.com',
  'mcsv.net',
  'zendesk.com',
  'freshdesk.com',
  'freshservice.com',
  'helpscoutapp.com',
  'intercom-mail.com',
  'atlassian.net',
  'salesforce.com',
  'force.com',
  'groups.io',
  'bitrix24.com',
  'sharepoint.com',
];

/**
 * The owner of a domain (the organisational domain of RFC 7489 §3.2): `mail.acme.co.uk` → `acme.co.uk`, `acme.onmicrosoft.com`
 * itself. A bare suffix belongs to its operator, so to none of its customers.
 */
export function organisationOf(domain: string): string {
  return tenantOf(domain) ?? getDomain(domain, { allowPrivateDomains: true }) ?? domain;
}

/** The tenant's name if the domain is below such a suffix, the suffix for itself, otherwise null. */
export function tenantOf(domain: string): string | null {
  const suffix = tenantSuffixes.find((tenants) => domain === tenants || domain.endsWith(`.${tenants}`));
  if (suffix === undefined || domain === suffix) return suffix ?? null;
  const below = domain.slice(0, -suffix.length - 1);
  return `${below.slice(below.lastIndexOf('.') + 1)}.${suffix}`;
}
