import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { UnknownMessage } from '../../engine/campaigns/control/unknown-messages';
import type { Store } from '../../engine/store/store';
import { eachItem, errorItem } from '../shared/each-item';
import { outputItem } from '../shared/items';
import { readLimit } from '../shared/limit';
import { campaignAt, iso } from './campaign';

const PAGE = 1_000;

/** One output item per unknown message. */
export async function getUnknown(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const output: INodeExecutionData[] = [];
	for (const index of context.getInputData().keys()) {
		try {
			const campaignId = campaignAt(context, index);
			let left = readLimit(context, index) ?? Infinity;
			for (let after = 0; left > 0; ) {
				const limit = Math.min(left, PAGE);
				const page = await store.ask('unknownMessages', { campaignId, after, limit });
				output.push(...page.map((message) => outputItem(shown(message, campaignId), index)));
				if (page.length < limit) break;
				left -= page.length;
				after = (page[page.length - 1] as UnknownMessage).message;
			}
		} catch (error) {
			output.push(errorItem(context, error, index));
		}
	}
	return output;
}

export async function leaveUnknown(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await decide(context, async (message) => {
		const { left } = await store.call('leaveUnknown', { messages: [message] });
		return { leftAsIs: left.length === 1 };
	});
}

export async function sendAgain(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await decide(context, async (message) => {
		const { waiting } = await store.call('sendUnknownAgain', { messages: [message] });
		return { sendingAgain: waiting.length === 1 };
	});
}

/** A message that is not unknown any more, or was decided about, is left alone and said so. */
async function decide(context: IExecuteFunctions, work: (message: number) => Promise<IDataObject>): Promise<INodeExecutionData[]> {
	return await eachItem(context, async (index) => {
		const message = Number(context.getNodeParameter('message', index));
		return { ...context.getInputData()[index]?.json, message, ...(await work(message)) };
	});
}

function shown({ id, payload, sentAt, ...message }: UnknownMessage, campaignId: string): IDataObject {
	return { ...message, user: { id }, campaignId, sentAt: iso(sentAt), item: payload === null ? null : (JSON.parse(payload) as IDataObject) };
}
