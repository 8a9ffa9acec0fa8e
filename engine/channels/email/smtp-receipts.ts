import { textOf } from '../http/json-path';
import { fromSeconds } from '../receipts/read';
import { UnreadableReceipt, type Receipt, type ReceiptReader } from '../receipts/receipt';
import { hasToken } from '../receipts/token';
import { statusOfWord } from '../receipts/words';
import { cleverTapReports } from '../sms/generic-receipts';

/**
 * Reports on mail that went out by SMTP, by whatever reads the bounces of the mail server: CleverTap's format
 * (`[{"event": "hardbounce", "data": [{"e": "ada@example.com", "ts": 1435322805}]}]`). The address has a token. `meta` may name
 * the message by our id or by the Message-ID that it had; without it the report is about the last message to the address.
 */
export function smtpReceipts({ token }: { token: string }): ReceiptReader {
	return {
		verify: (request) => hasToken(request, token),
		parse: (request) => {
			const reports = cleverTapReports(request);
			if (!reports) throw new UnreadableReceipt('The request is not in the format [{"event": "hardbounce", "data": [{"e": "..."}]}].');
			return reports.flatMap(receiptsOf);
		},
	};
}

function receiptsOf(report: Record<string, unknown> & { event: string }): Receipt[] {
	const status = statusOfWord(report.event);
	const address = textOf(report['e']) ?? textOf(report['email']);
	const messageId = (textOf(report['meta']) ?? '').replace(/^<|>$/g, '').replace(/@[^@]*$/, '') || undefined;
	if (status === undefined || (address === undefined && messageId === undefined)) return [];
	const about = { channel: 'email' as const, messageId, address, at: fromSeconds(report['ts']) };
	if (status === 'clicked') return [{ ...about, status, url: textOf(report['url']) }];
	if (status !== 'failed' && status !== 'bounced') return [{ ...about, status }];
	const reason = status === 'bounced' ? 'invalid_recipient' : 'provider_rejected';
	return [{ ...about, status, reason, code: textOf(report['code']) ?? report.event, detail: textOf(report['description']) }];
}
