import type { ReceiptStatus } from '../../../../engine/channels/receipts/receipt';
import { stateAfter } from '../../../../engine/delivery/receipts/moves';
import type { MessageState } from '../../../../engine/delivery/states';

describe('what receipts make of a message', () => {
	it.each<[MessageState, ReceiptStatus[], 'sent' | 'failed' | undefined]>([
		['sent', ['sent'], undefined],
		['sent', ['delivered'], undefined],
		['sent', ['failed'], 'failed'],
		['sent', ['failed', 'delivered'], undefined],
		['sent', ['delivered', 'bounced'], 'failed'],
		['sent', ['viewed', 'failed'], undefined],
		['sent', ['unsubscribed'], undefined],
		['failed', ['sent'], undefined],
		['failed', ['failed', 'sent'], undefined],
		['failed', ['failed', 'delivered'], 'sent'],
		['failed', ['bounced', 'delivered'], undefined],
		['unknown', ['sent'], 'sent'],
		['unknown', ['delivered'], 'sent'],
		['unknown', ['clicked'], 'sent'],
		['unknown', ['failed'], 'failed'],
		['unknown', ['bounced'], 'failed'],
		['unknown', ['unsubscribed'], undefined],
		['held', ['delivered'], 'sent'],
		['held', ['failed'], undefined],
		['not_sent', ['delivered'], undefined],
	])('a %s one with %j becomes %s', (state, statuses, expected) => {
		expect(stateAfter(state, statuses)).toBe(expected);
		expect(stateAfter(state, [...statuses].reverse())).toBe(expected);
	});
});
