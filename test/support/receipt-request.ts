import type { ReceiptRequest } from '../../engine/channels/receipts/receipt';

/** A request as a node hands it over: of a form (an object) or of a body as it is, to `url`. */
export function receiptRequest(
	url: string,
	{ form, body = '', headers = {}, method = 'POST' }: { form?: Record<string, string>; body?: unknown; headers?: Record<string, string>; method?: string } = {},
): ReceiptRequest {
	const text = form ? new URLSearchParams(form).toString() : typeof body === 'string' ? body : JSON.stringify(body);
	return { method, urls: [url], query: new URL(url).searchParams, headers, body: Buffer.from(text) };
}
