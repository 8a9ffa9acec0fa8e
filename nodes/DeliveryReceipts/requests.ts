import type { IWebhookFunctions } from 'n8n-workflow';

import type { ReceiptRequest } from '../../engine/channels/receipts/receipt';

/** The last part of the address that was called. */
export function providerIn(context: IWebhookFunctions): string {
	return /([a-z0-9-]+)[/]?$/.exec(context.getRequestObject().path)?.[1] ?? '';
}

/** The request as it came. */
export function receiptRequestOf(context: IWebhookFunctions, provider: string): ReceiptRequest {
	const request = context.getRequestObject();
	const headers = Object.fromEntries(
		Object.entries(request.headers as Record<string, string | string[] | undefined>).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
	);
	const [path = '', search] = (request.originalUrl ?? request.url).split(/\?(.*)/s);
	const query = search === undefined ? '' : `?${search}`;
	return { method: request.method, urls: addressesOf(context, headers, provider, path, query), query: new URLSearchParams(search), headers, body: bodyOf(request) };
}

/** What the provider may have called: the address that n8n shows, or what a proxy tells of it. Signatures say which one it was. */
function addressesOf(context: IWebhookFunctions, headers: ReceiptRequest['headers'], provider: string, path: string, query: string): string[] {
	const shown = context.getNodeWebhookUrl('default')?.replace(/[^/]*$/, provider);
	const first = (name: string) => headers[name]?.split(',')[0]?.trim();
	const host = first('x-forwarded-host') ?? first('host');
	const called = host === undefined ? [] : ['https', 'http'].map((scheme) => `${scheme}://${host}${path}${query}`);
	return [...new Set([...(shown === undefined ? [] : [`${shown}${query}`]), ...called])];
}

function bodyOf(request: { rawBody?: Buffer; body?: unknown; method: string }): Buffer {
	if (request.rawBody) return request.rawBody;
	if (request.method === 'GET' || request.body === undefined) return Buffer.alloc(0);
	return Buffer.from(typeof request.body === 'string' ? request.body : JSON.stringify(request.body));
}
