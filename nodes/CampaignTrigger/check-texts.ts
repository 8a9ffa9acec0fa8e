import { NodeConnectionTypes, type IDataObject, type IExecuteFunctions, type ITriggerFunctions } from 'n8n-workflow';

import type { Schedule } from '../../engine/campaigns/definition';
import { firstEvents } from '../../engine/campaigns/live/awaited';
import type { Store } from '../../engine/store/store';
import { readEmailSettings } from '../Email/settings';
import { emailTexts } from '../Email/texts';
import { linkedTexts } from '../LinkedContent/texts';
import { readPushSettings } from '../Push/settings';
import { pushTexts } from '../Push/texts';
import { readSegmentExportSettings } from '../SegmentExport/settings';
import { segmentTexts } from '../SegmentExport/texts';
import { checkLinkedContent } from '../shared/linked-content';
import { refuseBadTexts, textWarnings, type PersonalizedText } from '../shared/personalized-texts';
import { alwaysThere } from '../shared/text-warnings';
import { smsTexts } from '../Sms/texts';
import { readWebhookSettings } from '../WebhookSender/content';
import { checkCall } from '../WebhookSender/settings';
import { webhookTexts } from '../WebhookSender/texts';

interface PersonalizedSender {
	channel: keyof typeof alwaysThere;
	/** Throws a CampaignError when the settings cannot be used. */
	texts(parameters: IDataObject): PersonalizedText[];
}

/** The personalized texts of every sender, by node type. */
const TEXTS: Record<string, PersonalizedSender> = {
	'n8n-nodes-campaigns.sms': { channel: 'sms', texts: (parameters) => smsTexts((name) => parameters[name]) },
	'n8n-nodes-campaigns.push': { channel: 'push', texts: (parameters) => pushTexts(readPushSettings((name) => parameters[name])) },
	'n8n-nodes-campaigns.email': { channel: 'email', texts: (parameters) => emailTexts(readEmailSettings(parameters)) },
	'n8n-nodes-campaigns.segmentExport': { channel: 'export', texts: (parameters) => segmentTexts(readSegmentExportSettings((name) => parameters[name])) },
	'n8n-nodes-campaigns.webhookSender': { channel: 'webhook', texts: (parameters) => webhookTexts(checkCall(readWebhookSettings('', (name) => parameters[name]))) },
};

/**
 * What may be wrong in the texts of the senders after the trigger, each with node, field and place: what the store has
 * never seen, and what somebody may lack. In a run by hand also what publishing would refuse. `schedule`: absent when it
 * cannot be read.
 */
export async function warningsOfTexts(context: IExecuteFunctions | ITriggerFunctions, store: Store, schedule: Schedule | undefined): Promise<string[]> {
	const warnings: string[] = [];
	const events = eventsOf(schedule);
	for (const { name, type, disabled, parameters } of context.getChildNodes(context.getNode().name, { includeNodeParameters: true })) {
		const sender = TEXTS[type];
		if (disabled || !sender) continue;
		const given = (parameters ?? {}) as IDataObject;
		const { missing = 'fail' } = (given.options ?? {}) as { missing?: 'fail' | 'empty' };
		const always = alwaysThere[sender.channel];
		const read = textsOf(sender, given, () => linkedBelow(context, name, given));
		const found = 'complaint' in read ? [read.complaint] : await textWarnings(store, read.texts, { missing, events, always });
		warnings.push(...found.map((warning) => `"${name}": ${warning}`));
		for (const linked of 'complaint' in read ? [] : read.linked) {
			const ofLinked = await textWarnings(store, linked.texts, { missing: linked.missing, events, always });
			warnings.push(...ofLinked.map((warning) => `"${linked.name}": ${warning}`));
		}
	}
	return [...new Set(warnings)];
}

/** Names of the events that bring people in. Whoever is handed in may carry any. */
function eventsOf(schedule: Schedule | undefined): string[] | undefined {
	if (!schedule || schedule.kind === 'items') return undefined;
	return schedule.kind === 'live' ? firstEvents(schedule.live).map(({ event }) => event) : [];
}

interface LinkedBelow {
	name: string;
	texts: PersonalizedText[];
	/** Where a default stands for an answer, what a request lacks keeps nobody from being sent to. */
	missing: 'fail' | 'empty';
}

/** The linked content that a sender takes values from. Throws a CampaignError when it cannot work. */
function linkedBelow(context: IExecuteFunctions | ITriggerFunctions, name: string, sender: IDataObject): LinkedBelow[] {
	const wanted = checkLinkedContent(context, { name, parameters: sender });
	const below = wanted.length === 0 ? [] : context.getParentNodes(name, { connectionType: NodeConnectionTypes.AiAgent, depth: 1, includeNodeParameters: true });
	return below.flatMap(({ name: linked, disabled, parameters = {} }) => {
		if (disabled || !wanted.includes(String(parameters.apiName ?? '').trim())) return [];
		return [{ name: linked, texts: linkedTexts((parameter) => parameters[parameter]), missing: parameters.onFailure === 'default' ? 'empty' : 'fail' }];
	});
}

function textsOf(sender: PersonalizedSender, parameters: IDataObject, linked: () => LinkedBelow[]): { texts: PersonalizedText[]; linked: LinkedBelow[] } | { complaint: string } {
	try {
		const texts = sender.texts(parameters);
		refuseBadTexts(texts);
		return { texts, linked: linked() };
	} catch (error) {
		return { complaint: `it cannot be published like this: ${(error as Error).message}` };
	}
}
