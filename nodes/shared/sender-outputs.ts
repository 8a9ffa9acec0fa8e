import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Delivered } from '../../engine/delivery/deliver';
import type { Channel } from '../../engine/people/records';
import { REASONS, type Reason } from '../../engine/reasons';
import { outputItem } from './items';
import type { Recipient } from './recipients';
import type { Sender } from './sender';

/** Outputs of every sender: Sent, Not sent, Unknown. Whoever waits for a provider comes out of this node later. */
export type SenderOutputs = [sent: INodeExecutionData[], notSent: INodeExecutionData[], unknown: INodeExecutionData[]];

/**
 * A dry run: the message as it would be, and nothing leaves.
 * @param shown gets the message
 */
export async function explain<Message>(sender: Sender<Message>, recipient: Recipient, index: number, now: number, shown: Message[]): Promise<INodeExecutionData> {
	const { json } = recipient;
	const optedOut = (json.user as { optedOut?: Partial<Record<Channel, boolean>> } | undefined)?.optedOut?.[sender.channel];
	const address = optedOut
		? { ok: false as const, reason: 'profile_not_reachable' as const, detail: `Opted out of ${sender.channel}` }
		: sender.address(recipient);
	const linked = address.ok ? await sender.foresee?.(recipient) : undefined;
	const rendered = address.ok && !linked?.instead ? sender.render(recipient, 'preview', now) : undefined;
	if (rendered?.ok) shown.push(rendered.message);
	const message: IDataObject = !address.ok
		? { wouldNotSend: REASONS[address.reason], detail: address.detail }
		: rendered?.ok
			? { wouldSend: sender.show(rendered.message) }
			: (linked?.instead ?? { wouldNotSend: rendered && REASONS[rendered.reason], detail: rendered?.detail });
	const preview = { ...message, ...(linked && { linkedContent: linked.shown }) };
	return outputItem({ ...json, preview: { ...(json.preview as IDataObject | undefined), [sender.channel]: preview } }, index);
}

export function route(outputs: SenderOutputs, json: IDataObject, index: number, result: Delivered): void {
	const { state, reason, detail, provider, messageId } = result;
	const delivery = { messageId, provider };
	if (state === 'sent') outputs[0].push(outputItem({ ...json, delivery }, index));
	if (state === 'failed' || state === 'not_sent') outputs[1].push(notSent({ ...json, delivery }, index, reason as Reason, detail ?? undefined));
	if (state === 'unknown') {
		outputs[2].push(outputItem({ ...json, delivery, reason, reasonText: REASONS.unknown_outcome, detail }, index));
	}
}

export function notSent(json: IDataObject, index: number, reason: Reason, detail?: string): INodeExecutionData {
	return outputItem({ ...json, reason, reasonText: REASONS[reason], ...(detail ? { detail } : {}) }, index);
}
