import type { IWebhookFunctions } from 'n8n-workflow';

import { readUnsubscribeLink } from '../../engine/delivery/unsubscribe/link';
import { unsubscribeBy } from '../../engine/delivery/unsubscribe/unsubscribe';
import { getStore } from '../shared/store';
import { itemOf, type Answer } from './answers';
import { receiptRequestOf } from './requests';
import { PAGE_HEADERS, UNSUBSCRIBE_TEXTS, unsubscribePage, type UnsubscribeTexts } from './unsubscribe-page';

/** The end of the address of unsubscribe links. */
export const UNSUBSCRIBE = 'unsubscribe';

/**
 * Answers a request to an unsubscribe link, whatever providers were chosen: links in messages that have left must not end
 * with a parameter. A POST unsubscribes, from the page or by one click (RFC 8058), whatever its body; a GET shows the
 * page, as scanners of mail open every link. Rejects when the store cannot take it.
 */
export async function answerUnsubscribe(context: IWebhookFunctions): Promise<Answer> {
	const { method, query } = receiptRequestOf(context, UNSUBSCRIBE);
	const store = await getStore(context);
	const link = readUnsubscribeLink(store, query);
	if (!link) return page(context, 404, 'not valid');
	if (link.person <= 0) return page(context, 200, 'test');
	if (method !== 'POST') return page(context, 200, 'ask');
	const taken = await unsubscribeBy(store, link);
	return { ...page(context, 200, 'done'), taken: taken.map((one) => itemOf(one, UNSUBSCRIBE, store.fingerprint)) };
}

function page(context: IWebhookFunctions, status: number, kind: Parameters<typeof unsubscribePage>[0]): Answer {
	const texts: UnsubscribeTexts = { ...UNSUBSCRIBE_TEXTS, ...(context.getNodeParameter('unsubscribePage', {}) as object) };
	return { status, text: unsubscribePage(kind, texts), headers: PAGE_HEADERS, taken: [] };
}
