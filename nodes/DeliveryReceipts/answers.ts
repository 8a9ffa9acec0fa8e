import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { UnreadableReceipt, type Receipt, type ReceiptReader, type ReceiptRequest } from '../../engine/channels/receipts/receipt';
import { NETCORE_FIELDS } from '../../engine/channels/sms/netcore-receipts';
import { ReceiptInbox } from '../../engine/delivery/receipts/inbox';
import type { TakenReceipt } from '../../engine/delivery/receipts/receive';
import { getStore } from '../shared/store';
import { GENERIC_FIELDS } from './parameters';
import { RECEIPT_PROVIDERS, type ReceiptParameters } from './providers';
import { receiptRequestOf } from './requests';

/** What is said to the provider, and what was new. */
export interface Answer {
	status: number;
	text: string;
	/** Besides plain text. */
	headers?: Readonly<Record<string, string>>;
	taken: INodeExecutionData[];
}

/** How long a reader is used before its credential is read again. */
const FRESH_MS = 10_000;

/** Readers of each node of this process. Module-level, as n8n makes node objects anew. */
const kept = new Map<string, { reader: ReceiptReader; readAt: number; parameters: string }>();

const NOT_FOUND: Answer = { status: 404, text: 'Not found', taken: [] };

/**
 * Answers one request to the address of a provider. 200: recorded, 400: from the provider, but not to be read, 404: nobody's,
 * or not from the provider. Rejects when the store cannot take it.
 */
export async function answer(context: IWebhookFunctions, provider: string): Promise<Answer> {
	const chosen = context.getNodeParameter('providers', []) as string[];
	const reader = chosen.includes(provider) ? await readerOf(context, provider) : undefined;
	if (!reader) return NOT_FOUND;
	const request = receiptRequestOf(context, provider);
	if (!(await reader.verify(request))) return NOT_FOUND;
	const store = await getStore(context);
	const signed = reader.signedFor?.(request);
	if (signed && !(await ReceiptInbox.of(store).admits(signed))) return NOT_FOUND;
	const receipts = parsed(reader, request);
	if (receipts instanceof UnreadableReceipt) return { status: 400, text: receipts.message, taken: [] };
	await reader.attend?.(request);
	const taken = await ReceiptInbox.of(store).receive(receipts);
	const { text = 'OK', contentType } = reader.reply ?? {};
	return { status: 200, text, ...(contentType !== undefined && { headers: { 'Content-Type': contentType } }), taken: taken.map((one) => itemOf(one, provider, store.fingerprint)) };
}

function parsed(reader: ReceiptReader, request: ReceiptRequest): Receipt[] | UnreadableReceipt {
	try {
		return reader.parse(request);
	} catch (error) {
		return error instanceof UnreadableReceipt ? error : new UnreadableReceipt('The request could not be read.');
	}
}

async function readerOf(context: IWebhookFunctions, provider: string): Promise<ReceiptReader | undefined> {
	const found = RECEIPT_PROVIDERS.find(({ value }) => value === provider);
	if (!found) return undefined;
	const parameters: ReceiptParameters = {
		snsTopics: String(context.getNodeParameter('snsTopics', '')),
		netcoreFields: { ...NETCORE_FIELDS, ...(context.getNodeParameter('netcoreFields', {}) as object) },
		genericFields: { ...GENERIC_FIELDS, ...(context.getNodeParameter('genericFields', {}) as object) },
	};
	const id = `${String(context.getWorkflow().id)} ${context.getNode().id} ${provider}`;
	const known = kept.get(id);
	const now = Date.now();
	if (known && known.parameters === JSON.stringify(parameters) && now - known.readAt < FRESH_MS) return known.reader;
	const { clock } = await getStore(context);
	const reader = await found.reader(async (name) => await context.getCredentials(name), parameters, clock);
	kept.set(id, { reader, readAt: now, parameters: JSON.stringify(parameters) });
	return reader;
}

/** Without the address: who it is, the store knows. */
export function itemOf({ status, user, message, channel, campaign, reason, code, detail, url, text, at }: TakenReceipt, provider: string, fingerprint: string): INodeExecutionData {
	const optional = Object.fromEntries(Object.entries({ reason, code, detail, url, text }).filter(([, value]) => value !== null));
	const json = { status, provider, channel, user: { id: user }, messageId: `${fingerprint}-${message}`, campaign, ...optional, at: new Date(at).toISOString() };
	return { json: json as unknown as IDataObject };
}
