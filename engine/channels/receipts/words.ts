import type { ReceiptStatus } from './receipt';

/** What providers without a documented list call the ends of a message; the words of SMPP among them. Compared without case, spaces and signs. */
const WORDS: Record<string, ReceiptStatus> = {
	accepted: 'sent', acceptd: 'sent', submitted: 'sent', submitd: 'sent', sent: 'sent', enroute: 'sent', buffered: 'sent', queued: 'sent',
	delivered: 'delivered', delivrd: 'delivered', success: 'delivered', deliveredtohandset: 'delivered',
	read: 'viewed', seen: 'viewed', open: 'viewed', opened: 'viewed', viewed: 'viewed',
	click: 'clicked', clicked: 'clicked',
	reply: 'replied', replied: 'replied',
	failed: 'failed', failure: 'failed', undelivered: 'failed', undeliv: 'failed', rejected: 'failed', rejectd: 'failed', expired: 'failed', deleted: 'failed',
	blocked: 'failed', dnd: 'failed', ndnc: 'failed', autofailed: 'failed', dropped: 'failed', softbounce: 'failed',
	bounce: 'bounced', bounced: 'bounced', hardbounce: 'bounced',
	spam: 'complained', complaint: 'complained', complained: 'complained', spamreport: 'complained',
	unsubscribe: 'unsubscribed', unsubscribed: 'unsubscribed', unsub: 'unsubscribed', stop: 'unsubscribed', optout: 'unsubscribed',
	resubscribe: 'resubscribed', resubscribed: 'resubscribed', unstop: 'resubscribed', optin: 'resubscribed',
};

/** Undefined for a word that says nothing. */
export function statusOfWord(word: string): ReceiptStatus | undefined {
	const key = word.toLowerCase().replace(/[^a-z]/g, '');
	return Object.hasOwn(WORDS, key) ? WORDS[key] : undefined;
}
