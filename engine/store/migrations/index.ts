import { foundation } from './001-foundation';
import { columns } from './002-columns';
import { segmentsAndLists } from './003-segments-and-lists';
import { usesOfRuns } from './004-uses-of-runs';
import { campaignTypes } from './005-campaign-types';
import { setOut } from './006-set-out';
import { openedReleases } from './007-opened-releases';
import { identityEpoch } from './008-identity-epoch';
import { byteOrder } from './009-byte-order';
import { messagesInMotion } from './010-messages-in-motion';
import { idsInTheirIndex } from './011-ids-in-their-index';
import { receipts } from './012-receipts';
import { audiences } from './013-audiences';
import { attempts } from './014-attempts';
import { receiptSignatures } from './015-receipt-signatures';
import { erasedInAudiences } from './016-erased-in-audiences';
import { phoneDigits } from './017-phone-digits';
import { refusedSince } from './018-refused-since';
import type { Migration } from './migration';

/** Every migration, in order. */
export const migrations: readonly Migration[] = [
	foundation, columns, segmentsAndLists, usesOfRuns, campaignTypes, setOut, openedReleases, identityEpoch, byteOrder, messagesInMotion,
	idsInTheirIndex, receipts, audiences, attempts, receiptSignatures, erasedInAudiences, phoneDigits, refusedSince,
];
