import type { Operation } from './operation.ts';
import { adminOperations } from './operations/admin-operations.ts';
import { caseOperations } from './operations/case-operations.ts';
import { clientOperations } from './operations/client-operations.ts';
import { decisionOperations } from './operations/decision-operations.ts';
import { descriptionOperations } from './operations/description-operations.ts';
import { mailboxOperations } from './operations/mailbox-operations.ts';
import { messageOperations } from './operations/message-operations.ts';
import { reviewOperations } from './operations/review-operations.ts';
import { webhookOperations } from './operations/webhook-operations.ts';

/** Everything that the API does: what is mounted, and what OpenAPI describes. */
export const operations: readonly Operation[] = [
  ...reviewOperations,
  ...messageOperations,
  ...clientOperations,
  ...caseOperations,
  ...decisionOperations,
  ...mailboxOperations,
  ...webhookOperations,
  ...adminOperations,
  ...descriptionOperations,
];
