/** The SMTP session in which a message was received, for SPF (RFC 7208). */
export interface SmtpSession {
  readonly clientIp: string | null;
  readonly helo: string | null;
  readonly mailFrom: string | null;
}
