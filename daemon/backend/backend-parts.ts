import type { Clock } from '../base/clock.ts';
import type { ApiKeys } from './keys/api-keys.ts';
import type { Audit } from './audit.ts';
import type { SharedCommits } from './shared-commits.ts';
import type { Reports } from './events/reports.ts';
import type { Doors } from './doors.ts';
import type { Orders } from './orders/orders.ts';
import type { Passes } from './passes/passes.ts';
import type { SigningKeys } from './keys/signing-keys.ts';
import type { TokenLists } from './lists/token-lists.ts';
import type { CodeIssuer } from './codes/code-issuer.ts';
import type { CodeListing } from './codes/code-listing.ts';
import type { Tokens } from './codes/tokens.ts';
import type { Validation } from './codes/validation.ts';

/** The parts of a backend, as its calls use them. */
export interface BackendParts {
  clock: Clock;
  commits: SharedCommits;
  audit: Audit;
  apiKeys: ApiKeys;
  doors: Doors;
  keys: SigningKeys;
  tokens: Tokens;
  issuer: CodeIssuer;
  codeListing: CodeListing;
  lists: TokenLists;
  validation: Validation;
  orders: Orders;
  reports: Reports;
  passes: Passes;
}
