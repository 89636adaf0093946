import { caseStatusList } from './case-status-setting.ts';
import {
  addresses,
  addressesAndDomains,
  domains,
  list,
  lowerCaseList,
  oneOf,
  relays,
  yesNo,
} from './setting-kinds.ts';

/** How each rule is written in a setting, in any place. */
export const ruleKinds = {
  ownAddresses: addresses,
  staffDomains: domains,
  storeInternal: yesNo,
  formSenders: addressesAndDomains,
  ambiguity: oneOf(['triage', 'all', 'oldest']),
  domainMatching: yesNo,
  subAddressing: yesNo,
  blocklist: addressesAndDomains,
  blocklistPolicy: oneOf(['drop', 'skip-client']),
  authentication: oneOf(['off', 'flag', 'require']),
  trustedAuthservIds: lowerCaseList,
  ownRelays: relays,
  tagsInReplies: oneOf(['review', 'accept']),
  caseWords: list,
  caseStatuses: caseStatusList,
} as const;

export const mailboxRole = oneOf(['capture', 'dropbox']);

export const mailboxAuthority = oneOf(['both', 'staff', 'clients']);
