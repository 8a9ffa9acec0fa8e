import type { ReceiptReader } from '../receipts/receipt';
import { genericSmsReceipts, type ReceiptFields } from './generic-receipts';

/** Names under which accounts have been seen to get them in public code. */
export const NETCORE_FIELDS: ReceiptFields = { messageId: '', providerId: 'REQID', status: 'STATUS', address: 'TO', code: 'ERRCODE', detail: 'REASON' };

/**
 * Netcore's delivery reports. Netcore publishes no reference of them, and what they look like is agreed upon with its
 * support: the names of the fields can be set, those above are a guess. It signs nothing, so the address has a token.
 */
export function netcoreReceipts(settings: { token: string; fields: ReceiptFields }): ReceiptReader {
	return genericSmsReceipts(settings);
}
