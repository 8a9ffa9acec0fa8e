import { isObject, textOf } from '../http/json-path';
import { formOf, objectsIn, objectsOf } from '../receipts/read';
import type { Receipt, ReceiptReader, ReceiptRequest } from '../receipts/receipt';
import { hasToken } from '../receipts/token';
import { statusOfWord } from '../receipts/words';

/**
 * MSG91's delivery reports: the older form with a field `data`, a JSON array of requests with reports in them, or JSON with
 * one report each. MSG91 signs nothing, so the address has a token. Source: msg91.com/help/webhooks. The words of `desc`
 * decide; the numbers of `status` are not documented. Reports name the request and the number; we send one number per request.
 */
export function msg91Receipts({ token }: { token: string }): ReceiptReader {
	return { verify: (request) => hasToken(request, token), parse: (request) => reportsOf(request).flatMap(receiptsOf) };
}

/** Reports with the id of their request. */
function reportsOf(request: ReceiptRequest): Array<Record<string, unknown>> {
	const data = formOf(request).get('data');
	const given = data === null ? objectsOf(request) : objectsIn(data);
	return given.flatMap((one) => {
		const { report, ...common } = one;
		return Array.isArray(report) ? report.filter(isObject).map((each) => ({ ...common, ...each })) : [one];
	});
}

function receiptsOf(report: Record<string, unknown>): Receipt[] {
	const said = textOf(report['desc']) ?? '';
	const status = statusOfWord(said);
	const providerId = textOf(report['requestId']);
	if (status === undefined || !providerId) return [];
	const about = { channel: 'sms' as const, providerId, address: textOf(report['number']) };
	if (status !== 'failed') return [{ ...about, status }];
	return [{ ...about, status, reason: 'provider_rejected', code: said, detail: textOf(report['failedReason']) || said }];
}
