import type { UserRole } from '../store/users.ts';

export interface AccessSettings {
  readonly host: string;
  readonly password: string | null;
  readonly token: string | null;
  /** The public address of the dashboard behind a proxy, which may send its own name as the host. */
  readonly publicUrl: string | null;
  /** Addresses and networks of proxies whose X-Forwarded-For is trusted. */
  readonly proxies?: readonly string[];
  /** The field in which those proxies say whom they signed in. */
  readonly userHeader?: string | null;
  /** Of people who are signed in elsewhere and are no users here; null: they may do nothing. */
  readonly defaultRole?: UserRole | null;
  readonly openid?: OpenIdSettings | null;
}

/** Where people of the firm sign in, by OpenID Connect. */
export interface OpenIdSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  /** The claim that is a person's name here. */
  readonly nameClaim: 'email' | 'preferred_username';
  /** The claim with a role, or several, of people who are no users here. */
  readonly roleClaim: string | null;
}
